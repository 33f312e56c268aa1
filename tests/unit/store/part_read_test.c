/* store/part_read: what a part holds, and that no flipped bit and no cut passes for it. */
#include "store/part_read.h"

#include <string.h>

#include "base/err.h"
#include "support/store_room.h"
#include "support/test.h"

static const struct store_room_row rows[] = {
    { "view", 2, 5000, 0, "red" },  { "click", 1, 1001, 7, NULL }, { "view", 1, 9000, 0, "blue" },
    { "view", 1, 4000, 0, "red" },  { "view", 2, 5000, 0, "red" },
};

static void test_part_read__rows_are_sorted_by_event_person_time(void **state)
{
    (void)state;
    struct part *part = store_room_part(rows, 5, 100);
    assert_int_equal(part_read_touch_all(part), 0);
    assert_int_equal(part->rows, 5);
    assert_int_equal(part->event_count, 2);
    assert_int_equal(part->first_ms, 1001);
    assert_int_equal(part->last_ms, 9000);
    struct part_event *view = part_read_find_event(part, STR("view"));
    assert_null(part_read_find_event(part, STR("vie")));
    assert_int_equal(view->runs, 2);
    const uint32_t *persons = part_read_section(part, &view->sections[PART_PERSONS]);
    const uint32_t *starts = part_read_section(part, &view->sections[PART_STARTS]);
    const uint32_t *time = part_read_section(part, &view->sections[PART_TIME]);
    const uint32_t *arrival = part_read_section(part, &view->sections[PART_ARRIVAL]);
    assert_int_equal(persons[0], 1);
    assert_int_equal(persons[1], 2);
    assert_int_equal(starts[1], 2);
    assert_int_equal(time[0], 4);
    assert_int_equal(time[1], 9);
    assert_int_equal(arrival[0], 3);
    assert_null(part_read_section(part, &view->sections[PART_HASH]));
    assert_null(part_read_section(part, &view->sections[PART_MS]));
    part_read_unpin(part);
}

static void test_part_read__codes_and_entries(void **state)
{
    (void)state;
    struct part *part = store_room_part(rows, 5, 0);
    uint32_t codes[4];
    assert_int_equal(part_read_touch_all(part), 0);
    ptrdiff_t index = part_read_find_property(part, STR("colour"));
    assert_int_equal(index, 0);
    assert_int_equal(part_read_find_property(part, STR("color")), -1);
    struct part_property *property = &part->properties[index];
    assert_int_equal(property->distinct, 2);
    assert_int_equal(property->types, 1 << VALUE_STRING);
    assert_str(part_read_entry(part, property, 1), "\4\3red");     /* shorter first */
    assert_str(part_read_entry(part, property, 2), "\4\4blue");
    assert_int_equal(part_read_entry_rows(part, property, 1), 3);
    struct part_event *view = part_read_find_event(part, STR("view"));
    struct part_event *click = part_read_find_event(part, STR("click"));
    assert_null(part_read_find_column(click, 0));
    part_read_codes(part, part_read_find_column(view, 0), 0, 4, codes);
    assert_int_equal(codes[0], 1);
    assert_int_equal(codes[1], 2);
    part_read_codes(part, NULL, 0, 4, codes);
    assert_int_equal(codes[3], 0);
    part_read_unpin(part);
}

static struct bytes bytes_of(const struct part *part)
{
    struct bytes bytes = { 0 };
    bytes_append(&bytes, part->data, part->len);
    return bytes;
}

static void test_part_read__every_flipped_bit_is_found(void **state)
{
    (void)state;
    struct part *whole = store_room_part(rows, 5, 0), *part;
    uint32_t padding = 0;
    for (size_t at = 0; at < whole->len; at++) {
        struct bytes bytes = bytes_of(whole);
        bytes.ptr[at] ^= 4;
        int r = part_read_bytes(&bytes, &part);
        if (r == 0)
            r = part_read_touch_all(part);
        assert_true(r == 0 || r == ERR_CORRUPT || r == ERR_UNSUPPORTED);
        padding += r == 0;
        part_read_unpin(part);
        bytes_release(&bytes);
    }
    /* Only the zeros between sections may be anything. */
    assert_true(padding < 64 * 20);
    part_read_unpin(whole);
}

static void test_part_read__cut_files_do_not_open(void **state)
{
    (void)state;
    struct part *whole = store_room_part(rows, 5, 0), *part;
    for (size_t len = 0; len < whole->len; len += 7) {
        struct bytes bytes = bytes_of(whole);
        bytes.len = len;
        assert_int_equal(part_read_bytes(&bytes, &part), ERR_CORRUPT);
        assert_null(part);
    }
    part_read_unpin(whole);
}

static void test_part_read__another_version_is_unsupported(void **state)
{
    (void)state;
    struct part *whole = store_room_part(rows, 5, 0), *part;
    struct bytes bytes = bytes_of(whole);
    bytes.ptr[8] = PART_VERSION + 1;
    assert_int_equal(part_read_bytes(&bytes, &part), ERR_UNSUPPORTED);
    part_read_unpin(whole);
}

static void test_part_read__bad_stays_bad(void **state)
{
    (void)state;
    struct part *part = part_read_create_bad(1, 9);
    assert_int_equal(part_read_touch_all(part), ERR_CORRUPT);
    part_read_pin(part);
    part_read_unpin(part);
    part_read_unpin(part);
    part_read_unpin(NULL);
}

static void test_part_read__names(void **state)
{
    (void)state;
    char name[PART_NAME_BYTES];
    uint64_t id;
    part_read_name(0x1f, name);
    assert_string_equal(name, "parts/000000000000001f.part");
    assert_true(part_read_parse_name(STR("000000000000001f.part"), &id));
    assert_int_equal(id, 0x1f);
    assert_false(part_read_parse_name(STR("000000000000001g.part"), &id));
    assert_false(part_read_parse_name(STR("1f.part"), &id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_part_read__rows_are_sorted_by_event_person_time),
        cmocka_unit_test(test_part_read__codes_and_entries),
        cmocka_unit_test(test_part_read__every_flipped_bit_is_found),
        cmocka_unit_test(test_part_read__cut_files_do_not_open),
        cmocka_unit_test(test_part_read__another_version_is_unsupported),
        cmocka_unit_test(test_part_read__bad_stays_bad),
        cmocka_unit_test(test_part_read__names),
    };
    return RUN(tests);
}
