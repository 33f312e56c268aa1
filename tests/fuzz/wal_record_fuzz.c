/* The wal's records from arbitrary bytes; what decodes must encode to what decodes again. */
#include <stdlib.h>

#include "base/check.h"
#include "wal/wal_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wal_record record;
    struct wal_batch batch, again;
    struct wal_count *counts;
    struct bytes out = { 0 };
    struct arena arena;
    size_t used;
    uint32_t n;
    arena_init(&arena, 1 << 24);
    if (wal_record_decode(str_of(data, size), &record, &used) == 0)
        check(used <= size);
    if (wal_record_decode_counts(str_of(data, size), &arena, &counts, &n) == 0)
        check(n <= size);
    if (wal_record_decode_batch(str_of(data, size), &arena, &batch) == 0) {
        wal_record_encode_batch(&batch, &out);
        check(wal_record_decode_batch(bytes_str(&out), &arena, &again) == 0);
        check(again.event_count == batch.event_count && again.update_count == batch.update_count);
    }
    bytes_release(&out);
    arena_release(&arena);
    return 0;
}
