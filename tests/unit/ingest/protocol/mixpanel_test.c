/* ingest/protocol/mixpanel: requests as SDKs send them, and the replies that SDKs compare to the
 * byte, through the whole pipeline. */
#include "ingest/protocol/mixpanel.h"

#include <stdio.h>

#include "support/mixpanel_room.h"
#include "support/test.h"

#define TOKEN "\"token\":\"" ROOM_TOKEN "\""
#define EVENT "{\"event\":\"Login\",\"properties\":{" TOKEN ",\"distinct_id\":\"u1\"}}"
#define IMPORTED "{\"event\":\"Login\",\"properties\":{\"time\":" ROOM_NOW_S \
                 ",\"distinct_id\":\"u1\",\"$insert_id\":\"i-1\"}}"

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

static void assert_reply(unsigned status, const char *type, const char *body)
{
    if (room.reply.status != status || !str_equal(room.reply.body, str_from(body)))
        print_message("got %u %.*s\n", room.reply.status, STR_ARG(room.reply.body));
    assert_int_equal(room.reply.status, status);
    assert_true(str_equal(str_from(room.reply.content_type), str_from(type)));
    assert_true(str_equal(room.reply.body, str_from(body)));
}

static void test_mixpanel__a_good_event_is_answered_with_one_byte(void **state)
{
    (void)state;
    mixpanel_room_post(&room, MIXPANEL_TRACK, "", EVENT);
    assert_reply(200, "text/plain", "1");
    assert_int_equal(mixpanel_room_admitted(&room), 1);
    mixpanel_room_post(&room, MIXPANEL_TRACK, "", "[" EVENT "," EVENT "]");
    assert_reply(200, "text/plain", "1");
    assert_int_equal(mixpanel_room_admitted(&room), 2);
}

static void test_mixpanel__zero_only_when_nothing_is_valid(void **state)
{
    (void)state;
    mixpanel_room_post(&room, MIXPANEL_TRACK, "", "[{\"event\":\"\"}," EVENT "]");
    assert_reply(200, "text/plain", "1");
    assert_int_equal(mixpanel_room_admitted(&room), 1);
    mixpanel_room_post(&room, MIXPANEL_TRACK, "", "[{\"event\":\"\"}]");
    assert_reply(200, "text/plain", "0");
    mixpanel_room_post(&room, MIXPANEL_TRACK, "", "{\"event\":");
    assert_reply(200, "text/plain", "0");
    assert_int_equal(room.output.whole, REFUSAL_json_malformed);
    mixpanel_room_post(&room, MIXPANEL_TRACK, "", "[]");
    assert_reply(200, "text/plain", "0");
}

static void test_mixpanel__verbose_names_what_is_missing(void **state)
{
    (void)state;
    mixpanel_room_post(&room, MIXPANEL_TRACK, "verbose=1", EVENT);
    assert_reply(200, "application/json", "{\"error\":null,\"status\":1}");
    mixpanel_room_post(&room, MIXPANEL_TRACK, "verbose=1", "");
    assert_reply(200, "application/json", "{\"error\":\"data, missing or empty\",\"status\":0}");
    mixpanel_room_post(&room, MIXPANEL_TRACK, "verbose=1", "{\"properties\":{" TOKEN "}}");
    assert_reply(200, "application/json", "{\"error\":\"event, missing\",\"status\":0}");
    mixpanel_room_post(&room, MIXPANEL_TRACK, "verbose=1", "{\"event\":\"a\",\"properties\":{}}");
    assert_reply(200, "application/json", "{\"error\":\"token, missing or empty\",\"status\":0}");
    mixpanel_room_post(&room, MIXPANEL_ENGAGE, "verbose=1",
                       "{\"$distinct_id\":\"u1\",\"$set\":{\"plan\":\"pro\"}}");
    assert_reply(200, "application/json", "{\"error\":\"$token, missing or empty\",\"status\":0}");
    mixpanel_room_post(&room, MIXPANEL_ENGAGE, "verbose=1",
                       "{\"$token\":\"" ROOM_TOKEN "\",\"$set\":{\"plan\":\"pro\"}}");
    assert_reply(200, "application/json",
                 "{\"error\":\"$distinct_id, missing or empty\",\"status\":0}");
    mixpanel_room_post(&room, MIXPANEL_GROUPS, "verbose=1",
                       "{\"$token\":\"" ROOM_TOKEN "\",\"$group_key\":\"company\",\"$set\":{}}");
    assert_reply(200, "application/json",
                 "{\"error\":\"$group_id, missing or empty\",\"status\":0}");
}

