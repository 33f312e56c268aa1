/* ingest/protocol/mixpanel_profile: every operation of /engage and /groups becomes an update. */
#include "ingest/protocol/mixpanel_profile.h"

#include <stdio.h>

#include "support/mixpanel_room.h"
#include "support/test.h"

static struct mixpanel_room room;

static int set_up(void **state)
{
    (void)state;
    mixpanel_room_open(&room);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mixpanel_room_close(&room);
    return 0;
}

static void post(enum mixpanel_path path, const char *json)
{
    struct mixpanel_input input = { .path = path, .query = STR(""),
                                    .content_type = STR("application/json"),
                                    .content_encoding = STR(""), .body = str_from(json) };
    mixpanel_room_decode(&room, &input);
}

/* One operation of /engage; its first record. */
static const struct record *engage(const char *operation)
{
    static char json[1024]; /* what was read borrows from it */
    (void)snprintf(json, sizeof(json),
                   "{\"$token\":\"" ROOM_TOKEN "\",\"$distinct_id\":\"u1\",%s}", operation);
    post(MIXPANEL_ENGAGE, json);
    assert_true(room.output.count > 0);
    return &room.output.records[0];
}

static void assert_update(const char *operation, enum profile_op op, const char *name,
                          const char *value)
{
    const struct record *record = engage(operation);
    assert_int_equal(room.output.count, 1);
    assert_int_equal(record->refusal.reason, REFUSAL_NONE);
    assert_int_equal(record->kind, RECORD_UPDATE);
    assert_int_equal(record->update.op, op);
    assert_str(record->distinct_id, "u1");
    assert_str(record->token, ROOM_TOKEN);
    assert_true(str_equal(mixpanel_room_property(&room, 0, name), str_from(value)));
}

static void test_mixpanel_profile__each_operation_is_read(void **state)
{
    (void)state;
    assert_update("\"$set\":{\"plan\":\"pro\"}", PROFILE_SET, "plan", "\"pro\"");
    assert_update("\"$set_once\":{\"initial_utm_source\":null}", PROFILE_SET_ONCE,
                  "initial_utm_source", "null");
    assert_update("\"$add\":{\"logins\":-2.5}", PROFILE_ADD, "logins", "-2.5");
    assert_update("\"$append\":{\"$transactions\":{"
                  "\"$time\":\"2026-11-23T17:00:00\",\"$amount\":9}}",
                  PROFILE_APPEND, "$transactions",
                  "{\"$time\":\"2026-11-23T17:00:00\",\"$amount\":9}");
    assert_update("\"$union\":{\"tags\":[\"a\",\"b\"]}", PROFILE_UNION, "tags", "[\"a\",\"b\"]");
    assert_update("\"$union\":{\"tags\":\"a\"}", PROFILE_UNION, "tags", "[\"a\"]");
    assert_update("\"$remove\":{\"tags\":\"a\"}", PROFILE_REMOVE, "tags", "\"a\"");
    assert_update("\"$unset\":[\"plan\",\"tags\"]", PROFILE_UNSET, "tags", "null");
    assert_update("\"$unset\":\"plan\"", PROFILE_UNSET, "plan", "null");
}

static void test_mixpanel_profile__delete_takes_any_value(void **state)
{
    (void)state;
    const char *deletes[] = { "\"$delete\":\"\"", "\"$delete\":null", "\"$delete\":\"null\"",
                              "\"$delete\":{\"a\":1}" };
    for (size_t i = 0; i < 4; i++) {
        const struct record *record = engage(deletes[i]);
        assert_int_equal(record->refusal.reason, REFUSAL_NONE);
        assert_int_equal(record->update.op, PROFILE_DELETE);
        assert_int_equal(record->update.property_count, 0);
    }
}

