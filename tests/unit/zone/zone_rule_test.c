/* zone/zone_rule: every form of date, the years far ahead, summer across the new year and all year,
 * and texts that are no rule. */
#include "zone/zone_rule.h"

#include "base/time.h"
#include "support/test.h"

static int64_t utc(const char *text)
{
    int64_t ms;
    assert_true(time_parse(str_from(text), &ms));
    return ms / 1000;
}

static struct zone_rule rule_of(const char *text)
{
    struct zone_rule rule;
    assert_true(zone_rule_parse(str_from(text), &rule));
    return rule;
}

static void test_zone_rule__northern_summer_begins_and_ends_on_the_second(void **state)
{
    (void)state;
    struct zone_rule rule = rule_of("EST5EDT,M3.2.0,M11.1.0");
    assert_int_equal(zone_rule_offset_s(&rule, utc("2060-03-14T06:59:59")), -18000);
    assert_int_equal(zone_rule_offset_s(&rule, utc("2060-03-14T07:00:00")), -14400);
    assert_int_equal(zone_rule_offset_s(&rule, utc("2060-11-07T05:59:59")), -14400);
    assert_int_equal(zone_rule_offset_s(&rule, utc("2060-11-07T06:00:00")), -18000);
    assert_int_equal(zone_rule_next_s(&rule, utc("2060-03-14T06:59:59")),
                     utc("2060-03-14T07:00:00"));
    assert_int_equal(zone_rule_next_s(&rule, utc("2060-03-14T07:00:00")),
                     utc("2060-11-07T06:00:00"));
    assert_int_equal(zone_rule_next_s(&rule, utc("2060-12-31T23:00:00")),
                     utc("2061-03-13T07:00:00"));
}

static void test_zone_rule__southern_summer_spans_the_new_year(void **state)
{
    (void)state;
    struct zone_rule rule = rule_of("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
    assert_int_equal(zone_rule_offset_s(&rule, utc("2060-01-01T00:00:00")), 39600);
    assert_int_equal(zone_rule_offset_s(&rule, utc("2060-07-01T00:00:00")), 37800);
    assert_int_equal(zone_rule_offset_s(&rule, utc("2060-12-31T23:59:59")), 39600);
}

static void test_zone_rule__cairo_changes_at_24_hours_of_the_last_thursday(void **state)
{
    (void)state;
    struct zone_rule rule = rule_of("EET-2EEST,M4.5.5/0,M10.5.4/24");
    /* Friday 2060-04-30 00:00 EET, and the end of Thursday 2060-10-28 EEST. */
    assert_int_equal(zone_rule_next_s(&rule, utc("2060-01-01T00:00:00")),
                     utc("2060-04-29T22:00:00"));
    assert_int_equal(zone_rule_next_s(&rule, utc("2060-05-01T00:00:00")),
                     utc("2060-10-28T21:00:00"));
}

static void test_zone_rule__days_by_number_count_leap_days_or_not(void **state)
{
    (void)state;
    struct zone_rule counted = rule_of("AAA0BBB,59/0,300/0");
    struct zone_rule never = rule_of("AAA0BBB,J60/0,J300/0");
    assert_int_equal(zone_rule_next_s(&counted, utc("2060-01-01T00:00:00")),
                     utc("2060-02-29T00:00:00"));
    assert_int_equal(zone_rule_next_s(&never, utc("2060-01-01T00:00:00")),
                     utc("2060-03-01T00:00:00"));
    assert_int_equal(zone_rule_next_s(&counted, utc("2061-01-01T00:00:00")),
                     utc("2061-03-01T00:00:00"));
    assert_int_equal(zone_rule_next_s(&never, utc("2061-01-01T00:00:00")),
                     utc("2061-03-01T00:00:00"));
}

static void test_zone_rule__summer_may_last_all_year(void **state)
{
    (void)state;
    struct zone_rule rule = rule_of("XXX3EDT4,0/0,J365/23");
    for (int64_t at = utc("2059-12-30T00:00:00"); at < utc("2061-01-05T00:00:00"); at += 3600)
        assert_int_equal(zone_rule_offset_s(&rule, at), -14400);
}

static void test_zone_rule__negative_times_reach_into_the_day_before(void **state)
{
    (void)state;
    struct zone_rule rule = rule_of("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
    /* An hour before Sunday 2060-03-28 00:00, two hours west. */
    assert_int_equal(zone_rule_next_s(&rule, utc("2060-01-01T00:00:00")),
                     utc("2060-03-28T01:00:00"));
}

static void test_zone_rule__without_summer_nothing_changes(void **state)
{
    (void)state;
    struct zone_rule rule = rule_of("<+0545>-5:45");
    assert_int_equal(zone_rule_offset_s(&rule, utc("2060-06-01")), 20700);
    assert_int_equal(zone_rule_next_s(&rule, 0), INT64_MAX);
}

static void test_zone_rule__other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "E", "EST", "5", "EST25", "EST5:60", "EST5EDT", "EST5EDT,", "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0,", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J365",
        "EST5EDT,J1,J366", "EST5EDT,0,366", "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0,M11.1.0,", "<+03", "<+03>", "<+03->-3x", "EST5 ",
        "EST99999999999999999999",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct zone_rule rule;
        assert_false(zone_rule_parse(str_from(bad[i]), &rule));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone_rule__northern_summer_begins_and_ends_on_the_second),
        cmocka_unit_test(test_zone_rule__southern_summer_spans_the_new_year),
        cmocka_unit_test(test_zone_rule__cairo_changes_at_24_hours_of_the_last_thursday),
        cmocka_unit_test(test_zone_rule__days_by_number_count_leap_days_or_not),
        cmocka_unit_test(test_zone_rule__summer_may_last_all_year),
        cmocka_unit_test(test_zone_rule__negative_times_reach_into_the_day_before),
        cmocka_unit_test(test_zone_rule__without_summer_nothing_changes),
        cmocka_unit_test(test_zone_rule__other_texts_are_refused),
    };
    return RUN(tests);
}
