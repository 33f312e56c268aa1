/* ingest/protocol/mixpanel_fields: ids keep every digit, times their unit. */
#include "ingest/protocol/mixpanel_fields.h"

#include "support/test.h"

static struct arena arena;
static struct ingest_request request;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    request = (struct ingest_request){ .arena = &arena };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct value read(struct json_scan *scan, const char *json)
{
    struct value value;
    json_scan_init(scan, str_from(json), &arena);
    assert_true(json_scan_value(scan, &value));
    return value;
}

static struct str id(const char *json)
{
    struct json_scan scan;
    struct mixpanel_reader reader = { .request = &request, .scan = &scan };
    struct value value = read(&scan, json);
    return mixpanel_fields_id(&reader, &value);
}

static void test_mixpanel_fields__ids_are_texts(void **state)
{
    (void)state;
    assert_str(id("\"u1\""), "u1");
    assert_str(id("42"), "42");
    assert_str(id("1234567890123456789"), "1234567890123456789");
    assert_str(id("-7"), "-7");
    assert_str(id("42.0"), "42");
    assert_str(id("1.5"), "1.5");
    assert_str(id("1e3"), "1000");
    assert_str(id("true"), "true");
    assert_str(id("[1]"), "[]");
    assert_str(id("{\"a\":1}"), "{}");
    assert_null(id("null").ptr);
    assert_non_null(id("\"\"").ptr);
}

static int64_t time_of(const char *json, bool is_strict)
{
    struct json_scan scan;
    struct value value = read(&scan, json);
    int64_t ms = -999;
    return mixpanel_fields_time(&value, is_strict, &ms) ? ms : -999;
}

static void test_mixpanel_fields__times_are_seconds_or_milliseconds(void **state)
{
    (void)state;
    assert_int_equal(time_of("1795453200", true), 1795453200000);
    assert_int_equal(time_of("1795453200.123", true), 1795453200123);
    assert_int_equal(time_of("1795453200123", true), 1795453200123);
    assert_int_equal(time_of("99999999999", true), 99999999999000);
    assert_int_equal(time_of("100000000000", true), 100000000000);
    assert_int_equal(time_of("-5", true), -5000);
    assert_int_equal(time_of("0", true), 0);
    assert_true(time_of("1e300", true) > 1000000000000000);
}

static void test_mixpanel_fields__other_times_only_outside_strict(void **state)
{
    (void)state;
    assert_int_equal(time_of("\"1795453200\"", false), 1795453200000);
    assert_int_equal(time_of("\"2026-11-23T17:00:00Z\"", false), 1795453200000);
    assert_int_equal(time_of("\"1795453200\"", true), -999);
    assert_int_equal(time_of("\"soon\"", false), -999);
    assert_int_equal(time_of("true", false), -999);
    assert_int_equal(time_of("[1]", false), -999);
}

static void test_mixpanel_fields__zero_is_no_place(void **state)
{
    (void)state;
    struct record record = { 0 };
    struct value text = { .type = VALUE_STRING, .as.string = STR("192.0.2.1") };
    struct value zero = { .type = VALUE_NUMBER, .as.number = 0 };
    mixpanel_fields_ip(&record, &text);
    assert_str(record.ip, "192.0.2.1");
    assert_false(record.no_ip);
    record = (struct record){ 0 };
    mixpanel_fields_ip(&record, &zero);
    assert_true(record.no_ip && record.ip.len == 0);
    text.as.string = STR("0");
    mixpanel_fields_ip(&record, &text);
    assert_true(record.no_ip && record.ip.len == 0);
}

static void test_mixpanel_fields__lists_and_records_grow(void **state)
{
    (void)state;
    struct mixpanel_output output = { .element_count = 3 };
    struct mixpanel_reader reader = { .request = &request, .output = &output };
    struct property *properties;
    uint32_t count;
    mixpanel_fields_begin(&reader);
    for (uint32_t i = 0; i < 200; i++) {
        struct value value = { .type = VALUE_NUMBER, .as.number = i };
        assert_true(mixpanel_fields_put(&reader, STR("n"), &value));
        struct record *record = mixpanel_fields_add(&reader, RECORD_EVENT);
        assert_non_null(record);
        record->event.flags = i;
    }
    assert_true(mixpanel_fields_end(&reader, &properties, &count));
    assert_int_equal(count, 200);
    assert_true(properties[199].value.as.number == 199);
    assert_int_equal(output.count, 200);
    assert_int_equal(output.records[150].event.flags, 150);
    assert_int_equal(output.records[150].index, 3);
    assert_str(mixpanel_fields_path(&reader, "properties", STR("a")), "properties.a");
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(test_mixpanel_fields__ids_are_texts),
        IN_ARENA(test_mixpanel_fields__times_are_seconds_or_milliseconds),
        IN_ARENA(test_mixpanel_fields__other_times_only_outside_strict),
        IN_ARENA(test_mixpanel_fields__zero_is_no_place),
        IN_ARENA(test_mixpanel_fields__lists_and_records_grow),
    };
    return RUN(tests);
}
