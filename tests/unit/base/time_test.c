/* base/time: the calendar both ways, and what the parsers refuse. */
#include "base/time.h"

#include "support/test.h"

static void test_time__days_round_trip_over_four_centuries(void **state)
{
    (void)state;
    for (int64_t days = -146097; days < 146097; days += 13) {
        int32_t y, m, d;
        time_civil_from_days(days, &y, &m, &d);
        assert_int_equal(time_days_from_civil(y, m, d), days);
    }
    assert_int_equal(time_days_from_civil(1970, 1, 1), 0);
    assert_int_equal(time_days_from_civil(2000, 2, 29), 11016);
    assert_int_equal(time_weekday(0), 3);
}

static void test_time__formats_what_it_parses(void **state)
{
    (void)state;
    char text[25];
    int64_t ms;
    assert_true(time_parse(STR("2026-11-24T08:10:20.123Z"), &ms));
    time_format(ms, text);
    assert_string_equal(text, "2026-11-24T08:10:20.123Z");
    time_format(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void test_time__offsets_and_short_forms_are_understood(void **state)
{
    (void)state;
    int64_t a, b;
    assert_true(time_parse(STR("2026-11-24T11:10:20+03:00"), &a));
    assert_true(time_parse(STR("2026-11-24 08:10:20"), &b));
    assert_int_equal(a, b);
    assert_true(time_parse(STR("2026-11-24"), &a));
    assert_int_equal(a % 86400000, 0);
}

static void test_time__impossible_days_are_refused(void **state)
{
    (void)state;
    int64_t ms;
    assert_false(time_parse_day(STR("2026-02-29"), &ms));
    assert_false(time_parse_day(STR("2026-13-01"), &ms));
    assert_false(time_parse_day(STR("2026-1-01"), &ms));
    assert_false(time_parse_day(STR("2026-01-01x"), &ms));
    assert_false(time_parse(STR("2026-01-01T25:00:00"), &ms));
    assert_false(time_parse(STR("2026-01-01T10"), &ms));
}

static void test_time__civil_fields_come_from_negative_ms_too(void **state)
{
    (void)state;
    struct time_civil t = time_civil_from_ms(-1);
    assert_int_equal(t.year, 1969);
    assert_int_equal(t.ms, 999);
    assert_int_equal(time_ms_from_civil(&t), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time__days_round_trip_over_four_centuries),
        cmocka_unit_test(test_time__formats_what_it_parses),
        cmocka_unit_test(test_time__offsets_and_short_forms_are_understood),
        cmocka_unit_test(test_time__impossible_days_are_refused),
        cmocka_unit_test(test_time__civil_fields_come_from_negative_ms_too),
    };
    return RUN(tests);
}
