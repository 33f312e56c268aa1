/* Normal forms: idempotent, and the same with and without a bidi mark at the front. */
#include <stdlib.h>

#include "base/check.h"
#include "event/normal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool phone(struct str text, struct bytes *out)
{
    return normal_phone(text, STR("966"), out);
}

static void try(bool (*normal)(struct str, struct bytes *), struct str text)
{
    struct bytes once = { 0 }, twice = { 0 }, marked = { 0 }, third = { 0 };
    bytes_append_str(&marked, STR("\xe2\x80\x8f"));
    bytes_append_str(&marked, text);
    if (normal(text, &once)) {
        check(normal(bytes_str(&once), &twice));
        check(str_equal(bytes_str(&once), bytes_str(&twice)));
        check(normal(bytes_str(&marked), &third) || normal == phone);
        check(third.len == 0 || str_equal(bytes_str(&once), bytes_str(&third)));
    }
    bytes_release(&once);
    bytes_release(&twice);
    bytes_release(&marked);
    bytes_release(&third);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of(data, size);
    if (!str_is_utf8(text) || size > 200)
        return 0;
    try(normal_email, text);
    try(phone, text);
    try(normal_text, text);
    return 0;
}
