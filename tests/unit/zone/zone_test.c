/* zone/zone: the system's own zone files at their hard moments, links, names that are none, and
 * files made by hand with one thing wrong each. */
#include "zone/zone.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/time.h"
#include "support/temp.h"
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

static void assert_offset(const char *name, const char *at, int32_t expected_s)
{
    struct zone *zone;
    assert_int_equal(zone_load(files, str_from(name), &zone), 0);
    assert_int_equal(zone_offset_s(zone, utc(at)), expected_s);
    zone_destroy(zone);
}

static void assert_instant(const char *name, const char *local, const char *expected)
{
    struct zone *zone;
    assert_int_equal(zone_load(files, str_from(name), &zone), 0);
    assert_int_equal(zone_instant_s(zone, utc(local)), utc(expected));
    zone_destroy(zone);
}

static void test_zone__offsets_of_real_zones(void **state)
{
    (void)state;
    assert_offset("Asia/Riyadh", "2025-11-01", 10800);
    assert_offset("Asia/Riyadh", "2060-07-01", 10800);
    assert_offset("Asia/Riyadh", "1900-01-01", 11212);
    assert_offset("Asia/Kathmandu", "2025-11-01", 20700);
    assert_offset("Asia/Kathmandu", "1985-12-31T18:29:59", 19800);
    assert_offset("Asia/Kathmandu", "1985-12-31T18:30:00", 20700);
    assert_offset("Africa/Cairo", "2023-04-27T21:59:59", 7200);
    assert_offset("Africa/Cairo", "2023-04-27T22:00:00", 10800);
    assert_offset("Africa/Cairo", "2019-07-01", 7200);
    assert_offset("Africa/Cairo", "2060-07-01", 10800);
    assert_offset("America/Sao_Paulo", "2018-12-01", -7200);
    assert_offset("America/Sao_Paulo", "2025-12-01", -10800);
    assert_offset("Australia/Lord_Howe", "2025-01-01", 39600);
    assert_offset("Australia/Lord_Howe", "2060-07-01", 37800);
    assert_offset("America/New_York", "2060-07-01", -14400);
    assert_offset("Pacific/Apia", "2011-12-30T09:59:59", -36000);
    assert_offset("Pacific/Apia", "2011-12-30T10:00:00", 50400);
}

static void test_zone__the_c_library_agrees_over_130_years(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Africa/Cairo", "Asia/Riyadh", "America/New_York", "Australia/Lord_Howe",
        "Pacific/Apia", "Europe/Dublin", "Africa/Casablanca", "America/Nuuk", "Asia/Gaza",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct zone *zone;
        assert_int_equal(zone_load(files, str_from(names[i]), &zone), 0);
        assert_int_equal(setenv("TZ", names[i], 1), 0);
        tzset();
        /* A step of 5 hours and 7 seconds falls on every hour of the day. */
        for (time_t at = -1262304000; at < 2871763200; at += 18007) {
            struct tm tm;
            assert_non_null(localtime_r(&at, &tm));
            assert_int_equal(zone_offset_s(zone, at), tm.tm_gmtoff);
        }
        zone_destroy(zone);
    }
}

static void test_zone__a_gap_ends_where_it_ends_and_an_overlap_begins_first(void **state)
{
    (void)state;
    assert_instant("America/New_York", "2026-03-08T01:59:59", "2026-03-08T06:59:59");
    assert_instant("America/New_York", "2026-03-08T02:00:00", "2026-03-08T07:00:00");
    assert_instant("America/New_York", "2026-03-08T02:59:59", "2026-03-08T07:00:00");
    assert_instant("America/New_York", "2026-03-08T03:00:00", "2026-03-08T07:00:00");
    assert_instant("America/New_York", "2025-11-02T01:30:00", "2025-11-02T05:30:00");
    assert_instant("America/New_York", "2025-11-02T02:00:00", "2025-11-02T07:00:00");
    /* A whole day that never was. */
    assert_instant("Pacific/Apia", "2011-12-30T00:00:00", "2011-12-30T10:00:00");
    assert_instant("Pacific/Apia", "2011-12-31T00:00:00", "2011-12-30T10:00:00");
    /* Midnight itself is skipped (Cairo) or set back to before it (Sao Paulo). */
    assert_instant("Africa/Cairo", "2024-04-26T00:00:00", "2024-04-25T22:00:00");
    assert_instant("America/Sao_Paulo", "2018-02-18T00:00:00", "2018-02-18T03:00:00");
    assert_instant("UTC", "2025-01-01T00:00:00", "2025-01-01T00:00:00");
}

