/* wal/wal_follow: every acknowledged record once and in order, while they are written, over torn
 * tails, gaps and new files; removal never touches the newest. */
#include "wal/wal_follow.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/err.h"
#include "support/golden.h"
#include "support/test.h"
#include "sys/clock.h"
#include "wal/wal_write.h"

struct room {
    struct temp temp;
    struct fs *fs;
};

static int setup(void **state)
{
    static struct room room;
    temp_make(&room.temp);
    room.fs = temp_fs(&room.temp);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    fs_destroy(room->fs);
    temp_remove(&room->temp);
    return 0;
}

static struct bytes records(uint64_t first, uint64_t count, size_t payload_len)
{
    struct bytes out = { 0 }, payload = { 0 };
    for (uint64_t i = 0; i < count; i++) {
        bytes_reset(&payload);
        bytes_put_u64(&payload, first + i);
        while (payload.len < payload_len)
            bytes_put_u8(&payload, 'x');
        struct wal_record record = { WAL_TYPE_COUNTS, (int64_t)i, bytes_str(&payload) };
        wal_record_encode(&record, &out);
    }
    bytes_release(&payload);
    return out;
}

/* A file of these bytes and some zeros, as the writer leaves it. */
static void put_file(struct room *room, uint64_t number, struct bytes content, bool with_zeros)
{
    char name[WAL_NAME_BYTES];
    wal_write_name(number, name);
    if (with_zeros)
        bytes_pad(&content, 4096);
    assert_int_equal(fs_replace_file(room->fs, name, bytes_str(&content), 0), 0);
    bytes_release(&content);
}

static uint64_t number_of(const struct wal_record *record)
{
    struct bytes_reader r = bytes_reader_over(record->payload);
    return bytes_get_u64(&r);
}

/* All there are now must be first, first+1, … */
static void expect(struct wal_follow *follow, uint64_t first, uint64_t count)
{
    struct wal_record record;
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(wal_follow_next(follow, &record), 1);
        assert_int_equal(record.type, WAL_TYPE_COUNTS);
        assert_int_equal(number_of(&record), first + i);
    }
    assert_int_equal(wal_follow_next(follow, &record), 0);
}

static void test_wal_follow__waits_for_the_first_file(void **state)
{
    struct room *room = *state;
    struct wal_follow *follow = wal_follow_open(room->fs, (struct wal_position){ 0 });
    expect(follow, 0, 0);
    put_file(room, 7, records(0, 3, 8), true);
    expect(follow, 0, 3);
    struct wal_position at = wal_follow_position(follow);
    assert_int_equal(at.file, 7);
    assert_int_equal(at.offset, 3 * (WAL_HEADER_BYTES + 8));
    wal_follow_close(follow);
}

static void test_wal_follow__begins_where_it_was_told(void **state)
{
    struct room *room = *state;
    put_file(room, 1, records(0, 10, 8), true);
    put_file(room, 2, records(10, 10, 8), true);
    for (uint64_t i = 0; i <= 10; i++) {
        struct wal_position from = { .file = 1, .offset = i * (WAL_HEADER_BYTES + 8) };
        struct wal_follow *follow = wal_follow_open(room->fs, from);
        expect(follow, i, 20 - i);
        assert_int_equal(wal_follow_position(follow).file, 2);
        wal_follow_close(follow);
    }
}

/* After a crash a position may lie past what the disk kept, and numbers may have gaps. */
static void test_wal_follow__goes_on_past_gaps(void **state)
{
    struct room *room = *state;
    put_file(room, 3, records(0, 2, 8), false);
    put_file(room, 9, records(2, 2, 8), false);
    struct wal_follow *follow = wal_follow_open(room->fs, (struct wal_position){ 3, 1 << 20 });
    expect(follow, 2, 2);
    wal_follow_close(follow);
    follow = wal_follow_open(room->fs, (struct wal_position){ 5, 64 });
    expect(follow, 2, 2);
    wal_follow_close(follow);
}

