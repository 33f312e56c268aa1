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

/* A walk that keeps the last_seen of what it is shown, and ends when told. */
struct walk {
    int64_t seen[8];
    int count, end_at;
};

static int walk(void *ctx, const struct value_row *row)
{
    struct walk *w = ctx;
    assert_true(str_equal(row->box, STR("box")));
    assert_int_equal(row->epoch[0], 6);
    w->seen[w->count++] = row->last_seen_ms;
    return w->count == w->end_at ? ERR_TOO_LARGE : 0;
}

static void test_value_table__values_of_a_property_newest_first(void **state)
{
    (void)state;
    static const int64_t times[] = { 5, -9, 7, 7 };
    struct desk desk;
    struct walk w = { .count = 0 };
    desk_open(&desk);
    assert_int_equal(value_table_begin(desk.table), 0);
    assert_int_equal(value_table_add_subject(desk.table, 7, &s1, 3), 0);
    for (int i = 0; i < 4; i++) {
        struct value_row row = row_of(3, times[i]);
        row.ref.bytes[1] = (uint8_t)i;
        assert_int_equal(value_table_add(desk.table, &row), 0);
        row.property = STR("p");
        assert_int_equal(value_table_add(desk.table, &row), 0);
    }
    assert_int_equal(value_table_commit(desk.table), 0);
    assert_int_equal(value_table_each(desk.table, 3, STR("p\0q"), walk, &w), 0);
    assert_int_equal(w.count, 4);
    assert_true(w.seen[0] == 7 && w.seen[1] == 7 && w.seen[2] == 5 && w.seen[3] == -9);
    w = (struct walk){ .end_at = 2 };
    assert_int_equal(value_table_each(desk.table, 3, STR("p"), walk, &w), ERR_TOO_LARGE);
    assert_int_equal(w.count, 2);
    w = (struct walk){ .count = 0 };
    assert_int_equal(value_table_each(desk.table, 3, STR("q"), walk, &w), 0);
    assert_int_equal(value_table_each(desk.table, 4, STR("p"), walk, &w), 0);
    assert_int_equal(w.count, 0);
    desk_close(&desk);
}

static void test_value_table__holders_of_a_ref_once_each(void **state)
{
    (void)state;
    struct desk desk;
    struct ref found[4], subject = { { 0 } };
    uint32_t count;
    desk_open(&desk);
    assert_int_equal(value_table_begin(desk.table), 0);
    for (uint64_t i = 0; i < 5; i++) {
        struct value_row row = row_of(i, 1);
        subject.bytes[0] = (uint8_t)(i + 1);
        assert_int_equal(value_table_add_subject(desk.table, i < 4 ? 7 : 8, &subject, i), 0);
        assert_int_equal(value_table_add(desk.table, &row), 0);
        row.property = STR("another");
        assert_int_equal(value_table_add(desk.table, &row), 0);
    }
    assert_int_equal(value_table_commit(desk.table), 0);
    struct ref held = row_of(0, 1).ref, other = { { 77 } };
    assert_int_equal(value_table_find_holders(desk.table, 7, &held, 4, found, &count), 0);
    assert_int_equal(count, 4);
    assert_int_equal(value_table_find_holders(desk.table, 7, &held, 3, found, &count), 0);
    assert_int_equal(count, 3);
    assert_int_equal(value_table_find_holders(desk.table, 8, &held, 4, found, &count), 0);
    assert_true(count == 1 && found[0].bytes[0] == 5);
    assert_int_equal(value_table_find_holders(desk.table, 9, &held, 4, found, &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(value_table_find_holders(desk.table, 7, &other, 4, found, &count), 0);
    assert_int_equal(count, 0);
    desk_close(&desk);
}

static void test_value_table__what_was_seen_comes_smallest_first(void **state)
{
    (void)state;
    struct desk desk;
    struct value_seen seen[2];
    uint32_t count = 9;
    desk_open(&desk);
    assert_int_equal(value_table_read_seen(desk.table, 2, seen, &count), 0);
    assert_int_equal(count, 0);
    const struct value_seen ten = { 10, { 1 } }, nine = { 9, { 2 } }, none = { 0, { 3 } };
    assert_int_equal(value_table_add_seen(desk.table, &ten), 0);
    assert_int_equal(value_table_add_seen(desk.table, &nine), 0);
    assert_int_equal(value_table_add_seen(desk.table, &ten), ERR_EXISTS);
    assert_int_equal(value_table_add_seen(desk.table, &none), ERR_INVALID);
    assert_int_equal(value_table_read_seen(desk.table, 2, seen, &count), 0);
    assert_true(count == 2 && seen[0].size == 9 && seen[1].size == 10);
    assert_int_equal(seen[1].root[0], 1);
    assert_int_equal(value_table_read_seen(desk.table, 1, seen, &count), ERR_CORRUPT);
    assert_int_equal(value_table_end_seen(desk.table, 9), 0);
    assert_int_equal(value_table_read_seen(desk.table, 1, seen, &count), 0);
    assert_true(count == 1 && seen[0].size == 10);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_table__a_subject_is_of_one_project_and_has_one_slot),
        cmocka_unit_test(test_value_table__times_widen_and_the_first_box_stays),
        cmocka_unit_test(test_value_table__windows_are_by_start_and_last),
        cmocka_unit_test(test_value_table__values_of_a_property_newest_first),
        cmocka_unit_test(test_value_table__holders_of_a_ref_once_each),
        cmocka_unit_test(test_value_table__what_was_seen_comes_smallest_first),
    };
    return RUN(tests);
}
