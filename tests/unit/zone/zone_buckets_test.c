/* zone/zone_buckets: labels and edges of every unit in the system's zones, and what all of them
 * must hold: buckets touch, labels differ, the ends are the asked days. */
#include "zone/zone.h"

#include "base/err.h"
#include "base/time.h"
#include "support/test.h"
#include "sys/file_real.h"

static struct fs *files;

static int open_tree(void **state)
{
    int fd;
    (void)state;
    assert_int_equal(file_real_open_dir("/usr/share/zoneinfo", false, &fd), 0);
    files = fs_real_create(fd);
    return 0;
}

static int close_tree(void **state)
{
    (void)state;
    fs_destroy(files);
    return 0;
}

static int64_t utc(const char *text)
{
    int64_t ms;
    assert_true(time_parse(str_from(text), &ms));
    return ms / 1000;
}

static int64_t day(const char *text)
{
    int64_t days;
    assert_true(time_parse_day(str_from(text), &days));
    return days;
}

struct made {
    struct arena arena;
    struct zone *zone;
    struct zone_buckets got;
};

static void release(struct made *made)
{
    zone_destroy(made->zone);
    arena_release(&made->arena);
}

static struct made make(const char *zone, const char *from, const char *to, enum zone_unit unit,
                        uint32_t week_start)
{
    struct made made = { 0 };
    arena_init(&made.arena, 0);
    assert_int_equal(zone_load(files, str_from(zone), &made.zone), 0);
    assert_int_equal(zone_make_buckets(made.zone, day(from), day(to), unit, week_start, 50000,
                                       &made.arena, &made.got),
                     0);
    for (uint32_t i = 0; i < made.got.count; i++) {
        const struct zone_bucket *b = &made.got.buckets[i];
        assert_true(b->from_s < b->to_s);
        assert_true(i == 0 || b[-1].to_s == b->from_s);
        assert_true(i == 0 || !str_equal(b[-1].label, b->label));
    }
    if (made.got.count) {
        assert_int_equal(made.got.buckets[0].from_s,
                         zone_instant_s(made.zone, day(from) * 86400));
        assert_int_equal(made.got.buckets[made.got.count - 1].to_s,
                         zone_instant_s(made.zone, (day(to) + 1) * 86400));
    }
    return made;
}

static void assert_bucket(const struct made *made, uint32_t i, const char *label, int64_t length_s)
{
    assert_true(i < made->got.count);
    const struct zone_bucket *b = &made->got.buckets[i];
    assert_true(str_equal(b->label, str_from(label)));
    assert_int_equal(b->to_s - b->from_s, length_s);
}

static void test_zone_buckets__days_have_23_24_and_25_hours(void **state)
{
    (void)state;
    struct made made = make("America/New_York", "2025-11-01", "2025-11-03", ZONE_DAY, 1);
    assert_int_equal(made.got.count, 3);
    assert_bucket(&made, 0, "2025-11-01", 86400);
    assert_bucket(&made, 1, "2025-11-02", 90000);
    assert_bucket(&made, 2, "2025-11-03", 86400);
    assert_int_equal(made.got.buckets[0].from_s, utc("2025-11-01T04:00:00"));
    release(&made);
    made = make("America/New_York", "2026-03-08", "2026-03-08", ZONE_DAY, 1);
    assert_bucket(&made, 0, "2026-03-08", 82800);
    release(&made);
    made = make("America/New_York", "2060-11-07", "2060-11-07", ZONE_DAY, 1);
    assert_bucket(&made, 0, "2060-11-07", 90000);
    release(&made);
    made = make("Asia/Kathmandu", "2025-11-01", "2025-11-01", ZONE_DAY, 1);
    assert_int_equal(made.got.buckets[0].from_s, utc("2025-10-31T18:15:00"));
    release(&made);
}

static void test_zone_buckets__a_day_that_never_was_has_none(void **state)
{
    (void)state;
    struct made made = make("Pacific/Apia", "2011-12-29", "2011-12-31", ZONE_DAY, 1);
    assert_int_equal(made.got.count, 2);
    assert_bucket(&made, 0, "2011-12-29", 86400);
    assert_bucket(&made, 1, "2011-12-31", 86400);
    release(&made);
    made = make("Pacific/Apia", "2011-12-30", "2011-12-30", ZONE_ALL, 1);
    assert_int_equal(made.got.count, 0);
    release(&made);
    made = make("Pacific/Apia", "2011-12-29", "2011-12-31", ZONE_HOUR, 1);
    assert_int_equal(made.got.count, 48);
    assert_bucket(&made, 23, "2011-12-29T23:00:00", 3600);
    assert_bucket(&made, 24, "2011-12-31T00:00:00", 3600);
    release(&made);
}