/* Every length at which a crash may cut the last record: it is not there, and nothing else is lost
 * or made up. While no higher file exists the tail may still be being written. */
static void test_wal_follow__a_torn_tail_ends_the_file(void **state)
{
    struct room *room = *state;
    for (size_t cut = 1; cut < WAL_HEADER_BYTES + 16; cut += 3) {
        struct bytes content = records(0, 3, 13);
        content.len -= cut;
        put_file(room, 1, content, true);
        struct wal_follow *follow = wal_follow_open(room->fs, (struct wal_position){ 0 });
        uint64_t whole = cut <= 3 ? 3 : 2; /* the last three bytes are padding */
        expect(follow, 0, whole);
        put_file(room, 2, records(whole, 2, 8), true);
        expect(follow, whole, 2);
        wal_follow_close(follow);
        assert_int_equal(fs_remove(room->fs, "0000000000000002.wal"), 0);
    }
}

/* A flipped bit in the middle ends the file there, whatever stands behind it. */
static void test_wal_follow__stops_at_what_does_not_hold(void **state)
{
    struct room *room = *state;
    struct bytes content = records(0, 10, 8);
    content.ptr[4 * (WAL_HEADER_BYTES + 8) + WAL_HEADER_BYTES] ^= 1;
    put_file(room, 1, content, true);
    put_file(room, 2, records(4, 1, 8), true);
    struct wal_follow *follow = wal_follow_open(room->fs, (struct wal_position){ 0 });
    expect(follow, 0, 5);
    wal_follow_close(follow);
}

/* A record is seen as soon as its last byte is there, and not before, byte by byte. */
static void test_wal_follow__sees_a_record_grow(void **state)
{
    struct room *room = *state;
    struct bytes content = records(0, 2, 16);
    struct file *f;
    assert_int_equal(fs_open(room->fs, "0000000000000001.wal", FILE_WRITE | FILE_CREATE, &f), 0);
    assert_int_equal(file_allocate(f, 0, 4096), 0);
    struct wal_follow *follow = wal_follow_open(room->fs, (struct wal_position){ 0 });
    size_t half = content.len / 2;
    for (size_t i = 0; i < content.len; i++) {
        assert_int_equal(file_write_at(f, content.ptr + i, 1, i), 0);
        bool is_whole = i + 1 == half || i + 1 == content.len;
        expect(follow, i + 1 == content.len ? 1 : 0, is_whole ? 1 : 0);
    }
    file_close(f);
    bytes_release(&content);
    wal_follow_close(follow);
}

static void test_wal_follow__records_larger_than_the_window(void **state)
{
    struct room *room = *state;
    struct bytes content = records(0, 3, 3 * 1024 * 1024 + 5), more = records(3, 2000, 500);
    bytes_append_str(&content, bytes_str(&more));
    bytes_release(&more);
    put_file(room, 1, content, true);
    struct wal_follow *follow = wal_follow_open(room->fs, (struct wal_position){ 0 });
    expect(follow, 0, 2003);
    wal_follow_close(follow);
}

static void test_wal_follow__a_wal_that_went_back_is_no_wal(void **state)
{
    struct room *room = *state;
    struct wal_record record;
    put_file(room, 1, records(0, 1, 8), true);
    struct wal_follow *follow = wal_follow_open(room->fs, (struct wal_position){ 2, 8 });
    assert_int_equal(wal_follow_next(follow, &record), ERR_CORRUPT);
    wal_follow_close(follow);
}

/* On a full disk the writer makes a file, finds no space, and takes it back. Who had gone over to
 * it has lost nothing, and must not take that for a lost wal at its next start. */
static void test_wal_follow__a_file_that_was_taken_back(void **state)
{
    struct room *room = *state;
    put_file(room, 1, records(0, 2, 8), true);
    put_file(room, 2, (struct bytes){ 0 }, false);
    struct wal_follow *follow = wal_follow_open(room->fs, (struct wal_position){ 0 });
    expect(follow, 0, 2);
    struct wal_position at = wal_follow_position(follow);
    assert_int_equal(at.file, 2);
    assert_int_equal(at.offset, 0);
    wal_follow_close(follow);
    assert_int_equal(fs_remove(room->fs, "0000000000000002.wal"), 0);
    follow = wal_follow_open(room->fs, at);
    expect(follow, 0, 0);
    put_file(room, 3, records(2, 2, 8), true);
    expect(follow, 2, 2);
    wal_follow_close(follow);
}

