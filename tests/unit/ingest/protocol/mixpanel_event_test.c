/* ingest/protocol/mixpanel_event: what the browser SDK sends is taken apart into envelope and
 * properties, and what may not be kept is not. */
#include "ingest/protocol/mixpanel_event.h"

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

static const struct record *track(const char *json)
{
    struct mixpanel_input input = { .path = MIXPANEL_TRACK, .query = STR(""),
                                    .content_type = STR("application/json"),
                                    .content_encoding = STR(""), .body = str_from(json) };
    mixpanel_room_decode(&room, &input);
    assert_int_equal(room.output.count, 1);
    return &room.output.records[0];
}

static struct str property(const char *name)
{
    return mixpanel_room_property(&room, 0, name);
}

static void test_mixpanel_event__a_browser_event_is_taken_apart(void **state)
{
    (void)state;
    const struct record *record = track(
        "{\"event\":\"$mp_web_page_view\",\"properties\":{\"$os\":\"Linux\","
        "\"$browser\":\"Chrome\","
        "\"$current_url\":\"http://localhost/\",\"$browser_version\":null,\"$screen_height\":1080,"
        "\"mp_lib\":\"web\",\"$lib_version\":\"2.83.0\",\"$insert_id\":\"1n86kn6muw4fwpzm\","
        "\"time\":1795453199.5,\"distinct_id\":\"$device:19ab\",\"$device_id\":\"19ab\","
        "\"$initial_referring_domain\":\"$direct\",\"company\":[\"acme\"],"
        "\"token\":\"0123456789abcdef0123456789abcdef\"},"
        "\"$mp_metadata\":{\"$mp_event_id\":\"x\"}}");
    assert_int_equal(record->refusal.reason, REFUSAL_NONE);
    assert_str(record->event.name, "$mp_web_page_view");
    assert_str(record->token, ROOM_TOKEN);
    assert_str(record->distinct_id, "$device:19ab");
    assert_str(record->device_id, "19ab");
    assert_int_equal(record->user_id.len, 0);
    assert_str(record->insert_id, "1n86kn6muw4fwpzm");
    assert_true(record->has_time);
    assert_int_equal(record->event.time_ms, 1795453199500);
    assert_int_equal(record->event.property_count, 9);
    assert_str(record->event.properties[0].name, "$os");
    assert_str(property("mp_lib"), "\"web\"");
    assert_str(property("$browser_version"), "null");
    assert_str(property("company"), "[\"acme\"]");
    assert_str(property("token"), "absent");
    assert_str(property("$mp_metadata"), "absent");
}

static void test_mixpanel_event__addresses_and_foreign_ids_are_not_kept(void **state)
{
    (void)state;
    const struct record *record = track(
        "{\"event\":\"a\",\"properties\":{\"ip\":\"192.0.2.9\",\"$ip\":\"192.0.2.9\","
        "\"$distinct_id_before_identity\":\"u\",\"mp_original_distinct_id\":\"u\",\"x\":1}}");
    assert_str(record->ip, "192.0.2.9");
    assert_int_equal(record->event.property_count, 1);
    assert_str(property("x"), "1");
}

static void test_mixpanel_event__ignored_events_are_dropped(void **state)
{
    (void)state;
    assert_int_equal(track("{\"event\":\"a\",\"properties\":{\"$ignore\":true}}")->refusal.reason,
                     REFUSAL_ignored);
    assert_int_equal(track("{\"event\":\"a\",\"properties\":{\"$ignore\":1}}")->refusal.reason,
                     REFUSAL_ignored);
    assert_int_equal(track("{\"event\":\"a\",\"properties\":{\"$ignore\":null}}")->refusal.reason,
                     REFUSAL_NONE);
}

static void test_mixpanel_event__odd_records_are_refused_for_their_reason(void **state)
{
    (void)state;
    assert_int_equal(track("{\"properties\":{}}")->refusal.reason, REFUSAL_name_missing);
    assert_int_equal(track("{\"event\":7}")->refusal.reason, REFUSAL_name_missing);
    assert_int_equal(track("{\"event\":\" \\t\"}")->refusal.reason, REFUSAL_name_missing);
    assert_int_equal(track("{\"event\":\"a\",\"properties\":[1]}")->refusal.reason,
                     REFUSAL_properties_malformed);
    assert_int_equal(track("{\"event\":\"a\",\"properties\":null}")->refusal.reason, REFUSAL_NONE);
    assert_int_equal(track("{\"event\":\"a\",\"properties\":{\"time\":\"soon\"}}")->refusal.reason,
                     REFUSAL_time_malformed);
    assert_int_equal(track("[7]")->refusal.reason, REFUSAL_not_an_object);
    const struct record *record = track("{\"event\":\"a\",\"properties\":{\"n\":"
                                        "{\"m\":\"\xff\"}}}");
    assert_int_equal(record->refusal.reason, REFUSAL_utf8_malformed);
    assert_str(record->refusal.field, "properties.n");
    assert_int_equal(track("{\"event\":\"\xff\"}")->refusal.reason, REFUSAL_utf8_malformed);
}

/* mixpanel-js encodes both halves of a surrogate pair by itself: no reason to refuse an emoji. */
static void test_mixpanel_event__emoji_of_the_browser_sdk_are_read(void **state)
{
    (void)state;
    const struct record *record =
        track("{\"event\":\"a\",\"properties\":{\"mood\":\"\xed\xa0\xbd\xed\xb8\x80\"}}");
    assert_int_equal(record->refusal.reason, REFUSAL_NONE);
    assert_str(property("mood"), "\"\xf0\x9f\x98\x80\"");
}

static void test_mixpanel_event__identify_stays_where_it_links(void **state)
{
    (void)state;
    assert_true(mixpanel_event_is_identity(STR("$merge")));
    assert_false(mixpanel_event_is_identity(STR("$identified")));
    assert_int_equal(
        track("{\"event\":\"$identify\",\"properties\":{\"distinct_id\":\"u1\",\"$user_id\":\"u1\","
              "\"$device_id\":\"d1\",\"$anon_distinct_id\":\"$device:d1\"}}")->refusal.reason,
        REFUSAL_NONE);
    assert_int_equal(
        track("{\"event\":\"$identify\",\"properties\":{\"$identified_id\":\"u1\","
              "\"$anon_id\":\"x\"}}")->refusal.reason,
        REFUSAL_alias_dropped);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(test_mixpanel_event__a_browser_event_is_taken_apart),
        IN_ROOM(test_mixpanel_event__addresses_and_foreign_ids_are_not_kept),
        IN_ROOM(test_mixpanel_event__ignored_events_are_dropped),
        IN_ROOM(test_mixpanel_event__odd_records_are_refused_for_their_reason),
        IN_ROOM(test_mixpanel_event__emoji_of_the_browser_sdk_are_read),
        IN_ROOM(test_mixpanel_event__identify_stays_where_it_links),
    };
    return RUN(tests);
}
