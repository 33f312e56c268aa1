/* vault/inside/value_table: keys, times that only widen, windows, and what a rollback takes. */
#include "vault/inside/value_table.h"

#include <string.h>

#include "base/err.h"
#include "support/disk.h"
#include "support/test.h"

struct desk {
    struct disk *disk;
    struct fs *fs;
    struct value_table *table;
};

static void desk_open(struct desk *desk)
{
    desk->disk = disk_create();
    desk->fs = disk_fs(desk->disk);
    assert_int_equal(value_table_open(desk->fs, &desk->table), 0);
}

static void desk_close(struct desk *desk)
{
    value_table_close(desk->table);
    fs_destroy(desk->fs);
    disk_destroy(desk->disk);
}

static const struct ref s1 = { { 1 } }, s2 = { { 2 } };

static struct value_row row_of(uint64_t slot, int64_t seen_ms)
{
    return (struct value_row){ .slot = slot, .property = STR("p\0q"), .ref = { { 5 } },
                               .epoch = { 6 }, .first_seen_ms = seen_ms, .last_seen_ms = seen_ms,
                               .box = STR("box") };
}

static void test_value_table__a_subject_is_of_one_project_and_has_one_slot(void **state)
{
    (void)state;
    struct desk desk;
    uint64_t slot = 9;
    desk_open(&desk);
    assert_int_equal(value_table_slot_end(desk.table, &slot), 0);
    assert_int_equal(slot, 0);
    assert_int_equal(value_table_begin(desk.table), 0);
    assert_int_equal(value_table_add_subject(desk.table, 7, &s1, 3), 0);
    assert_int_equal(value_table_add_subject(desk.table, UINT64_MAX, &s1, 4), 0);
    assert_int_equal(value_table_add_subject(desk.table, 7, &s1, 5), ERR_EXISTS);
    assert_int_equal(value_table_add_subject(desk.table, 7, &s2, 4), ERR_EXISTS);
    assert_int_equal(value_table_commit(desk.table), 0);
    assert_int_equal(value_table_find_subject(desk.table, UINT64_MAX, &s1, &slot), 0);
    assert_int_equal(slot, 4);
    assert_int_equal(value_table_find_subject(desk.table, 8, &s1, &slot), ERR_NOT_FOUND);
    assert_int_equal(value_table_slot_end(desk.table, &slot), 0);
    assert_int_equal(slot, 5);
    desk_close(&desk);
}

static void test_value_table__times_widen_and_the_first_box_stays(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk);
    struct value_row row = row_of(3, 100), found = row_of(3, 0);
    assert_int_equal(value_table_begin(desk.table), 0);
    /* No value without its subject. */
    assert_int_equal(value_table_add(desk.table, &row), ERR_EXISTS);
    assert_int_equal(value_table_add_subject(desk.table, 7, &s1, 3), 0);
    assert_int_equal(value_table_see(desk.table, &row), ERR_NOT_FOUND);
    assert_int_equal(value_table_add(desk.table, &row), 0);
    const int64_t seen[] = { 100, 50, 200, 120, -7 };
    for (int i = 0; i < 5; i++) {
        row = row_of(3, seen[i]);
        assert_int_equal(value_table_see(desk.table, &row), 0);
    }
    assert_int_equal(value_table_commit(desk.table), 0);
    assert_int_equal(value_table_find(desk.table, &found), 0);
    assert_int_equal(found.first_seen_ms, -7);
    assert_int_equal(found.last_seen_ms, 200);
    assert_int_equal(found.epoch[0], 6);
    assert_str(found.box, "box");
    found.property = STR("p");
    assert_int_equal(value_table_find(desk.table, &found), ERR_NOT_FOUND);
    desk_close(&desk);
}

static void test_value_table__windows_are_by_start_and_last(void **state)
{
    (void)state;
    const uint8_t a[16] = { 1 }, b[16] = { 2 };
    struct desk desk;
    struct replay_window window;
    desk_open(&desk);
    assert_int_equal(value_table_begin(desk.table), 0);
    assert_int_equal(value_table_read_window(desk.table, a, &window), 0);
    assert_true(window.highest == 0);
    for (uint64_t sequence = 1; sequence < 4; sequence++) {
        replay_window_add(&window, sequence);
        assert_int_equal(value_table_write_window(desk.table, a, &window), 0);
    }
    assert_int_equal(value_table_commit(desk.table), 0);
    assert_int_equal(value_table_begin(desk.table), 0);
    assert_int_equal(value_table_write_window(desk.table, b, &window), 0);
    value_table_close(desk.table); /* not committed */
    assert_int_equal(value_table_open(desk.fs, &desk.table), 0);
    assert_int_equal(value_table_read_window(desk.table, b, &window), 0);
    assert_true(window.highest == 0);
    assert_int_equal(value_table_read_window(desk.table, a, &window), 0);
    assert_true(window.highest == 3);
    assert_true(replay_window_has(&window, 2));
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_table__a_subject_is_of_one_project_and_has_one_slot),
        cmocka_unit_test(test_value_table__times_widen_and_the_first_box_stays),
        cmocka_unit_test(test_value_table__windows_are_by_start_and_last),
    };
    return RUN(tests);
}