static void test_wal_follow__removes_old_files_only(void **state)
{
    struct room *room = *state;
    uint32_t removed;
    struct file *f;
    for (uint64_t i = 1; i <= 4; i++)
        put_file(room, i, records(i, 1, 8), true);
    assert_int_equal(fs_replace_file(room->fs, "notes.txt", STR("x"), 0), 0);
    assert_int_equal(wal_follow_remove(room->fs, 0, &removed), 0);
    assert_int_equal(removed, 0);
    assert_int_equal(wal_follow_remove(room->fs, 3, &removed), 0);
    assert_int_equal(removed, 2);
    assert_int_equal(fs_open(room->fs, "0000000000000002.wal", FILE_READ, &f), ERR_NOT_FOUND);
    assert_int_equal(wal_follow_remove(room->fs, 100, &removed), 0);
    assert_int_equal(removed, 1);
    assert_int_equal(fs_open(room->fs, "0000000000000004.wal", FILE_READ, &f), 0);
    file_close(f);
    assert_int_equal(fs_open(room->fs, "notes.txt", FILE_READ, &f), 0);
    file_close(f);
}

/* ---- beside the real writer ------------------------------------------------------------------- */

enum { WRITTEN = 3000 };

static void count_done(void *ctx, int r)
{
    _Atomic uint64_t *done = ctx;
    check(r == 0);
    (*done)++;
}

/* Three lives of a writer, each with a file of its own. */
static void *write_all(void *arg)
{
    struct room *room = arg;
    _Atomic uint64_t done = 0;
    for (uint64_t life = 0; life < 3; life++) {
        struct wal_write *wal;
        check(wal_write_open(room->fs, 1 << 20, &wal) == 0);
        for (uint64_t i = 0; i < WRITTEN / 3; i++) {
            struct bytes one = records(life * (WRITTEN / 3) + i, 1, 8 + i % 300);
            while (wal_write_append(wal, bytes_str(&one), count_done, &done) == ERR_BUSY)
                clock_sleep_ms(1);
            bytes_release(&one);
        }
        wal_write_close(wal);
    }
    check(done == WRITTEN);
    return NULL;
}

static void test_wal_follow__follows_while_it_is_written(void **state)
{
    struct room *room = *state;
    pthread_t writer;
    struct wal_record record;
    uint64_t seen = 0, until = clock_boot_ms() + 20000;
    struct wal_follow *follow = wal_follow_open(room->fs, (struct wal_position){ 0 });
    assert_int_equal(pthread_create(&writer, NULL, write_all, room), 0);
    while (seen < WRITTEN && clock_boot_ms() < until) {
        int r = wal_follow_next(follow, &record);
        assert_true(r >= 0);
        if (r == 0) {
            clock_sleep_ms(1);
            continue;
        }
        assert_int_equal(number_of(&record), seen);
        seen++;
    }
    (void)pthread_join(writer, NULL);
    assert_int_equal(seen, WRITTEN);
    assert_int_equal(wal_follow_position(follow).file, 3);
    wal_follow_close(follow);
}


/* ---- files of the first version ------------------------------------------------------------- */

