/* ingest/step_limits: each bound at its edge; names are distinct afterwards. */
#include "ingest/step_limits.h"

#include <string.h>

#include "event/limits.h"
#include "json/scan.h"
#include "support/test.h"

static struct arena arena;
static struct ingest_request request;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    request = (struct ingest_request){ .arena = &arena };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* An event, or with kind UPDATE an update, with these properties (a JSON object). */
static struct record judge(enum record_kind kind, struct str json)
{
    struct json_scan scan;
    struct value object;
    struct record record = { .kind = kind };
    uint32_t *count;
    json_scan_init(&scan, json, &arena);
    assert_true(json_scan_value(&scan, &object));
    struct property **list = record_properties(&record, &count);
    *count = object.as.object.count;
    *list = arena_alloc(&arena, (*count + 1) * sizeof(**list));
    for (uint32_t i = 0; i < *count; i++)
        (*list)[i] = (struct property){ object.as.object.members[i].name,
                                        *object.as.object.members[i].value };
    step_limits(&request, &record);
    return record;
}

/* The properties that are left, as a JSON object. */
static struct str left(struct str json)
{
    struct record record = judge(RECORD_EVENT, json);
    struct bytes out = { 0 };
    assert_int_equal(record.refusal.reason, REFUSAL_NONE);
    for (uint32_t i = 0; i < record.event.property_count; i++) {
        bytes_append_str(&out, record.event.properties[i].name);
        bytes_put_u8(&out, '=');
        value_format_json(&record.event.properties[i].value, &out);
        bytes_put_u8(&out, ' ');
    }
    struct str copy = arena_copy(&arena, bytes_str(&out));
    bytes_release(&out);
    return copy;
}

/* {"p0":0,"p1":0,…} with n members, or with a prefix and suffix around a list of n. */
static struct str members(uint32_t n)
{
    struct bytes json = { 0 };
    bytes_put_u8(&json, '{');
    for (uint32_t i = 0; i < n; i++)
        bytes_printf(&json, "%s\"p%u\":0", i ? "," : "", i);
    bytes_put_u8(&json, '}');
    struct str copy = arena_copy(&arena, bytes_str(&json));
    bytes_release(&json);
    return copy;
}

static struct str around(const char *before, struct str middle, const char *after)
{
    return arena_printf(&arena, "%s" STR_FMT "%s", before, STR_ARG(middle), after);
}

static struct str list(uint32_t n)
{
    struct bytes json = { 0 };
    bytes_put_u8(&json, '[');
    for (uint32_t i = 0; i < n; i++)
        bytes_append_str(&json, i ? STR(",1") : STR("1"));
    bytes_put_u8(&json, ']');
    struct str copy = arena_copy(&arena, bytes_str(&json));
    bytes_release(&json);
    return copy;
}

static struct str letters(size_t n)
{
    char *text = arena_alloc(&arena, n);
    memset(text, 'x', n);
    return str_of(text, n);
}

static void test_step_limits__the_last_value_wins_at_the_first_place(void **state)
{
    (void)state;
    assert_str(left(STR("{\"a\":1,\"b\":2,\"a\":3,\"c\":4,\"b\":5}")), "a=3 b=5 c=4 ");
    assert_str(left(STR("{\"o\":{\"x\":1,\"y\":2,\"x\":3}}")), "o={\"x\":3,\"y\":2} ");
}

static void test_step_limits__names_are_cut_at_a_character(void **state)
{
    (void)state;
    struct str name = around("", letters(254), "\xd9\x86 more");
    struct record record = judge(RECORD_EVENT, around(around("{\"", name, "\":1,\"").ptr, name,
                                                      "!\":2}"));
    assert_int_equal(record.event.property_count, 1);
    assert_int_equal(record.event.properties[0].name.len, 254);
    assert_true(record.event.properties[0].value.as.number == 2);
    struct record named = { .kind = RECORD_EVENT, .event.name = letters(300) };
    step_limits(&request, &named);
    assert_int_equal(named.event.name.len, 255);
}