static void test_zone_buckets__an_hour_shown_twice_has_two(void **state)
{
    (void)state;
    struct made made = make("America/New_York", "2025-11-02", "2025-11-02", ZONE_HOUR, 1);
    assert_int_equal(made.got.count, 25);
    assert_bucket(&made, 0, "2025-11-02T00:00:00", 3600);
    assert_bucket(&made, 1, "2025-11-02T01:00:00", 3600);
    assert_bucket(&made, 2, "2025-11-02T01:00:00-05:00", 3600);
    assert_bucket(&made, 3, "2025-11-02T02:00:00", 3600);
    assert_bucket(&made, 24, "2025-11-02T23:00:00", 3600);
    release(&made);
    made = make("America/New_York", "2026-03-08", "2026-03-08", ZONE_HOUR, 1);
    assert_int_equal(made.got.count, 23);
    assert_bucket(&made, 1, "2026-03-08T01:00:00", 3600);
    assert_bucket(&made, 2, "2026-03-08T03:00:00", 3600);
    release(&made);
}

static void test_zone_buckets__half_an_hour_of_change_makes_short_hours(void **state)
{
    (void)state;
    struct made made = make("Australia/Lord_Howe", "2025-04-06", "2025-04-06", ZONE_HOUR, 1);
    assert_int_equal(made.got.count, 25);
    assert_bucket(&made, 1, "2025-04-06T01:00:00", 3600);
    assert_bucket(&made, 2, "2025-04-06T01:00:00+10:30", 1800);
    assert_bucket(&made, 3, "2025-04-06T02:00:00", 3600);
    release(&made);
    made = make("Australia/Lord_Howe", "2025-10-05", "2025-10-05", ZONE_HOUR, 1);
    assert_int_equal(made.got.count, 24);
    assert_bucket(&made, 2, "2025-10-05T02:00:00", 1800);
    release(&made);
}

static void test_zone_buckets__a_clock_set_back_over_midnight(void **state)
{
    (void)state;
    /* At 00:01 the wall went back to 23:01 of the day before. */
    struct made made = make("America/St_Johns", "2010-11-07", "2010-11-07", ZONE_HOUR, 1);
    assert_int_equal(made.got.count, 26);
    assert_bucket(&made, 0, "2010-11-07T00:00:00", 60);
    assert_bucket(&made, 1, "2010-11-06T23:00:00-03:30", 3540);
    assert_bucket(&made, 2, "2010-11-07T00:00:00-03:30", 3600);
    assert_bucket(&made, 3, "2010-11-07T01:00:00", 3600);
    release(&made);
    made = make("America/Sao_Paulo", "2018-02-17", "2018-02-18", ZONE_DAY, 1);
    assert_bucket(&made, 0, "2018-02-17", 90000);
    assert_bucket(&made, 1, "2018-02-18", 86400);
    release(&made);
}

static void test_zone_buckets__minutes(void **state)
{
    (void)state;
    struct made made = make("Africa/Cairo", "2024-04-26", "2024-04-26", ZONE_MINUTE, 1);
    assert_int_equal(made.got.count, 23 * 60);
    assert_bucket(&made, 0, "2024-04-26T01:00:00", 60);
    assert_bucket(&made, 1, "2024-04-26T01:01:00", 60);
    release(&made);
    made = make("America/New_York", "2025-11-02", "2025-11-02", ZONE_MINUTE, 1);
    assert_int_equal(made.got.count, 25 * 60);
    assert_bucket(&made, 120, "2025-11-02T01:00:00-05:00", 60);
    assert_bucket(&made, 179, "2025-11-02T01:59:00-05:00", 60);
    assert_bucket(&made, 180, "2025-11-02T02:00:00", 60);
    release(&made);
}

