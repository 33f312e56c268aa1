/* store/tail: twins inside it are gone, times are kept between 1970 and 2106, it says when it is
 * full. */
#include "store/tail.h"

#include <math.h>

#include "support/store_room.h"
#include "support/test.h"

static void test_tail__newest_twin_wins(void **state)
{
    (void)state;
    static const struct store_room_row rows[] = {
        { "view", 1, 5000, 9, "old" },  { "view", 1, 5000, 9, "new" },
        { "view", 1, 5000, 8, "x" },    { "view", 2, 5000, 9, "x" },
        { "view", 1, 5001, 9, "x" },    { "click", 1, 5000, 9, "x" },
        { "view", 1, 5000, 0, "none" }, { "view", 1, 5000, 0, "none" },
    };
    struct part *part = store_room_part(rows, 8, 0);
    assert_int_equal(part->rows, 7);
    assert_int_equal(part_read_touch_all(part), 0);
    struct part_event *view = part_read_find_event(part, STR("view"));
    uint32_t codes[6];
    part_read_codes(part, part_read_find_column(view, 0), 0, 6, codes);
    /* By hash: 0, 0, 8, 9 at 5000 ms; then 5001. */
    assert_str(part_read_entry(part, &part->properties[0], codes[0]), "\4\4none");
    assert_str(part_read_entry(part, &part->properties[0], codes[3]), "\4\3new");
    part_read_unpin(part);
}

static void test_tail__times_are_clamped(void **state)
{
    (void)state;
    assert_int_equal(tail_clamp_ms(-1), 0);
    assert_int_equal(tail_clamp_ms(1764000000123), 1764000000123);
    assert_int_equal(tail_clamp_ms(INT64_MAX), (int64_t)UINT32_MAX * 1000 + 999);
    static const struct store_room_row rows[] = { { "a", 0, INT64_MIN, 0, NULL },
                                                  { "a", 0, INT64_MAX, 0, NULL } };
    struct part *part = store_room_part(rows, 2, 0);
    assert_int_equal(part->first_ms, 0);
    assert_int_equal(part->last_ms, (int64_t)UINT32_MAX * 1000 + 999);
    part_read_unpin(part);
}

static void test_tail__rare_and_infinite_values(void **state)
{
    (void)state;
    struct tail tail = { 0 };
    struct names names = { 0 };
    for (uint32_t i = 0; i < 1000; i++) {
        struct property property = { STR("n"), { .type = VALUE_NUMBER } };
        property.value.as.number = i == 3 ? INFINITY : 4;
        struct event event = { .name = STR("a"), .properties = &property,
                               .property_count = i == 3 || i == 500 };
        tail_add(&tail, &names, &event, 1, i);
    }
    struct part *part = tail_encode(&tail, &(struct part_write_head){ .arrival1 = 1000 });
    assert_int_equal(part_read_touch_all(part), 0);
    struct part_column *column = part_read_find_column(&part->events[0], 0);
    uint32_t codes[256];
    assert_int_equal(column->encoding, PART_SPARSE);
    assert_int_equal(column->present, 1);
    part_read_codes(part, column, 400, 256, codes);
    assert_int_equal(codes[100], 1);
    assert_int_equal(codes[99], 0);
    part_read_codes(part, column, 501, 256, codes);
    assert_int_equal(codes[0], 0);
    part_read_unpin(part);
    tail_release(&tail);
    names_release(&names);
}

static void test_tail__second_value_of_one_name_is_left_out(void **state)
{
    (void)state;
    struct tail tail = { 0 };
    struct names names = { 0 };
    struct property twice[2] = { { STR("n"), { .type = VALUE_TRUE } },
                                 { STR("n"), { .type = VALUE_FALSE } } };
    struct event event = { .name = STR("a"), .properties = twice, .property_count = 2 };
    for (uint32_t i = 0; i < 3; i++)
        tail_add(&tail, &names, &event, 1, i);
    struct part *part = tail_encode(&tail, &(struct part_write_head){ .arrival1 = 3 });
    assert_int_equal(part_read_touch_all(part), 0);
    assert_int_equal(part->events[0].columns[0].present, 3);
    assert_int_equal(part->properties[0].distinct, 1);
    part_read_unpin(part);
    tail_release(&tail);
    names_release(&names);
}

static void test_tail__full_by_rows_and_empty_after_reset(void **state)
{
    (void)state;
    struct tail tail = { 0 };
    struct names names = { 0 };
    struct event event = { .name = STR("a"), .time_ms = 7 };
    for (uint32_t i = 0; i + 1 < TAIL_ROWS_MAX; i++)
        tail_add(&tail, &names, &event, 1, i);
    assert_false(tail_is_full(&tail));
    tail_add(&tail, &names, &event, 1, 0);
    assert_true(tail_is_full(&tail));
    assert_int_equal(tail.first_ms, 7);
    tail_reset(&tail);
    assert_false(tail_is_full(&tail));
    assert_int_equal(tail.row_count, 0);
    assert_int_equal(tail.last_ms, 0);
    tail_release(&tail);
    names_release(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tail__newest_twin_wins),
        cmocka_unit_test(test_tail__times_are_clamped),
        cmocka_unit_test(test_tail__rare_and_infinite_values),
        cmocka_unit_test(test_tail__second_value_of_one_name_is_left_out),
        cmocka_unit_test(test_tail__full_by_rows_and_empty_after_reset),
    };
    return RUN(tests);
}
