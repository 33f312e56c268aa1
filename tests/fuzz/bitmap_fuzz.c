/* Sets of people: one set has one form, so what is taken in must come out as it was; and what it
 * holds is what walking over it yields. */
#include "base/check.h"
#include "ledger/bitmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = str_of(data, size);
    struct bitmap *bitmap = bitmap_create(), *sum = bitmap_create();
    struct bytes again = { 0 };
    if (bitmap_decode_into(bitmap, bytes) == 0) {
        uint64_t at = 0, count = 0;
        uint32_t value;
        bitmap_encode(bitmap, &again);
        check(str_equal(bytes_str(&again), bytes));
        while (bitmap_next(bitmap, &at, &value))
            count += bitmap_has(bitmap, value);
        check(count == bitmap_count(bitmap));
        bitmap_add(sum, 7);
        bitmap_union(sum, bitmap);
        check(bitmap_count(sum) == count + !bitmap_has(bitmap, 7));
        check(bitmap_decode_into(sum, bytes) == 0);
        check(bitmap_count(sum) == count + !bitmap_has(bitmap, 7));
    }
    bitmap_destroy(bitmap);
    bitmap_destroy(sum);
    bytes_release(&again);
    return 0;
}
