/* store/part_merge: one part of several: rows, twins, moved persons, dictionaries, widths. */
#include "store/part_merge.h"

#include <string.h>

#include "base/err.h"
#include "store/tail.h"
#include "support/file_fault.h"
#include "support/store_room.h"
#include "support/test.h"

static struct part *merge(struct part **inputs, uint32_t count, const struct identity *identity,
                          int expected)
{
    struct fs *fs = file_fault_create();
    struct file *file;
    struct part *part = NULL;
    struct moves *moves = identity_moves(identity, 0);
    struct part_merge merge = { .inputs = inputs, .input_count = count, .moves = moves,
                                .links = identity->count, .id = 6 };
    assert_int_equal(fs_make_dir(fs, "parts"), 0);
    assert_int_equal(fs_open(fs, "parts/0000000000000006.part", FILE_WRITE | FILE_CREATE, &file),
                     0);
    assert_int_equal(part_merge_write(&merge, file), expected);
    file_close(file);
    if (expected == 0) {
        const uint8_t *map;
        struct bytes bytes = { 0 };
        size_t len;
        assert_int_equal(fs_open(fs, "parts/0000000000000006.part", FILE_READ, &file), 0);
        assert_int_equal(file_map(file, &map, &len), 0);
        bytes_append(&bytes, map, len);
        file_close(file);
        assert_int_equal(part_read_bytes(&bytes, &part), 0);
        assert_int_equal(part_read_touch_all(part), 0);
    }
    identity_unpin_moves(moves);
    fs_destroy(fs);
    return part;
}

static void test_part_merge__joins_rows_dictionaries_and_persons(void **state)
{
    (void)state;
    static const struct store_room_row a[] = { { "x", 1, 1000, 5, "old" },
                                               { "x", 3, 2000, 0, "red" } };
    static const struct store_room_row b[] = { { "x", 1, 1000, 5, "new" },
                                               { "w", 1, 500, 0, NULL } };
    struct part *inputs[] = { store_room_part(a, 2, 10), store_room_part(b, 2, 12) };
    struct identity identity = { 0 };
    assert_true(identity_link(&identity, 3, 1));
    struct part *part = merge(inputs, 2, &identity, 0);
    assert_int_equal(part->rows, 3);
    assert_int_equal(part->arrival0, 10);
    assert_int_equal(part->arrival1, 14);
    assert_int_equal(part->links, 1);
    assert_int_equal(part->event_count, 2);
    struct part_event *x = part_read_find_event(part, STR("x"));
    const uint32_t *persons = part_read_section(part, &x->sections[PART_PERSONS]);
    assert_int_equal(x->runs, 1);
    assert_int_equal(persons[0], 1);
    uint32_t codes[2];
    part_read_codes(part, part_read_find_column(x, 0), 0, 2, codes);
    assert_str(part_read_entry(part, &part->properties[0], codes[0]), "\4\3new");
    assert_str(part_read_entry(part, &part->properties[0], codes[1]), "\4\3red");
    assert_int_equal(part_read_entry_rows(part, &part->properties[0], codes[0]), 1);
    part_read_unpin(part);
    part_read_unpin(inputs[0]);
    part_read_unpin(inputs[1]);
    identity_release(&identity);
}

/* count distinct numbers from `from` on, and one text. */
static struct part *numbers(uint32_t from, uint32_t count, uint64_t arrival0)
{
    struct tail tail = { 0 };
    struct names names = { 0 };
    for (uint32_t i = 0; i <= count; i++) {
        struct property property = { STR("n"), { .type = VALUE_NUMBER } };
        property.value.as.number = from + i;
        if (i == count)
            property.value = (struct value){ .type = VALUE_STRING, .as.string = STR("text") };
        struct event event = { .name = STR("e"), .time_ms = (int64_t)(from + i) * 1000,
                               .properties = &property, .property_count = 1 };
        tail_add(&tail, &names, &event, 1, arrival0 + i);
    }
    struct part_write_head head = { .arrival0 = arrival0, .arrival1 = arrival0 + count + 1 };
    struct part *part = tail_encode(&tail, &head);
    tail_release(&tail);
    names_release(&names);
    return part;
}

static void test_part_merge__narrow_parts_become_a_wide_one(void **state)
{
    (void)state;
    struct part *inputs[] = { numbers(0, 3000, 0), numbers(10000, 3000, 3001),
                              numbers(20000, 5000, 6002) };
    struct identity identity = { 0 };
    assert_false(inputs[0]->properties[0].is_wide);
    assert_true(inputs[2]->properties[0].is_wide);
    struct part *part = merge(inputs, 2, &identity, 0);
    assert_true(part->properties[0].is_wide);
    assert_int_equal(part->properties[0].distinct, 1);
    part_read_unpin(part);
    part = merge(inputs, 3, &identity, 0);
    uint64_t words[1];
    double number;
    const struct part_column *column = part_read_find_column(&part->events[0], 0);
    for (uint32_t row = 0; row < 11003; row += 499) {
        part_read_words(part, column, row, 1, words);
        memcpy(&number, words, sizeof(number));
        assert_true(number == (row < 3001 ? row : row < 6002 ? 10000 + row - 3001
                                                             : 20000 + row - 6002));
    }
    part_read_words(part, column, 3000, 1, words);
    assert_true(words[0] == (PART_BOXED | 1));
    assert_int_equal(part_read_entry_rows(part, &part->properties[0], 1), 3);
    part_read_unpin(part);
    for (int i = 0; i < 3; i++)
        part_read_unpin(inputs[i]);
}

static void test_part_merge__corrupt_input_is_marked_and_said(void **state)
{
    (void)state;
    static const struct store_room_row a[] = { { "x", 1, 1000, 5, "old" } };
    struct part *whole = store_room_part(a, 1, 0), *inputs[2];
    struct identity identity = { 0 };
    struct bytes bytes = { 0 };
    bytes_append(&bytes, whole->data, whole->len);
    bytes.ptr[whole->events[0].columns[0].section.off] ^= 1;
    assert_int_equal(part_read_bytes(&bytes, &inputs[0]), 0);
    inputs[1] = whole;
    assert_null(merge(inputs, 2, &identity, ERR_CORRUPT));
    assert_true(inputs[0]->is_bad);
    assert_false(inputs[1]->is_bad);
    part_read_unpin(inputs[0]);
    part_read_unpin(whole);
}

static void test_part_merge__fits_by_rows_and_arrival(void **state)
{
    (void)state;
    struct part a = { .rows = 1, .arrival0 = 0, .arrival1 = 1 };
    struct part b = { .rows = 1, .arrival0 = UINT32_MAX - 1, .arrival1 = UINT32_MAX };
    struct part *inputs[] = { &a, &b };
    assert_false(part_merge_fits(inputs, 2));
    b.arrival1--;
    assert_true(part_merge_fits(inputs, 2));
    b.rows = INT32_MAX;
    assert_false(part_merge_fits(inputs, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_part_merge__joins_rows_dictionaries_and_persons),
        cmocka_unit_test(test_part_merge__narrow_parts_become_a_wide_one),
        cmocka_unit_test(test_part_merge__corrupt_input_is_marked_and_said),
        cmocka_unit_test(test_part_merge__fits_by_rows_and_arrival),
    };
    return RUN(tests);
}
