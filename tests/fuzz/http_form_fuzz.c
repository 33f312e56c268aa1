/* Query strings: no input makes the decoder read past its end or grow its output. */
#include <stdlib.h>

#include "base/check.h"
#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct str out;
    arena_init(&arena, 1 << 22);
    if (http_form_get(str_of(data, size), STR("data"), &arena, &out))
        check(out.len <= size);
    arena_release(&arena);
    return 0;
}
