/* ingest/pipeline: the steps in their order; what is refused takes no further step; an address at
 * the end of a long text does not slip through the cut. */
#include "ingest/pipeline.h"

#include <stdio.h>
#include <string.h>

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

static void test_pipeline__scrub_reads_before_the_cut_and_seal_is_last(void **state)
{
    (void)state;
    uint32_t count;
    const struct pipeline_step *steps = pipeline_steps(&count);
    const char *names[] = { "project", "limits", "time", "identity", "enrich", "scrub", "cut",
                            "classify", "seal" };
    assert_int_equal(count, 9);
    for (uint32_t i = 0; i < count; i++)
        assert_string_equal(steps[i].name, names[i]);
}

static void test_pipeline__what_is_refused_takes_no_further_step(void **state)
{
    (void)state;
    mixpanel_room_post(&room, MIXPANEL_TRACK, "",
                       "{\"event\":\"a\",\"properties\":{\"token\":\"x\",\"distinct_id\":\"u1\"}}");
    const struct record *record = &room.output.records[0];
    assert_int_equal(record->refusal.reason, REFUSAL_token_unknown);
    assert_true(ref_is_none(&record->event.person));
    assert_int_equal(record->event.time_ms, 0);
}

static void test_pipeline__ids_leave_as_refs(void **state)
{
    (void)state;
    struct ref user;
    mixpanel_room_post(&room, MIXPANEL_TRACK, "",
                       "[{\"event\":\"a\",\"properties\":{\"token\":\"" ROOM_TOKEN "\","
                       "\"distinct_id\":\"u1\",\"$device_id\":\"d1\",\"$user_id\":\"u1\"}},"
                       "{\"event\":\"a\",\"properties\":{\"token\":\"" ROOM_TOKEN "\","
                       "\"distinct_id\":\"$device:d1\",\"$device_id\":\"d1\"}},"
                       "{\"event\":\"a\",\"properties\":{\"token\":\"" ROOM_TOKEN "\","
                       "\"distinct_id\":\"\"}}]");
    assert_int_equal(mixpanel_room_admitted(&room), 3);
    const struct record *records = room.output.records;
    user = records[0].event.person;
    assert_false(ref_is_none(&user));
    assert_false(ref_is_none(&records[0].event.device));
    /* The anonymous event's subject is the device that the other one linked. */
    assert_true(ref_equal(&records[1].event.person, &records[0].event.device));
    assert_true(ref_is_none(&records[1].event.device));
    assert_true(ref_is_none(&records[2].event.person));
    mixpanel_room_post(&room, MIXPANEL_ENGAGE, "",
                       "{\"$token\":\"" ROOM_TOKEN "\",\"$distinct_id\":\"u1\","
                       "\"$set\":{\"plan\":\"pro\"}}");
    assert_true(ref_equal(&room.output.records[0].update.subject, &user));
}

static void test_pipeline__an_address_at_the_cut_is_found_before_it(void **state)
{
    (void)state;
    char json[1024], text[256];
    memset(text, 'x', sizeof(text));
    for (size_t i = 7; i < sizeof(text); i += 8)
        text[i] = ' ';
    /* The cut at 255 bytes would fall into "noura.alotaibi@example.com". */
    for (size_t at = 236; at < 254; at++) {
        (void)snprintf(json, sizeof(json),
                       "{\"event\":\"a\",\"properties\":{\"token\":\"" ROOM_TOKEN "\","
                       "\"distinct_id\":\"u1\","
                       "\"note\":\"%.*s noura.alotaibi@example.com wrote\"}}",
                       (int)at, text);
        mixpanel_room_post(&room, MIXPANEL_TRACK, "", json);
        assert_int_equal(mixpanel_room_admitted(&room), 1);
        struct str note = mixpanel_room_property(&room, 0, "note");
        assert_int_equal(str_find(note, STR("noura")), -1);
        assert_int_equal(str_find(note, STR("alotaibi")), -1);
    }
}

/* What becomes of a property and a text, with the counts of what was dropped. */
static struct str outcome(struct plain_cache *cache, const char *name, const char *text)
{
    char json[1024];
    struct plain_cache *own = room.plain;
    room.plain = cache;
    (void)snprintf(json, sizeof(json),
                   "{\"event\":\"%s\",\"properties\":{\"token\":\"" ROOM_TOKEN "\","
                   "\"distinct_id\":\"u1\",\"%s\":\"%s\",\"list\":[\"%s\"]}}", text, name, text,
                   text);
    mixpanel_room_post(&room, MIXPANEL_TRACK, "", json);
    room.plain = own;
    struct str all = arena_printf(&room.arena, "%u", mixpanel_room_admitted(&room));
    const struct event *event = &room.output.records[0].event;
    for (uint32_t i = 0; i < event->property_count; i++) {
        struct bytes value = { 0 };
        value_encode(&event->properties[i].value, &value);
        char hex[2 * 512 + 1];
        assert_true(value.len <= 512);
        str_hex(value.ptr, value.len, hex);
        all = arena_printf(&room.arena, STR_FMT "|" STR_FMT "=%s", STR_ARG(all),
                           STR_ARG(event->properties[i].name), hex);
        bytes_release(&value);
    }
    for (int reason = 0; reason < REFUSAL_COUNT; reason++)
        all = arena_printf(&room.arena, STR_FMT ",%u", STR_ARG(all), room.request.dropped[reason]);
    return arena_printf(&room.arena, STR_FMT "|" STR_FMT, STR_ARG(all), STR_ARG(event->name));
}

static void test_pipeline__what_was_judged_before_comes_out_the_same(void **state)
{
    (void)state;
    static const char *const names[] = {
        "plan", "Plan name", "email", "nickname", "password", "api_key", "$current_url", "$user_id",
        "alias", "phone", "noura@example.com", "sk_live_51H8abcdefghijklmnop", "note", "mp_lib",
    };
    static const char *const texts[] = {
        "Pro", "Chrome", "", "0", "noura@example.com", "+966501234567", "Noura Al-Otaibi",
        "/docs", "/reset?token=abcdef", "https://a.example/p?page=2", "https://a.example/p#x",
        "https://n:p@a.example/", "call +966 50 123 4567 today", "sk_live_51H8abcdefghijklmnop",
        "4111 1111 1111 1111", "2026-11-24", "192.168.1.20", "45 Mill Way", "Grace", "10.15.7",
        "//a.example/u/noura%40example.com", "/", "/#", "GB82 WEST 1234 5698 7654 32",
    };
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
            char expected[4096];
            mixpanel_room_reset(&room);
            struct str anew = outcome(NULL, names[n], texts[t]);
            assert_true(anew.len > 0 && anew.len < sizeof(expected));
            memcpy(expected, anew.ptr, anew.len);
            for (int again = 0; again < 2; again++)
                assert_true(str_equal(outcome(room.plain, names[n], texts[t]),
                                      str_of(expected, anew.len)));
        }
    }
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(test_pipeline__scrub_reads_before_the_cut_and_seal_is_last),
        IN_ROOM(test_pipeline__what_is_refused_takes_no_further_step),
        IN_ROOM(test_pipeline__ids_leave_as_refs),
        IN_ROOM(test_pipeline__an_address_at_the_cut_is_found_before_it),
        IN_ROOM(test_pipeline__what_was_judged_before_comes_out_the_same),
    };
    return RUN(tests);
}