static void test_mixpanel__an_unknown_token_is_answered_like_a_known_one(void **state)
{
    (void)state;
    mixpanel_room_post(&room, MIXPANEL_TRACK, "verbose=1",
                       "{\"event\":\"a\",\"properties\":{\"token\":\"unknown\"}}");
    assert_reply(200, "application/json", "{\"error\":null,\"status\":1}");
    assert_int_equal(mixpanel_room_admitted(&room), 0);
    assert_int_equal(room.output.records[0].refusal.reason, REFUSAL_token_unknown);
}

static void test_mixpanel__pictures_and_callbacks(void **state)
{
    (void)state;
    mixpanel_room_post(&room, MIXPANEL_TRACK, "img=1", EVENT);
    assert_int_equal(room.reply.status, 200);
    assert_string_equal(room.reply.content_type, "image/gif");
    assert_int_equal(room.reply.body.len, 43);
    assert_true(str_starts(room.reply.body, STR("GIF89a")));
    mixpanel_room_post(&room, MIXPANEL_TRACK, "callback=fn", EVENT);
    assert_reply(200, "text/javascript", "fn(1);");
}

static void test_mixpanel__import_under_strict_judges_each_record(void **state)
{
    (void)state;
    mixpanel_room_post(&room, MIXPANEL_IMPORT, "strict=1", "[" IMPORTED "," IMPORTED "]");
    assert_reply(200, "application/json",
                 "{\"code\":200,\"num_records_imported\":2,\"status\":\"OK\"}");
    mixpanel_room_post(&room, MIXPANEL_IMPORT, "strict=1",
                       "[{\"event\":\"a\",\"properties\":{\"time\":\"x\",\"distinct_id\":\"u1\","
                       "\"$insert_id\":\"i-9\"}}," IMPORTED "]");
    assert_reply(400, "application/json",
                 "{\"code\":400,\"error\":\"some data points in the request failed validation\","
                 "\"failed_records\":[{\"index\":0,\"insert_id\":\"i-9\",\"$insert_id\":\"i-9\","
                 "\"field\":\"properties.time\",\"message\":\"'properties.time' is invalid: "
                 "must be specified as seconds since epoch\"}],\"num_records_imported\":1,"
                 "\"status\":\"Bad Request\"}");
    assert_int_equal(mixpanel_room_admitted(&room), 1);
}

/* One bad record under strict, and the sentence about it. */
static void assert_failed(const char *record, const char *field, const char *message)
{
    char expected[1024];
    mixpanel_room_post(&room, MIXPANEL_IMPORT, "strict=1", record);
    (void)snprintf(expected, sizeof(expected), "\"field\":\"%s\",\"message\":\"%s\"}]", field,
                   message);
    if (str_find(room.reply.body, str_from(expected)) < 0)
        print_message("got %.*s\n", STR_ARG(room.reply.body));
    assert_int_equal(room.reply.status, 400);
    assert_true(str_find(room.reply.body, str_from(expected)) >= 0);
    assert_int_equal(mixpanel_room_admitted(&room), 0);
}

