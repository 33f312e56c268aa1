#include "wal/wal_verify.h"

#include "base/err.h"
#include "wal/wal_record.h"

enum { ALIGNMENT = 8 };

#define ARENA_MAX_BYTES ((size_t)512 << 20)

static int decode(const struct wal_record *record, struct arena *arena, struct wal_verify *out)
{
    struct wal_batch batch;
    struct wal_count *counts;
    uint32_t n;
    int r = 0;
    if (record->type == WAL_TYPE_SEALED) {
        out->sealed++;
    } else if (record->type == WAL_TYPE_COUNTS) {
        r = wal_record_decode_counts(record->payload, arena, &counts, &n);
    } else {
        r = wal_record_decode_batch(record->payload, arena, &batch);
        out->events += r == 0 ? batch.event_count : 0;
        out->updates += r == 0 ? batch.update_count : 0;
    }
    return r;
}

static void walk(struct str data, struct wal_verify *out)
{
    struct wal_record record;
    struct arena arena;
    size_t used;
    arena_init(&arena, ARENA_MAX_BYTES);
    while (wal_record_decode(str_from_index(data, (size_t)out->valid_end), &record, &used) == 0) {
        arena_reset(&arena);
        if (decode(&record, &arena, out) != 0)
            out->unreadable++;
        out->records++;
        out->valid_end += used;
    }
    arena_release(&arena);
}

/* Records begin at multiples of 8, and no random bytes pass for one. */
static void look_behind(struct str data, struct wal_verify *out)
{
    struct wal_record record;
    size_t used, at = (size_t)out->valid_end;
    while (at < data.len && data.ptr[at] == 0)
        at++;
    out->is_torn = at < data.len;
    for (at = (size_t)out->valid_end + ALIGNMENT; at < data.len; at += ALIGNMENT) {
        struct bytes_reader r = bytes_reader_over(str_slice(data, at, at + 4));
        if (bytes_get_u32(&r) == 0)
            continue; /* no length: no record, and no checksum to compute */
        if (wal_record_decode(str_from_index(data, at), &record, &used) == 0) {
            out->lost_at = at;
            return;
        }
    }
}

int wal_verify_file(struct fs *fs, const char *name, struct wal_verify *out)
{
    struct file *file;
    const uint8_t *ptr = NULL;
    size_t len = 0;
    *out = (struct wal_verify){ 0 };
    int r = fs_open(fs, name, FILE_READ, &file);
    if (r != 0)
        return r;
    r = file_map(file, &ptr, &len);
    if (r == 0) {
        struct str data = str_of(ptr, len);
        out->size = len;
        walk(data, out);
        look_behind(data, out);
    }
    file_close(file);
    return r;
}
