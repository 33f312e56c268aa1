/* A wal of any bytes, in up to three files: the follower and the verifier agree on what is in it,
 * the follower ends, moves forward only, and reads what is written behind.
 *
 * The first byte says where a second follower begins. Then steps, each a byte, a length
 * and so many bytes: raw bytes, a record whose checksum holds around any payload, zeros, the next file. */
#include <string.h>

#include "base/err.h"
#include "support/disk.h"
#include "wal/wal_follow.h"
#include "wal/wal_verify.h"
#include "wal/wal_write.h"

enum { FILES_MAX = 3, TYPE_MASK = 3, ZEROS = 64, NEXT_FILE = 128, INPUT_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_file(struct fs *fs, uint64_t number, struct str content)
{
    char name[WAL_NAME_BYTES];
    wal_write_name(number, name);
    check(fs_replace_file(fs, name, content, 0) == 0);
}

/* One step: op, u16 n, n bytes. */
static void put_step(struct bytes_reader *reader, uint8_t op, struct bytes *file)
{
    size_t n = bytes_get_u16(reader);
    struct str raw = bytes_get_raw(reader, n < bytes_left(reader) ? n : bytes_left(reader));
    if (op & ZEROS)
        memset(bytes_grow(file, ZEROS), 0, ZEROS);
    if ((op & TYPE_MASK) == 0) {
        bytes_append_str(file, raw);
        return;
    }
    bytes_pad(file, 8);
    struct wal_record record = { .type = op & TYPE_MASK, .received_ms = (int64_t)n,
                                 .payload = raw.len > 0 ? raw : STR("x") };
    wal_record_encode(&record, file);
}

/* Number of files made; at least one. */
static uint64_t make_wal(struct fs *fs, struct str steps)
{
    struct bytes_reader reader = bytes_reader_over(steps);
    struct bytes file = { 0 };
    uint64_t number = 1;
    while (bytes_left(&reader) > 0) {
        uint8_t op = bytes_get_u8(&reader);
        if ((op & NEXT_FILE) && number < FILES_MAX) {
            put_file(fs, number++, bytes_str(&file));
            bytes_reset(&file);
        }
        if (bytes_left(&reader) >= 2)
            put_step(&reader, op, &file);
    }
    put_file(fs, number, bytes_str(&file));
    bytes_release(&file);
    return number;
}

static struct wal_verify verify_all(struct fs *fs, uint64_t files)
{
    struct wal_verify sum = { 0 }, one;
    char name[WAL_NAME_BYTES];
    for (uint64_t i = 1; i <= files; i++) {
        wal_write_name(i, name);
        check(wal_verify_file(fs, name, &one) == 0);
        check(one.valid_end <= one.size && one.valid_end % 8 == 0);
        check(one.unreadable + one.sealed <= one.records);
        check(one.lost_at == 0 || (one.lost_at > one.valid_end && one.is_torn));
        sum.records += one.records;
        sum.sealed += one.sealed;
        sum.valid_end = one.valid_end;
    }
    return sum;
}

/* All there is from there on; *sealed of them are of that type. */
static uint64_t follow_all(struct wal_follow *follow, uint64_t *sealed)
{
    struct wal_position before = wal_follow_position(follow);
    struct wal_record record;
    uint64_t count = 0;
    int r;
    *sealed = 0;
    while ((r = wal_follow_next(follow, &record)) == 1) {
        struct wal_position at = wal_follow_position(follow);
        check(at.file > before.file || (at.file == before.file && at.offset > before.offset));
        check(record.payload.len > 0);
        *sealed += record.type == WAL_TYPE_SEALED;
        before = at;
        count++;
    }
    check(r == 0);
    return count;
}

static void check_what_comes_next(struct fs *fs, struct wal_follow *follow, uint64_t number)
{
    struct wal_record record = { WAL_TYPE_SEALED, 5, STR("next") };
    struct bytes framed = { 0 };
    wal_record_encode(&record, &framed);
    put_file(fs, number, bytes_str(&framed));
    check(wal_follow_next(follow, &record) == 1);
    check(str_equal(record.payload, STR("next")));
    check(wal_follow_next(follow, &record) == 0);
    bytes_release(&framed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > INPUT_MAX)
        return 0;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    uint64_t sealed, files = make_wal(fs, str_of(data + 1, size - 1));
    struct wal_verify found = verify_all(fs, files);
    struct wal_follow *follow = wal_follow_open(fs, (struct wal_position){ 0 });
    check(follow_all(follow, &sealed) == found.records);
    check(sealed == found.sealed);
    check(wal_follow_position(follow).file == files);
    check(wal_follow_position(follow).offset == found.valid_end);
    check_what_comes_next(fs, follow, files + 1);
    wal_follow_close(follow);
    /* In the midst of a file, in that of a record: only a higher file is read for certain. */
    struct wal_position from = { data[0] % (files + 1), data[0] };
    follow = wal_follow_open(fs, from);
    check(follow_all(follow, &sealed) > 0);
    wal_follow_close(follow);
    fs_destroy(fs);
    disk_destroy(disk);
    return 0;
}
