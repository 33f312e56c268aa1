/* Addresses of a log's files: what is taken holds nothing but its own few words, digits and slashes, so it
 * stays below the logs' folder, and there is one spelling of it. */
#include <string.h>

#include "api/log_path.h"
#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || c == '/' || c == 'x' || c == 'p' || c == '.';
}

/* The words taken out, what is left is digits and signs. */
static void check_characters(const char *file)
{
    static const char *const words[] = { "house", "checkpoint", "tile", "entries" };
    check(file[0] != '/' && !strstr(file, "..") && !strstr(file, "//"));
    while (*file) {
        size_t len = 0;
        for (int i = 0; i < 4; i++)
            if (strncmp(file, words[i], strlen(words[i])) == 0)
                len = strlen(words[i]);
        check(len > 0 || is_plain(*file));
        file += len ? len : 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log_path path, again;
    if (!log_path_parse(str_of(data, size), &path))
        return 0;
    check(strlen(path.file) == size && memcmp(path.file, data, size) == 0);
    check_characters(path.file);
    check(log_path_parse(str_from(path.file), &again) && again.kind == path.kind);
    return 0;
}