static void assert_first_batch(const struct wal_batch *batch)
{
    static const enum value_type types[] = { VALUE_STRING, VALUE_NUMBER, VALUE_TRUE, VALUE_FALSE,
                                             VALUE_NULL, VALUE_LIST, VALUE_OBJECT, VALUE_REF };
    const struct event *e = &batch->events[0];
    assert_int_equal(batch->project, 1);
    assert_int_equal(batch->event_count, 3);
    assert_int_equal(batch->update_count, 2);
    assert_str(e->name, "view");
    assert_int_equal(e->time_ms, 1700000000000);
    assert_int_equal(e->insert_hash, 1);
    assert_int_equal(e->person.bytes[8], 100);
    assert_int_equal(e->property_count, 8);
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(e->properties[i].value.type, types[i]);
    assert_str(e->properties[0].name, "colour");
    assert_str(e->properties[0].value.as.string, "red");
    assert_true(e->properties[1].value.as.number == 12.5);
    assert_str(e->properties[5].value.as.list.items[1].as.string, "b");
    assert_str(e->properties[6].value.as.object.members[0].name, "width");
    assert_int_equal(e->properties[7].value.as.sealed.kind, REF_KIND_EMAIL);
    assert_int_equal(e->properties[7].value.as.sealed.ref.bytes[0], 9);
    assert_true(ref_is_none(&batch->events[2].person));
    assert_int_equal(batch->events[2].flags, EVENT_BOT);
    assert_str(batch->updates[1].group_key, "company");
    assert_str(batch->updates[1].group_id, "acme");
    assert_true(batch->updates[1].properties[0].value.as.number == 40);
}

static void assert_second_batch(const struct wal_batch *batch)
{
    assert_int_equal(batch->event_count, 3);
    assert_int_equal(batch->update_count, 1);
    assert_str(batch->events[1].name, "login");
    assert_int_equal(batch->events[1].person.bytes[8], 7);
    assert_int_equal(batch->events[1].device.bytes[8], 100);
    assert_int_equal(batch->events[2].flags, EVENT_IMPORT);
    assert_int_equal(batch->updates[0].op, PROFILE_ADD);
}

static void test_wal_follow__files_of_the_first_version_are_read(void **state)
{
    struct temp temp;
    struct fs *fs = golden_copy("wal-1", &temp);
    struct wal_follow *follow = wal_follow_open(fs, (struct wal_position){ 0 });
    struct wal_record record;
    struct wal_batch batch;
    struct wal_count *counts;
    struct arena arena;
    uint32_t n;
    (void)state;
    arena_init(&arena, 0);
    assert_int_equal(wal_follow_next(follow, &record), 1);
    assert_int_equal(record.type, WAL_TYPE_BATCH);
    assert_int_equal(record.received_ms, 1700000005000);
    assert_int_equal(wal_record_decode_batch(record.payload, &arena, &batch), 0);
    assert_first_batch(&batch);
    assert_int_equal(wal_follow_next(follow, &record), 1);
    assert_int_equal(wal_record_decode_batch(record.payload, &arena, &batch), 0);
    assert_second_batch(&batch);
    assert_int_equal(wal_follow_next(follow, &record), 1);
    assert_int_equal(record.type, WAL_TYPE_COUNTS);
    assert_int_equal(wal_record_decode_counts(record.payload, &arena, &counts, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(counts[0].n, 3);
    assert_str(counts[1].reason, "unknown_token");
    assert_int_equal(wal_follow_next(follow, &record), 1);
    assert_int_equal(record.type, WAL_TYPE_SEALED);
    assert_str(record.payload, "AMSB and what only the vault opens");
    assert_int_equal(wal_follow_next(follow, &record), 0);
    assert_int_equal(wal_follow_position(follow).file, 2);
    wal_follow_close(follow);
    arena_release(&arena);
    fs_destroy(fs);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_wal_follow__##name, setup, teardown)
        TEST(waits_for_the_first_file),
        TEST(begins_where_it_was_told),
        TEST(goes_on_past_gaps),
        TEST(a_torn_tail_ends_the_file),
        TEST(stops_at_what_does_not_hold),
        TEST(sees_a_record_grow),
        TEST(records_larger_than_the_window),
        TEST(a_wal_that_went_back_is_no_wal),
        TEST(a_file_that_was_taken_back),
        TEST(removes_old_files_only),
        TEST(follows_while_it_is_written),
        cmocka_unit_test(test_wal_follow__files_of_the_first_version_are_read),
    };
    return RUN(tests);
}