static void test_mixpanel__the_sentences_of_failed_records(void **state)
{
    (void)state;
    const char *time = "properties.time", *id = "properties.distinct_id";
    assert_failed("{\"event\":\"a\",\"properties\":{\"distinct_id\":\"u\"}}", time,
                  "'properties.time' is invalid: must not be missing");
    assert_failed("{\"event\":\"a\",\"properties\":{\"distinct_id\":\"u\","
                  "\"time\":1795463200}}", time,
                  "'properties.time' is invalid: must not be in the future");
    assert_failed("{\"event\":\"a\",\"properties\":{\"time\":" ROOM_NOW_S "}}", id,
                  "'properties.distinct_id' is invalid: must not be missing");
    assert_failed("{\"event\":\" \",\"properties\":{\"distinct_id\":\"u\",\"time\":" ROOM_NOW_S
                  "}}", "event", "'event' must not be missing or blank");
    assert_failed("{\"event\":\"a\",\"properties\":{\"distinct_id\":\"u\",\"time\":" ROOM_NOW_S
                  ",\"utm_source\":\"\xff\"}}", "properties.utm_source",
                  "properties.utm_source is invalid: string should be valid utf8");
}

static void test_mixpanel__import_without_strict_is_answered_like_track(void **state)
{
    (void)state;
    mixpanel_room_post(&room, MIXPANEL_IMPORT, "ip=0&verbose=0", IMPORTED);
    assert_reply(200, "text/plain", "1");
    mixpanel_room_post(&room, MIXPANEL_IMPORT, "strict=0&verbose=1", IMPORTED);
    assert_reply(200, "application/json",
                 "{\"code\":200,\"error\":null,\"num_records_imported\":1,\"status\":1}");
    mixpanel_room_post(&room, MIXPANEL_IMPORT, "strict=0", "{\"event\":\"\"}");
    assert_reply(200, "text/plain", "0");
}

static void test_mixpanel__an_empty_object_tests_the_credentials(void **state)
{
    (void)state;
    const char *probe = "{\"error\":\"data, missing or empty\",\"status\":0}";
    mixpanel_room_post(&room, MIXPANEL_IMPORT, "", "[{}]");
    assert_reply(200, "application/json", probe);
    mixpanel_room_post(&room, MIXPANEL_IMPORT, "strict=1", "[{ }]");
    assert_reply(200, "application/json", probe);
}

static void test_mixpanel__identity_calls_never_fail_a_batch_but_a_strict_import(void **state)
{
    (void)state;
    const char *calls =
        "[{\"event\":\"$create_alias\",\"properties\":{" TOKEN ",\"distinct_id\":\"a\","
        "\"alias\":\"b\"}}," EVENT "]";
    mixpanel_room_post(&room, MIXPANEL_TRACK, "", calls);
    assert_reply(200, "text/plain", "1");
    assert_int_equal(mixpanel_room_admitted(&room), 1);
    assert_int_equal(room.output.records[0].refusal.reason, REFUSAL_alias_dropped);
    mixpanel_room_post(&room, MIXPANEL_IMPORT, "strict=1",
                       "[" IMPORTED ",{\"event\":\"$merge\",\"properties\":{"
                       "\"$distinct_ids\":[\"a\",\"b\"]}}]");
    assert_int_equal(room.reply.status, 400);
    assert_true(str_find(room.reply.body,
                         STR("\"error\":\"identity events are not allowed when project is using "
                             "simplified identity management\",\"failed_records\":[\"")) > 0);
    assert_int_equal(room.output.count, 0);
}

static void import_as(const char *authorization, const char *query)
{
    struct mixpanel_input input = {
        .path = MIXPANEL_IMPORT, .query = str_from(query), .content_type = STR("application/json"),
        .content_encoding = STR(""), .authorization = str_from(authorization),
        .body = STR(IMPORTED),
    };
    mixpanel_room_send(&room, &input);
}

static void test_mixpanel__bad_credentials_have_their_own_sentences(void **state)
{
    (void)state;
    import_as("", "strict=1");
    assert_reply(401, "application/json",
                 "{\"code\":401,\"error\":\"Invalid credentials\",\"status\":\"Unauthorized\"}");
    import_as("Basic bm9ib2R5OnB3", "");
    assert_reply(401, "application/json",
                 "{\"code\":401,\"error\":\"Not a valid service account username\","
                 "\"status\":\"Unauthorized\"}");
    import_as("Basic bm90LWEtc2VjcmV0Og==", "");
    assert_reply(401, "application/json",
                 "{\"code\":401,\"error\":\"Unauthorized, invalid project secret. See docs "
                 "for more information: https://developer.mixpanel.com/reference/authentication"
                 "#project-secret\",\"status\":\"Unauthorized\"}");
    import_as("Basic " ROOM_KEY ":" ROOM_SECRET, "project_id=2");
    assert_reply(401, "application/json",
                 "{\"code\":401,\"error\":\"Credentials in request did not match project_id URL "
                 "parameter\",\"status\":\"Unauthorized\"}");
    assert_int_equal(room.output.whole, REFUSAL_credentials_bad);
    assert_int_equal(room.output.count, 0);
}