static void test_mixpanel_profile__the_envelope_is_read_wherever_it_stands(void **state)
{
    (void)state;
    post(MIXPANEL_ENGAGE, "{\"$set\":{\"a\":1},\"$add\":{\"b\":2},\"$ip\":\"0\","
                          "\"$ignore_time\":true,\"$ignore_alias\":\"true\",\"$time\":1795453199,"
                          "\"$token\":\"t\","
                          "\"$distinct_id\":77,\"$user_id\":\"x\",\"$mp_metadata\":{}}");
    assert_int_equal(room.output.count, 2);
    assert_int_equal(room.output.element_count, 1);
    for (uint32_t i = 0; i < 2; i++) {
        const struct record *record = &room.output.records[i];
        assert_int_equal(record->update.op, i ? PROFILE_ADD : PROFILE_SET);
        assert_str(record->distinct_id, "77");
        assert_str(record->token, "t");
        assert_true(record->no_ip);
        assert_true(record->has_time);
        assert_int_equal(record->update.time_ms, 1795453199000);
        assert_int_equal(record->update.flags, PROFILE_IGNORE_TIME | PROFILE_IGNORE_ALIAS);
        assert_int_equal(record->update.property_count, 1);
    }
    assert_true(room.request.use_ip);
}

static void test_mixpanel_profile__groups_are_named_by_key_and_id(void **state)
{
    (void)state;
    post(MIXPANEL_GROUPS, "[{\"$token\":\"t\",\"$group_key\":\"company\",\"$group_id\":12,"
                          "\"$set\":{\"seats\":3}},{\"$token\":\"t\",\"$group_id\":\"a\","
                          "\"$set\":{}}]");
    assert_int_equal(room.output.count, 2);
    const struct record *record = &room.output.records[0];
    assert_int_equal(record->refusal.reason, REFUSAL_NONE);
    assert_str(record->update.group_key, "company");
    assert_str(record->update.group_id, "12");
    assert_int_equal(room.output.records[1].refusal.reason, REFUSAL_group_missing);
    assert_str(room.output.records[1].refusal.field, "$group_key");
}

static void test_mixpanel_profile__one_wrong_operation_refuses_the_element(void **state)
{
    (void)state;
    const char *wrong[] = { "\"$add\":{\"a\":\"1\"}", "\"$set\":[1]", "\"$set\":null",
                            "\"$unset\":{\"a\":1}", "\"$unset\":[1]", "\"$append\":\"x\"" };
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(engage(wrong[i])->refusal.reason, REFUSAL_operation_malformed);
        assert_int_equal(room.output.count, 1);
    }
    assert_int_equal(engage("\"$set\":{\"b\":1},\"$add\":{\"a\":\"x\"}")->refusal.reason,
                     REFUSAL_operation_malformed);
    assert_int_equal(room.output.count, 1);
    assert_int_equal(engage("\"$unknown\":{}")->refusal.reason, REFUSAL_operation_missing);
    assert_int_equal(engage("\"$set\":{\"b\":\"\xff\"}")->refusal.reason, REFUSAL_utf8_malformed);
    post(MIXPANEL_ENGAGE, "{\"$token\":\"t\",\"$set\":{}}");
    assert_int_equal(room.output.records[0].refusal.reason, REFUSAL_id_missing);
}

static void test_mixpanel_profile__addresses_are_not_kept(void **state)
{
    (void)state;
    assert_update("\"$set\":{\"$ip\":\"192.0.2.1\",\"ip\":\"192.0.2.1\",\"a\":1}", PROFILE_SET,
                  "$ip", "absent");
    assert_int_equal(room.output.records[0].update.property_count, 1);
    assert_str(engage("\"$ip\":\"192.0.2.1\",\"$set\":{}")->ip, "192.0.2.1");
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(test_mixpanel_profile__each_operation_is_read),
        IN_ROOM(test_mixpanel_profile__delete_takes_any_value),
        IN_ROOM(test_mixpanel_profile__the_envelope_is_read_wherever_it_stands),
        IN_ROOM(test_mixpanel_profile__groups_are_named_by_key_and_id),
        IN_ROOM(test_mixpanel_profile__one_wrong_operation_refuses_the_element),
        IN_ROOM(test_mixpanel_profile__addresses_are_not_kept),
    };
    return RUN(tests);
}