static void test_step_limits__surplus_properties_are_dropped_or_refused(void **state)
{
    (void)state;
    assert_int_equal(judge(RECORD_EVENT, members(255)).event.property_count, 255);
    assert_int_equal(request.dropped[REFUSAL_too_many_properties], 0);
    assert_int_equal(judge(RECORD_EVENT, members(300)).event.property_count, 255);
    assert_int_equal(request.dropped[REFUSAL_too_many_properties], 45);
    assert_int_equal(judge(RECORD_UPDATE, members(2000)).update.property_count, 2000);
    request.is_strict = true;
    assert_int_equal(judge(RECORD_EVENT, members(255)).refusal.reason, REFUSAL_NONE);
    assert_int_equal(judge(RECORD_EVENT, members(256)).refusal.reason,
                     REFUSAL_too_many_properties);
    assert_int_equal(judge(RECORD_UPDATE, members(2001)).refusal.reason,
                     REFUSAL_too_many_properties);
}

static void test_step_limits__what_is_too_deep_or_large_goes_alone(void **state)
{
    (void)state;
    assert_str(left(STR("{\"a\":[[[1]]],\"b\":[[[[1]]]],\"c\":{\"d\":{\"e\":{\"f\":1}}}}")),
               "a=[[[1]]] c={\"d\":{\"e\":{\"f\":1}}} ");
    assert_int_equal(request.dropped[REFUSAL_value_too_deep], 1);
    assert_int_equal(judge(RECORD_EVENT, around("{\"a\":", list(255), "}"))
                         .event.property_count, 1);
    assert_int_equal(judge(RECORD_EVENT, around("{\"a\":", list(256), "}"))
                         .event.property_count, 0);
    assert_int_equal(judge(RECORD_EVENT, around("{\"a\":", members(255), "}"))
                         .event.property_count, 1);
    assert_int_equal(judge(RECORD_EVENT, around("{\"a\":", members(256), "}"))
                         .event.property_count, 0);
    assert_int_equal(request.dropped[REFUSAL_value_too_large], 2);
}

static void test_step_limits__strict_names_the_property(void **state)
{
    (void)state;
    request.is_strict = true;
    struct record record = judge(RECORD_EVENT, STR("{\"a\":1,\"b\":[[[[1]]]]}"));
    assert_int_equal(record.refusal.reason, REFUSAL_value_too_deep);
    assert_str(record.refusal.field, "properties.b");
    record = judge(RECORD_UPDATE, STR("{\"b\":[[[[1]]]]}"));
    assert_str(record.refusal.field, "b");
}

static void test_step_limits__values_are_bounded_by_their_json(void **state)
{
    (void)state;
    /* ["xxx…"] is four bytes more than its letters. */
    struct str fits = around("{\"a\":[\"", letters(8 * 1024 - 4), "\"]}");
    struct str over = around("{\"a\":[\"", letters(8 * 1024 - 3), "\"]}");
    assert_int_equal(judge(RECORD_EVENT, fits).event.property_count, 1);
    assert_int_equal(judge(RECORD_EVENT, over).event.property_count, 0);
    assert_int_equal(judge(RECORD_UPDATE, over).update.property_count, 1);
    /* A text alone is cut later, after scrub; here only far above that. */
    struct record record = judge(RECORD_EVENT, around("{\"a\":\"", letters(100000), "\"}"));
    assert_int_equal(record.event.properties[0].value.as.string.len, LIMIT_VALUE_BYTES);
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(test_step_limits__the_last_value_wins_at_the_first_place),
        IN_ARENA(test_step_limits__names_are_cut_at_a_character),
        IN_ARENA(test_step_limits__surplus_properties_are_dropped_or_refused),
        IN_ARENA(test_step_limits__what_is_too_deep_or_large_goes_alone),
        IN_ARENA(test_step_limits__strict_names_the_property),
        IN_ARENA(test_step_limits__values_are_bounded_by_their_json),
    };
    return RUN(tests);
}