static void test_zone__far_instants_do_not_overflow(void **state)
{
    (void)state;
    struct zone *zone;
    assert_int_equal(zone_load(files, STR("America/New_York"), &zone), 0);
    assert_int_equal(zone_offset_s(zone, INT64_MIN), -17762);
    int32_t far = zone_offset_s(zone, INT64_MAX);
    assert_true(far == -18000 || far == -14400);
    assert_true(zone_instant_s(zone, INT64_MAX) > 0);
    assert_true(zone_instant_s(zone, INT64_MIN) < 0);
    zone_destroy(zone);
}

static void test_zone__old_names_are_followed_to_the_new(void **state)
{
    (void)state;
    assert_offset("Asia/Calcutta", "2025-11-01", 19800);
    assert_offset("US/Eastern", "2025-07-01", -14400);
    assert_offset("Egypt", "2025-07-01", 10800);
}

static void test_zone__names_that_are_none(void **state)
{
    (void)state;
    static const char *const none[] = {
        "", "Asia", "Asia/", "/etc/passwd", "../zoneinfo/Asia/Riyadh", "Asia/../Asia/Riyadh",
        "Asia//Riyadh", "Asia/Nowhere", "asia/riyadh ", "Asia/Riyadh\n", "tzdata.zi", "Riyadh",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
        struct zone *zone;
        assert_int_equal(zone_load(files, str_from(none[i]), &zone), ERR_NOT_FOUND);
    }
    struct zone *zone;
    assert_int_equal(zone_load(NULL, STR("UTC"), &zone), 0);
    assert_int_equal(zone_offset_s(zone, 0), 0);
    zone_destroy(zone);
}

static void test_zone__a_tree_with_other_files_and_without_its_list(void **state)
{
    (void)state;
    struct temp temp;
    struct zone *zone;
    temp_make(&temp);
    struct fs *tree = temp_fs(&temp);
    assert_int_equal(fs_replace_file(tree, "words", STR("not a zone"), 0), 0);
    assert_int_equal(fs_make_dir(tree, "folder"), 0);
    assert_int_equal(zone_load(tree, STR("words"), &zone), ERR_INVALID);
    assert_int_equal(zone_load(tree, STR("folder"), &zone), ERR_NOT_FOUND);
    assert_int_equal(fs_replace_file(tree, "tzdata.zi", STR("L ../x folder\nL folder folder\n"), 0),
                     0);
    assert_true(zone_load(tree, STR("folder"), &zone) != 0);
    fs_destroy(tree);
    temp_remove(&temp);
}

/* ---- files made by hand ---------------------------------------------------------------------- */

static void put_big(struct bytes *out, uint64_t value, size_t len)
{
    for (size_t i = len; i-- > 0;)
        bytes_put_u8(out, (uint8_t)(value >> (8 * i)));
}

struct made {
    char version;
    int64_t times[2];
    uint8_t indices[2];
    int32_t offset;
    uint32_t leaps;
    const char *footer;
};

static void put_block(struct bytes *out, const struct made *made, size_t time_bytes)
{
    bytes_append_str(out, STR("TZif"));
    bytes_put_u8(out, (uint8_t)made->version);
    for (int i = 0; i < 15; i++)
        bytes_put_u8(out, 0);
    const uint32_t counts[6] = { 0, 0, made->leaps, 2, 2, 4 };
    for (int i = 0; i < 6; i++)
        put_big(out, counts[i], 4);
    for (int i = 0; i < 2; i++)
        put_big(out, (uint64_t)made->times[i], time_bytes);
    bytes_append(out, made->indices, 2);
    put_big(out, 0, 6);
    put_big(out, (uint32_t)made->offset, 4);
    put_big(out, 0, 2);
    bytes_append(out, "ABC", 4);
    for (uint32_t i = 0; i < made->leaps; i++)
        for (size_t at = 0; at < time_bytes + 4; at++)
            bytes_put_u8(out, 0);
}

