/* wal/wal_verify: sound files, torn tails, and damage before what was written later. */
#include "wal/wal_verify.h"

#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"
#include "wal/wal_record.h"

#define NAME "0000000000000001.wal"

struct room {
    struct temp temp;
    struct fs *fs;
    struct bytes content;
    size_t ends[5];
};

static void add(struct room *room, int i, enum wal_type type, struct bytes *payload)
{
    struct wal_record record = { type, 1, bytes_str(payload) };
    wal_record_encode(&record, &room->content);
    room->ends[i] = room->content.len;
    bytes_release(payload);
}

/* A batch of two events, a sealed batch, counts, an unreadable batch, and a batch of one. */
static int setup(void **state)
{
    static struct room room;
    struct event events[2] = { { .name = STR("a") }, { .name = STR("b") } };
    struct wal_batch batch = { .project = 1, .event_count = 2, .events = events };
    struct wal_count count = { 1, STR("mixpanel"), STR("ignored"), 1 };
    struct bytes payload = { 0 };
    temp_make(&room.temp);
    room.fs = temp_fs(&room.temp);
    wal_record_encode_batch(&batch, &payload);
    add(&room, 0, WAL_TYPE_BATCH, &payload);
    bytes_append_str(&payload, STR("AMSB"));
    add(&room, 1, WAL_TYPE_SEALED, &payload);
    wal_record_encode_counts(&count, 1, &payload);
    add(&room, 2, WAL_TYPE_COUNTS, &payload);
    bytes_append_str(&payload, STR("no batch"));
    add(&room, 3, WAL_TYPE_BATCH, &payload);
    batch.event_count = 1;
    wal_record_encode_batch(&batch, &payload);
    add(&room, 4, WAL_TYPE_BATCH, &payload);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    bytes_release(&room->content);
    fs_destroy(room->fs);
    temp_remove(&room->temp);
    return 0;
}

static struct wal_verify verify(struct room *room, size_t len)
{
    struct wal_verify v;
    struct bytes file = { 0 };
    bytes_append_str(&file, str_slice(bytes_str(&room->content), 0, len));
    bytes_pad(&file, 65536);
    assert_int_equal(fs_replace_file(room->fs, NAME, bytes_str(&file), 0), 0);
    assert_int_equal(wal_verify_file(room->fs, NAME, &v), 0);
    bytes_release(&file);
    return v;
}

static void test_verify__counts_what_is_there(void **state)
{
    struct room *room = *state;
    struct wal_verify v = verify(room, room->content.len);
    assert_int_equal(v.size, 65536);
    assert_int_equal(v.records, 5);
    assert_int_equal(v.events, 3);
    assert_int_equal(v.updates, 0);
    assert_int_equal(v.sealed, 1);
    assert_int_equal(v.unreadable, 1);
    assert_int_equal(v.valid_end, room->content.len);
    assert_false(v.is_torn);
    assert_int_equal(v.lost_at, 0);
}

static void test_verify__a_torn_tail_is_no_loss(void **state)
{
    struct room *room = *state;
    struct wal_verify v = verify(room, room->ends[3] + 10);
    assert_int_equal(v.records, 4);
    assert_int_equal(v.valid_end, room->ends[3]);
    assert_true(v.is_torn);
    assert_int_equal(v.lost_at, 0);
}

static void test_verify__damage_before_a_whole_record_is(void **state)
{
    struct room *room = *state;
    for (size_t at = room->ends[0]; at < room->ends[1]; at++) {
        uint8_t *byte = &room->content.ptr[at];
        *byte ^= 0x10;
        struct wal_verify v = verify(room, room->content.len);
        *byte ^= 0x10;
        if (at >= room->ends[0] + WAL_HEADER_BYTES + 4)
            continue; /* padding is not under the checksum */
        assert_int_equal(v.records, 1);
        assert_int_equal(v.valid_end, room->ends[0]);
        assert_true(v.is_torn);
        assert_int_equal(v.lost_at, room->ends[1]);
    }
}

static void test_verify__empty_and_absent(void **state)
{
    struct room *room = *state;
    struct wal_verify v = verify(room, 0);
    assert_int_equal(v.records, 0);
    assert_false(v.is_torn);
    assert_int_equal(fs_replace_file(room->fs, NAME, STR(""), 0), 0);
    assert_int_equal(wal_verify_file(room->fs, NAME, &v), 0);
    assert_int_equal(v.size, 0);
    assert_int_equal(wal_verify_file(room->fs, "0000000000000002.wal", &v), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_verify__##name, setup, teardown)
        TEST(counts_what_is_there),
        TEST(a_torn_tail_is_no_loss),
        TEST(damage_before_a_whole_record_is),
        TEST(empty_and_absent),
    };
    return RUN(tests);
}