static void test_zone_buckets__weeks_begin_on_the_project_s_day(void **state)
{
    (void)state;
    /* 2025-11-05 is a Wednesday. */
    struct made made = make("Asia/Riyadh", "2025-11-05", "2025-11-18", ZONE_WEEK, 1);
    assert_int_equal(made.got.count, 3);
    assert_bucket(&made, 0, "2025-11-03", 5 * 86400);
    assert_bucket(&made, 1, "2025-11-10", 7 * 86400);
    assert_bucket(&made, 2, "2025-11-17", 2 * 86400);
    release(&made);
    made = make("Asia/Riyadh", "2025-11-05", "2025-11-18", ZONE_WEEK, 7);
    assert_bucket(&made, 0, "2025-11-02", 4 * 86400);
    release(&made);
    made = make("Asia/Riyadh", "2025-11-05", "2025-11-18", ZONE_WEEK, 6);
    assert_bucket(&made, 0, "2025-11-01", 3 * 86400);
    release(&made);
    made = make("Asia/Riyadh", "2025-11-05", "2025-11-05", ZONE_WEEK, 3);
    assert_int_equal(made.got.count, 1);
    assert_bucket(&made, 0, "2025-11-05", 86400);
    release(&made);
}

static void test_zone_buckets__months_and_all(void **state)
{
    (void)state;
    struct made made = make("Asia/Riyadh", "2025-11-15", "2026-01-02", ZONE_MONTH, 1);
    assert_int_equal(made.got.count, 3);
    assert_bucket(&made, 0, "2025-11-01", 16 * 86400);
    assert_bucket(&made, 1, "2025-12-01", 31 * 86400);
    assert_bucket(&made, 2, "2026-01-01", 2 * 86400);
    release(&made);
    made = make("Asia/Riyadh", "2025-11-15", "2026-01-02", ZONE_ALL, 1);
    assert_int_equal(made.got.count, 1);
    assert_bucket(&made, 0, "2025-11-15", 49 * 86400);
    release(&made);
}

static void test_zone_buckets__too_many_or_too_far(void **state)
{
    (void)state;
    struct arena arena;
    struct zone *zone;
    struct zone_buckets out;
    arena_init(&arena, 4096);
    assert_int_equal(zone_load(NULL, STR("UTC"), &zone), 0);
    assert_int_equal(zone_make_buckets(zone, 0, 9, ZONE_DAY, 1, 10, &arena, &out), 0);
    assert_int_equal(out.count, 10);
    assert_int_equal(zone_make_buckets(zone, 0, 10, ZONE_DAY, 1, 10, &arena, &out),
                     ERR_TOO_LARGE);
    assert_int_equal(out.count, 0);
    assert_int_equal(zone_make_buckets(zone, 0, 999, ZONE_MINUTE, 1, 10, &arena, &out),
                     ERR_TOO_LARGE);
    assert_int_equal(zone_make_buckets(zone, INT64_MIN, 0, ZONE_ALL, 1, 10, &arena, &out),
                     ERR_TOO_LARGE);
    assert_int_equal(zone_make_buckets(zone, 0, INT64_MAX, ZONE_ALL, 1, 10, &arena, &out),
                     ERR_TOO_LARGE);
    assert_int_equal(zone_make_buckets(zone, 0, 999, ZONE_DAY, 1, 1000, &arena, &out), ERR_NOMEM);
    assert_int_equal(zone_make_buckets(zone, 5, 4, ZONE_DAY, 1, 10, &arena, &out), 0);
    assert_int_equal(out.count, 0);
    zone_destroy(zone);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone_buckets__days_have_23_24_and_25_hours),
        cmocka_unit_test(test_zone_buckets__a_day_that_never_was_has_none),
        cmocka_unit_test(test_zone_buckets__an_hour_shown_twice_has_two),
        cmocka_unit_test(test_zone_buckets__half_an_hour_of_change_makes_short_hours),
        cmocka_unit_test(test_zone_buckets__a_clock_set_back_over_midnight),
        cmocka_unit_test(test_zone_buckets__minutes),
        cmocka_unit_test(test_zone_buckets__weeks_begin_on_the_project_s_day),
        cmocka_unit_test(test_zone_buckets__months_and_all),
        cmocka_unit_test(test_zone_buckets__too_many_or_too_far),
    };
    return cmocka_run_group_tests(tests, open_tree, close_tree);
}
