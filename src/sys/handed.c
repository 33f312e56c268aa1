#include "sys/handed.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

void handed_init(struct handed *handed, int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "%s: started by amana serve, not by hand\n",
                      argc > 0 ? argv[0] : "amana");
        exit(2);
    }
    handed->text = argv[1];
}

bool handed_find(const struct handed *handed, const char *name, int *out)
{
    struct str rest = str_from(handed->text), part;
    while (str_next(&rest, ',', &part)) {
        ptrdiff_t at = str_find_byte(part, '=');
        uint64_t value;
        if (at < 0 || !str_equal(str_slice(part, 0, (size_t)at), str_from(name)))
            continue;
        if (!str_to_u64(str_from_index(part, (size_t)at + 1), &value) || value > INT32_MAX)
            return false;
        *out = (int)value;
        return true;
    }
    return false;
}

int handed_get(const struct handed *handed, const char *name)
{
    int value = -1;
    check(handed_find(handed, name, &value));
    return value;
}
