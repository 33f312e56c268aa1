/* ingest/protocol/mixpanel_decode: lists, lines and lone records; what a broken part takes with it,
 * and what it does not. */
#include "ingest/protocol/mixpanel_decode.h"

#include <string.h>

#include "event/limits.h"
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

static void post(enum mixpanel_path path, const char *type, struct str body)
{
    struct mixpanel_input input = { .path = path, .query = STR(""), .content_type = str_from(type),
                                    .content_encoding = STR(""), .body = body };
    input.authorization = mixpanel_room_basic(&room, ROOM_TOKEN ":");
    mixpanel_room_decode(&room, &input);
}

static void test_mixpanel_decode__records_stand_in_a_list_or_one_after_another(void **state)
{
    (void)state;
    post(MIXPANEL_TRACK, "", STR("[{\"event\":\"a\"},{\"event\":\"b\"}]"));
    assert_int_equal(room.output.count, 2);
    assert_int_equal(room.output.records[1].index, 1);
    post(MIXPANEL_TRACK, "", STR("{\"event\":\"a\"}\n{\"event\":\"b\"} {\"event\":\"c\"}"));
    assert_int_equal(room.output.count, 3);
    assert_str(room.output.records[2].event.name, "c");
}

static void test_mixpanel_decode__a_broken_line_takes_no_other_with_it(void **state)
{
    (void)state;
    post(MIXPANEL_IMPORT, "application/x-ndjson",
         STR("oops\n{\"event\":\"a\"}\r\n\n{\"event\":\n[{\"event\":\"b\"},{\"event\":\"c\"}]\n"));
    assert_int_equal(room.output.whole, REFUSAL_NONE);
    assert_int_equal(room.output.element_count, 5);
    assert_int_equal(room.output.count, 5);
    assert_int_equal(room.output.records[0].refusal.reason, REFUSAL_json_malformed);
    assert_int_equal(room.output.records[1].refusal.reason, REFUSAL_NONE);
    assert_int_equal(room.output.records[2].refusal.reason, REFUSAL_json_malformed);
    assert_int_equal(room.output.records[2].index, 2);
    assert_str(room.output.records[4].event.name, "c");
}

static void test_mixpanel_decode__a_broken_list_is_refused_as_a_whole(void **state)
{
    (void)state;
    post(MIXPANEL_TRACK, "", STR("[{\"event\":\"a\"},{\"event\":]"));
    assert_int_equal(room.output.whole, REFUSAL_json_malformed);
    assert_int_equal(room.output.count, 0);
    post(MIXPANEL_TRACK, "", STR("[{\"event\":\"a\"}] x"));
    assert_int_equal(room.output.whole, REFUSAL_json_malformed);
}

static void test_mixpanel_decode__depth_is_refused_before_it_costs(void **state)
{
    (void)state;
    static char deep[200000];
    memset(deep, '[', sizeof(deep));
    post(MIXPANEL_TRACK, "", str_of(deep, sizeof(deep)));
    assert_int_equal(room.output.whole, REFUSAL_json_too_deep);
    post(MIXPANEL_IMPORT, "application/x-ndjson", str_of(deep, sizeof(deep)));
    assert_int_equal(room.output.whole, REFUSAL_NONE);
    assert_int_equal(room.output.records[0].refusal.reason, REFUSAL_json_too_deep);
}

static void test_mixpanel_decode__a_huge_record_is_refused_alone(void **state)
{
    (void)state;
    struct bytes json = { 0 };
    bytes_append_str(&json, STR("[{\"event\":\"a\",\"properties\":{\"x\":\""));
    memset(bytes_grow(&json, LIMIT_EVENT_BYTES), 'x', LIMIT_EVENT_BYTES);
    bytes_append_str(&json, STR("\"}},{\"event\":\"b\"}]"));
    post(MIXPANEL_TRACK, "application/json", bytes_str(&json));
    assert_int_equal(room.output.count, 2);
    assert_int_equal(room.output.records[0].refusal.reason, REFUSAL_record_too_large);
    assert_int_equal(room.output.records[1].refusal.reason, REFUSAL_NONE);
    bytes_release(&json);
}

/* Ten megabytes of "[]," would be four hundred in memory. */
static void test_mixpanel_decode__memory_is_refused_and_not_taken(void **state)
{
    (void)state;
    struct bytes json = { 0 };
    bytes_append_str(&json, STR("[{\"event\":\"a\",\"properties\":{\"x\":["));
    for (int i = 0; i < 3000000; i++)
        bytes_append_str(&json, STR("[],"));
    bytes_append_str(&json, STR("1]}}]"));
    post(MIXPANEL_TRACK, "application/json", bytes_str(&json));
    assert_int_equal(room.output.whole, REFUSAL_body_too_large);
    assert_int_equal(room.output.count, 0);
    assert_true(room.arena.used <= LIMIT_REQUEST_ARENA_BYTES);
    bytes_release(&json);
}

static void test_mixpanel_decode__flags_mean_what_they_mean_on_their_path(void **state)
{
    (void)state;
    struct mixpanel_input input = { .path = MIXPANEL_TRACK, .query = STR("strict=1&ip=1"),
                                    .content_type = STR(""), .content_encoding = STR(""),
                                    .body = STR("{}") };
    mixpanel_room_decode(&room, &input);
    assert_false(room.request.is_strict);
    assert_true(room.request.use_ip);
    assert_false(room.request.is_import);
    input.path = MIXPANEL_ENGAGE;
    input.query = STR("ip=0");
    mixpanel_room_decode(&room, &input);
    assert_false(room.request.use_ip);
    input.path = MIXPANEL_IMPORT;
    input.authorization = mixpanel_room_basic(&room, ROOM_TOKEN ":");
    input.query = STR("strict=1");
    mixpanel_room_decode(&room, &input);
    assert_true(room.request.is_strict && room.request.is_import);
    assert_non_null(room.request.project);
    assert_true(room.output.is_empty);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(test_mixpanel_decode__records_stand_in_a_list_or_one_after_another),
        IN_ROOM(test_mixpanel_decode__a_broken_line_takes_no_other_with_it),
        IN_ROOM(test_mixpanel_decode__a_broken_list_is_refused_as_a_whole),
        IN_ROOM(test_mixpanel_decode__depth_is_refused_before_it_costs),
        IN_ROOM(test_mixpanel_decode__a_huge_record_is_refused_alone),
        IN_ROOM(test_mixpanel_decode__memory_is_refused_and_not_taken),
        IN_ROOM(test_mixpanel_decode__flags_mean_what_they_mean_on_their_path),
    };
    return RUN(tests);
}
