/* wal/wal_record: records and batches come back as they went in; torn, damaged and random bytes are
 * the end or corrupt, never a crash. */
#include "wal/wal_record.h"

#include <string.h>

#include "base/err.h"
#include "base/rand.h"
#include "support/test.h"

static struct value text(const char *s)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(s) };
}

static void encode_sample(struct bytes *payload)
{
    struct value list[2] = { text("a"), { .type = VALUE_NUMBER, .as.number = 2.5 } };
    struct value inner = text("Pro");
    struct value_member member = { STR("plan"), &inner };
    struct property properties[4] = {
        { STR("plan"), text("Pro") },
        { STR("$email"), { .type = VALUE_REF, .as.sealed = { { { 5 } }, REF_KIND_EMAIL } } },
        { STR("tags"), { .type = VALUE_LIST, .as.list = { list, 2 } } },
        { STR("o"), { .type = VALUE_OBJECT, .as.object = { &member, 1 } } },
    };
    struct event events[3] = {
        { .name = STR("Login"), .time_ms = 1795453200123, .person = { { 1 } }, .device = { { 2 } },
          .insert_hash = 77, .flags = EVENT_BOT, .property_count = 4, .properties = properties },
        { .name = STR("Login"), .time_ms = -5, .property_count = 1, .properties = properties },
        { .name = STR("Pay"), .time_ms = 0, .property_count = 0 },
    };
    struct profile_update update = {
        .op = PROFILE_UNION, .group_key = STR("company"), .group_id = STR("acme"),
        .subject = { { 9 } }, .time_ms = 4, .flags = PROFILE_IGNORE_TIME, .property_count = 1,
        .properties = properties + 2 };
    struct wal_batch batch = { .project = 7, .event_count = 3, .events = events,
                               .update_count = 1, .updates = &update };
    wal_record_encode_batch(&batch, payload);
}

static void test_wal_record__batch_round_trips(void **state)
{
    (void)state;
    struct bytes payload = { 0 }, again = { 0 };
    struct arena arena;
    struct wal_batch batch;
    arena_init(&arena, 0);
    encode_sample(&payload);
    assert_int_equal(wal_record_decode_batch(bytes_str(&payload), &arena, &batch), 0);
    assert_int_equal(batch.project, 7);
    assert_int_equal(batch.event_count, 3);
    assert_str(batch.events[0].name, "Login");
    assert_int_equal(batch.events[0].time_ms, 1795453200123);
    assert_int_equal(batch.events[0].device.bytes[0], 2);
    assert_int_equal(batch.events[0].insert_hash, 77);
    assert_int_equal(batch.events[1].time_ms, -5);
    assert_true(ref_is_none(&batch.events[1].person));
    assert_str(batch.events[0].properties[2].value.as.list.items[0].as.string, "a");
    assert_str(batch.updates[0].group_id, "acme");
    wal_record_encode_batch(&batch, &again);
    assert_true(str_equal(bytes_str(&payload), bytes_str(&again)));
    bytes_release(&payload);
    bytes_release(&again);
    arena_release(&arena);
}

static void test_wal_record__repeated_strings_are_stored_once(void **state)
{
    (void)state;
    struct property property = { STR("a property with a long name"), text("a long value, too") };
    struct event events[100];
    struct bytes payload = { 0 };
    for (int i = 0; i < 100; i++)
        events[i] = (struct event){ .name = STR("An event with a long name"), .property_count = 1,
                                    .properties = &property };
    struct wal_batch batch = { .project = 1, .event_count = 100, .events = events };
    wal_record_encode_batch(&batch, &payload);
    assert_true(payload.len < 100 * 16 + 120);
    bytes_release(&payload);
}

