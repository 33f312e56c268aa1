/* Replays a fuzz target over the files of its corpus without a fuzzer: what `make check` runs under
 * the sanitizers. Usage: TARGET DIRECTORY. An empty or absent corpus is a failure. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *directory, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return 1;
    uint8_t *data = malloc(1 << 22);
    size_t size = data ? fread(data, 1, 1 << 22, file) : 0;
    (void)fclose(file);
    /* A copy of exactly that size, so that a read past its end is seen. */
    uint8_t *exact = malloc(size ? size : 1);
    if (data && exact) {
        for (size_t i = 0; i < size; i++)
            exact[i] = data[i];
        (void)LLVMFuzzerTestOneInput(exact, size);
    }
    free(exact);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    int count = 0;
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    if (!dir) {
        (void)fprintf(stderr, "%s: no corpus\n", argv[0]);
        return 1;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && replay_file(argv[1], entry->d_name) == 0)
            count++;
    (void)closedir(dir);
    (void)printf("%s: %d inputs replayed\n", argv[0], count);
    return count > 0 ? 0 : 1;
}
