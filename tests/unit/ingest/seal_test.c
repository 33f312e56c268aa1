/* ingest/seal: after the step no marked value is left anywhere in the record or the batches, ids of
 * every property meet in one ref, and what was sealed and confirmed is not sealed again. */
#include "ingest/seal.h"

#include <string.h>

#include "event/ref_key.h"
#include "support/door.h"
#include "support/test.h"
#include "wal/wal_record.h"

struct batches {
    struct bytes all;
    uint32_t count;
};

static void keep_batch(void *ctx, struct str batch)
{
    struct batches *batches = ctx;
    bytes_append_str(&batches->all, batch);
    batches->count++;
    assert_true(batch.len <= 48 * 1024);
}

static void test_seal__no_marked_value_is_left(void **state)
{
    (void)state;
    struct door door;
    struct batches batches = { 0 };
    struct bytes payload = { 0 };
    door_open(&door);
    struct value items[2] = { { .type = VALUE_STRING, .as.string = STR("marked@example.com") },
                              { .type = VALUE_STRING, .as.string = STR("plain") } };
    struct value inner = { .type = VALUE_STRING, .as.string = STR("Marked Street 5, Apt 3") };
    struct value_member member = { STR("address"), &inner };
    struct property properties[] = {
        door_text("$email", "marked@example.com"), door_text("$name", "marked person"),
        door_text("alias", "marked-alias"),
        { STR("list"), { .type = VALUE_LIST, .as.list = { items, 2 } } },
        { STR("object"), { .type = VALUE_OBJECT, .as.object = { &member, 1 } } },
        door_text("plan", "Pro"),
    };
    struct record record = door_event(&door, properties, 6);
    record.distinct_id = record.user_id = STR("marked-user");
    record.device_id = STR("marked-device");
    record.insert_id = STR("marked-insert");
    seal_step(&door.request, &record);
    assert_int_equal(record.refusal.reason, REFUSAL_NONE);
    seal_session_finish(door.request.seal, keep_batch, &batches);
    struct wal_batch batch = { .project = 7, .event_count = 1, .events = &record.event };
    wal_record_encode_batch(&batch, &payload);
    assert_false(str_contains_fold(bytes_str(&payload), STR("marked")));
    assert_false(str_contains_fold(bytes_str(&batches.all), STR("marked")));
    assert_true(str_find(bytes_str(&payload), STR("plain")) >= 0);
    assert_true(str_find(bytes_str(&payload), STR("Pro")) >= 0);
    assert_int_equal(batches.count, 1);
    assert_int_equal(properties[3].value.as.list.items[0].type, VALUE_REF);
    bytes_release(&payload);
    bytes_release(&batches.all);
    door_close(&door);
}

static void test_seal__an_id_has_one_ref_wherever_it_stands(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    struct property properties[] = { door_text("alias", "u1"), door_text("$device_id", "d1") };
    struct record record = door_event(&door, properties, 2);
    record.distinct_id = record.user_id = STR("u1");
    record.device_id = STR("d1");
    seal_step(&door.request, &record);
    assert_true(ref_equal(&record.event.person, &properties[0].value.as.sealed.ref));
    assert_true(ref_equal(&record.event.device, &properties[1].value.as.sealed.ref));
    assert_int_equal(record.distinct_id.len, 0);
    struct record device_only = door_event(&door, NULL, 0);
    device_only.distinct_id = STR("$device:d1");
    device_only.device_id = STR("d1");
    seal_step(&door.request, &device_only);
    assert_true(ref_equal(&device_only.event.person, &record.event.device));
    assert_true(ref_is_none(&device_only.event.device));
    door_close(&door);
}

static void test_seal__without_a_person_values_are_dropped_and_counted(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    struct property properties[] = { door_text("$email", "a@b.example") };
    struct record record = door_event(&door, properties, 1);
    seal_step(&door.request, &record);
    assert_int_equal(properties[0].value.type, VALUE_NULL);
    assert_int_equal(door.request.dropped[REFUSAL_no_subject], 1);
    assert_true(ref_is_none(&record.event.person));
    door_close(&door);
}

static uint32_t seal_once(struct door *door, bool confirm)
{
    struct batches batches = { 0 };
    struct property properties[] = { door_text("$email", "a@b.example") };
    struct record record = door_event(door, properties, 1);
    door->request.seal = seal_session_begin(door->sealer, &door->arena);
    record.distinct_id = record.user_id = STR("u1");
    seal_step(&door->request, &record);
    seal_session_finish(door->request.seal, keep_batch, &batches);
    if (confirm)
        seal_session_confirm(door->request.seal);
    bytes_release(&batches.all);
    return batches.count;
}

static void test_seal__repeats_are_kept_out_only_after_the_sync(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    assert_int_equal(seal_once(&door, false), 1);
    assert_int_equal(seal_once(&door, true), 1);
    assert_int_equal(seal_once(&door, true), 0);
    door_close(&door);
}

static void test_seal__a_group_is_its_own_subject(void **state)
{
    (void)state;
    struct door door;
    struct ref_key key;
    uint8_t k[32];
    door_open(&door);
    for (uint8_t i = 0; i < 32; i++)
        k[i] = i;
    ref_key_derive(&key, 7, 1, k);
    struct property properties[] = { door_text("email", "sales@acme.example") };
    struct record record = { .kind = RECORD_UPDATE, .project = &door.settings->projects[0] };
    record.update = (struct profile_update){ .op = PROFILE_SET, .group_key = STR("company"),
                                             .group_id = STR("acme"), .property_count = 1,
                                             .properties = properties };
    seal_step(&door.request, &record);
    struct ref expected = ref_key_indexed(&key, REF_KIND_ID, STR("$group:company:acme"));
    assert_true(ref_equal(&record.update.subject, &expected));
    assert_int_equal(properties[0].value.type, VALUE_REF);
    assert_str(record.update.group_id, "acme");
    door_close(&door);
}

static void test_seal__a_group_that_is_a_person_goes_by_its_ref(void **state)
{
    (void)state;
    static const char *const ids[] = { "noura@example.com", "sk_live_51H8abcdefghijklmnop" };
    for (size_t i = 0; i < 2; i++) {
        struct door door;
        struct batches batches = { 0 };
        door_open(&door);
        struct record record = { .kind = RECORD_UPDATE, .project = &door.settings->projects[0] };
        record.update = (struct profile_update){ .op = PROFILE_SET, .group_key = STR("company"),
                                                 .group_id = str_from(ids[i]) };
        seal_step(&door.request, &record);
        seal_session_finish(door.request.seal, keep_batch, &batches);
        assert_int_equal(record.refusal.reason, i == 0 ? REFUSAL_NONE : REFUSAL_secret_dropped);
        if (i == 0)
            assert_true(str_starts(record.update.group_id, STR("g_")) &&
                        record.update.group_id.len == 34);
        assert_int_equal(batches.count, i == 0);
        bytes_release(&batches.all);
        door_close(&door);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal__no_marked_value_is_left),
        cmocka_unit_test(test_seal__an_id_has_one_ref_wherever_it_stands),
        cmocka_unit_test(test_seal__without_a_person_values_are_dropped_and_counted),
        cmocka_unit_test(test_seal__repeats_are_kept_out_only_after_the_sync),
        cmocka_unit_test(test_seal__a_group_is_its_own_subject),
        cmocka_unit_test(test_seal__a_group_that_is_a_person_goes_by_its_ref),
    };
    return RUN(tests);
}