static void test_wal_record__torn_or_damaged_record_is_the_end(void **state)
{
    (void)state;
    struct bytes payload = { 0 }, framed = { 0 };
    struct wal_record back;
    size_t used;
    encode_sample(&payload);
    struct wal_record record = { WAL_TYPE_BATCH, 12345, bytes_str(&payload) };
    wal_record_encode(&record, &framed);
    assert_int_equal(framed.len % 8, 0);
    assert_int_equal(wal_record_decode(bytes_str(&framed), &back, &used), 0);
    assert_int_equal(used, framed.len);
    assert_int_equal(back.received_ms, 12345);
    assert_true(str_equal(back.payload, record.payload));
    for (size_t len = 0; len < framed.len; len++)
        assert_int_equal(wal_record_decode(str_of(framed.ptr, len), &back, &used), ERR_NOT_FOUND);
    for (size_t i = 0; i < WAL_HEADER_BYTES + payload.len; i++) {
        framed.ptr[i] ^= 0x10;
        assert_int_equal(wal_record_decode(bytes_str(&framed), &back, &used), ERR_NOT_FOUND);
        framed.ptr[i] ^= 0x10;
    }
    memset(framed.ptr, 0, framed.len);
    assert_int_equal(wal_record_decode(bytes_str(&framed), &back, &used), ERR_NOT_FOUND);
    bytes_release(&payload);
    bytes_release(&framed);
}

static void test_wal_record__mutated_batches_are_corrupt_or_whole(void **state)
{
    (void)state;
    struct bytes payload = { 0 };
    struct arena arena;
    struct rand rand;
    int whole = 0;
    arena_init(&arena, 1 << 22);
    rand_init(&rand, 3);
    encode_sample(&payload);
    for (int round = 0; round < 30000; round++) {
        struct wal_batch batch;
        size_t at = (size_t)rand_below(&rand, payload.len);
        uint8_t before = payload.ptr[at];
        payload.ptr[at] = (uint8_t)rand_u64(&rand);
        size_t len = round % 3 ? payload.len : at;
        whole += wal_record_decode_batch(str_of(payload.ptr, len), &arena, &batch) == 0;
        payload.ptr[at] = before;
        arena_reset(&arena);
    }
    assert_true(whole > 0 && whole < 30000);
    bytes_release(&payload);
    arena_release(&arena);
}

static void test_wal_record__arena_limit_is_no_memory(void **state)
{
    (void)state;
    struct bytes payload = { 0 };
    struct arena arena;
    struct wal_batch batch;
    arena_init(&arena, 128);
    encode_sample(&payload);
    assert_int_equal(wal_record_decode_batch(bytes_str(&payload), &arena, &batch), ERR_NOMEM);
    bytes_release(&payload);
    arena_release(&arena);
}

static void test_wal_record__counts_round_trip(void **state)
{
    (void)state;
    struct wal_count in[2] = { { 1, STR("mixpanel"), STR("name_missing"), 3 },
                               { 0, STR("mixpanel"), STR("token_unknown"), 1u << 20 } };
    struct wal_count *out;
    struct bytes payload = { 0 };
    struct arena arena;
    uint32_t n;
    arena_init(&arena, 0);
    wal_record_encode_counts(in, 2, &payload);
    assert_int_equal(wal_record_decode_counts(bytes_str(&payload), &arena, &out, &n), 0);
    assert_int_equal(n, 2);
    assert_str(out[0].reason, "name_missing");
    assert_int_equal(out[1].n, 1u << 20);
    assert_int_equal(wal_record_decode_counts(str_of(payload.ptr, payload.len - 1), &arena, &out,
                                              &n), ERR_CORRUPT);
    bytes_release(&payload);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wal_record__batch_round_trips),
        cmocka_unit_test(test_wal_record__repeated_strings_are_stored_once),
        cmocka_unit_test(test_wal_record__torn_or_damaged_record_is_the_end),
        cmocka_unit_test(test_wal_record__mutated_batches_are_corrupt_or_whole),
        cmocka_unit_test(test_wal_record__arena_limit_is_no_memory),
        cmocka_unit_test(test_wal_record__counts_round_trip),
    };
    return RUN(tests);
}