static int parse_made(const struct made *made, struct zone **zone)
{
    struct bytes file = { 0 };
    put_block(&file, made, 4);
    if (made->version) {
        put_block(&file, made, 8);
        bytes_append_str(&file, str_from(made->footer));
    }
    int r = zone_parse(bytes_str(&file), zone);
    bytes_release(&file);
    return r;
}

static const struct made good = {
    .version = '2', .times = { 100, 200 }, .indices = { 1, 0 }, .offset = 3600,
    .footer = "\nABC-2\n",
};

static void test_zone__versions_1_to_4_are_read(void **state)
{
    (void)state;
    for (char version = '1'; version <= '4'; version++) {
        struct made made = good;
        struct zone *zone;
        made.version = version == '1' ? 0 : version;
        assert_int_equal(parse_made(&made, &zone), 0);
        assert_int_equal(zone_offset_s(zone, 99), 0);
        assert_int_equal(zone_offset_s(zone, 100), 3600);
        assert_int_equal(zone_offset_s(zone, 199), 3600);
        assert_int_equal(zone_offset_s(zone, 200), version == '1' ? 0 : 7200);
        zone_destroy(zone);
    }
}

static void test_zone__an_empty_footer_leaves_the_last_offset(void **state)
{
    (void)state;
    struct made made = good;
    struct zone *zone;
    made.footer = "\n\n";
    made.indices[1] = 1;
    assert_int_equal(parse_made(&made, &zone), 0);
    assert_int_equal(zone_offset_s(zone, 4102444800), 3600);
    zone_destroy(zone);
}

static void assert_invalid(struct made made)
{
    struct zone *zone;
    assert_int_equal(parse_made(&made, &zone), ERR_INVALID);
}

static void test_zone__one_wrong_thing_refuses_the_file(void **state)
{
    (void)state;
    struct made made = good;
    made.version = '5';
    assert_invalid(made);
    made = good;
    made.times[1] = 100;
    assert_invalid(made);
    made = good;
    made.indices[0] = 2;
    assert_invalid(made);
    made = good;
    made.offset = 93600;
    assert_invalid(made);
    made.offset = -90000;
    assert_invalid(made);
    made = good;
    made.leaps = 1;
    assert_invalid(made);
    static const char *const footers[] = { "", "\n", "\nABC-2", "ABC-2\n", "\nABC\n", "\nx\n" };
    for (size_t i = 0; i < sizeof(footers) / sizeof(*footers); i++) {
        made = good;
        made.footer = footers[i];
        assert_invalid(made);
    }
}

static void test_zone__every_cut_of_a_real_file_is_refused(void **state)
{
    (void)state;
    struct bytes file = { 0 };
    struct zone *zone;
    assert_int_equal(fs_read_file(files, "America/New_York", 1 << 20, &file), 0);
    for (size_t len = 0; len < file.len; len++) {
        /* On the heap and no longer than that: the sanitizers see a read past its end. */
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, file.ptr, len);
        assert_int_equal(zone_parse(str_of(copy, len), &zone), ERR_INVALID);
        free(copy);
    }
    assert_int_equal(zone_parse(bytes_str(&file), &zone), 0);
    zone_destroy(zone);
    bytes_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone__offsets_of_real_zones),
        cmocka_unit_test(test_zone__the_c_library_agrees_over_130_years),
        cmocka_unit_test(test_zone__a_gap_ends_where_it_ends_and_an_overlap_begins_first),
        cmocka_unit_test(test_zone__far_instants_do_not_overflow),
        cmocka_unit_test(test_zone__old_names_are_followed_to_the_new),
        cmocka_unit_test(test_zone__names_that_are_none),
        cmocka_unit_test(test_zone__a_tree_with_other_files_and_without_its_list),
        cmocka_unit_test(test_zone__versions_1_to_4_are_read),
        cmocka_unit_test(test_zone__an_empty_footer_leaves_the_last_offset),
        cmocka_unit_test(test_zone__one_wrong_thing_refuses_the_file),
        cmocka_unit_test(test_zone__every_cut_of_a_real_file_is_refused),
    };
    return cmocka_run_group_tests(tests, open_tree, close_tree);
}
