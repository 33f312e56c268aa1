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

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(test_pipeline__scrub_reads_before_the_cut_and_seal_is_last),
        IN_ROOM(test_pipeline__what_is_refused_takes_no_further_step),
        IN_ROOM(test_pipeline__ids_leave_as_refs),
        IN_ROOM(test_pipeline__an_address_at_the_cut_is_found_before_it),
    };
    return RUN(tests);
}