static void test_mixpanel__profiles_under_strict_are_judged_too(void **state)
{
    (void)state;
    mixpanel_room_post(&room, MIXPANEL_ENGAGE, "strict=1&verbose=1",
                       "[{\"$token\":\"" ROOM_TOKEN "\",\"$distinct_id\":\"u\","
                       "\"$set\":{\"a\":1}}]");
    assert_reply(200, "application/json",
                 "{\"code\":200,\"error\":null,\"num_good_events\":1,\"num_records_imported\":1,"
                 "\"status\":1}");
    mixpanel_room_post(&room, MIXPANEL_ENGAGE, "strict=1",
                       "[{\"$token\":\"" ROOM_TOKEN "\",\"$distinct_id\":\"u\","
                       "\"$add\":{\"a\":\"x\"}}]");
    assert_int_equal(room.reply.status, 400);
    assert_true(str_find(room.reply.body, STR("\"field\":\"$add\"")) > 0);
    assert_true(str_find(room.reply.body, STR("\"num_good_events\":0")) > 0);
}

static void test_mixpanel__too_much_is_told_so_that_sdks_halve_it(void **state)
{
    (void)state;
    struct bytes many = { 0 };
    bytes_put_u8(&many, '[');
    for (int i = 0; i < 2001; i++)
        bytes_append_str(&many, i ? STR(",{}") : STR("{}"));
    bytes_put_u8(&many, ']');
    bytes_put_u8(&many, 0);
    mixpanel_room_post(&room, MIXPANEL_TRACK, "", (const char *)many.ptr);
    assert_reply(413, "application/json",
                 "{\"code\":413,\"error\":\"request exceeds max limit of 10485760 bytes\","
                 "\"status\":\"Request Entity Too Large\"}");
    assert_int_equal(room.output.whole, REFUSAL_too_many_records);
    bytes_release(&many);
}

static void test_mixpanel__static_answers(void **state)
{
    (void)state;
    mixpanel_reply_error(429, &room.reply);
    assert_reply(429, "application/json",
                 "{\"code\":429,\"error\":\"Project exceeded rate limits. Please retry the request "
                 "with exponential backoff.\",\"status\":\"Too Many Requests\"}");
    mixpanel_reply_error(503, &room.reply);
    assert_int_equal(room.reply.status, 503);
    mixpanel_reply_error(777, &room.reply);
    assert_int_equal(room.reply.status, 500);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(test_mixpanel__a_good_event_is_answered_with_one_byte),
        IN_ROOM(test_mixpanel__zero_only_when_nothing_is_valid),
        IN_ROOM(test_mixpanel__verbose_names_what_is_missing),
        IN_ROOM(test_mixpanel__an_unknown_token_is_answered_like_a_known_one),
        IN_ROOM(test_mixpanel__pictures_and_callbacks),
        IN_ROOM(test_mixpanel__import_under_strict_judges_each_record),
        IN_ROOM(test_mixpanel__the_sentences_of_failed_records),
        IN_ROOM(test_mixpanel__import_without_strict_is_answered_like_track),
        IN_ROOM(test_mixpanel__an_empty_object_tests_the_credentials),
        IN_ROOM(test_mixpanel__identity_calls_never_fail_a_batch_but_a_strict_import),
        IN_ROOM(test_mixpanel__bad_credentials_have_their_own_sentences),
        IN_ROOM(test_mixpanel__profiles_under_strict_are_judged_too),
        IN_ROOM(test_mixpanel__too_much_is_told_so_that_sdks_halve_it),
        IN_ROOM(test_mixpanel__static_answers),
    };
    return RUN(tests);
}
