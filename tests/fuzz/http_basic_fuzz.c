/* Authorization headers: what is read lies within what was sent, and is never longer. */
#include <stdlib.h>

#include "base/check.h"
#include "http/basic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct http_basic basic;
    arena_init(&arena, 1 << 16);
    if (http_basic_parse(str_of(data, size), &arena, &basic)) {
        check(basic.user.len + basic.password.len < size);
        check(str_find_byte(basic.user, ':') < 0);
    }
    arena_release(&arena);
    return 0;
}
