/* store/column_write: the narrowest width, pairs for rare properties, words for wide ones. */
#include "store/column_write.h"

#include "event/value.h"
#include "support/test.h"

static uint8_t width_of(uint32_t distinct)
{
    struct part_write w;
    struct part_column column = { 0 };
    uint32_t codes[3] = { 1, 0, distinct };
    part_write_begin(&w, NULL, &(struct part_write_head){ .project = 1 });
    column_write_codes(&w, codes, 3, distinct, &column);
    assert_int_equal(column.encoding, PART_CODES);
    assert_int_equal(column.present, 2);
    assert_int_equal(column.section.len, 3 * column.width);
    part_write_release(&w);
    return column.width;
}

static void test_column_write__width_follows_the_dictionary(void **state)
{
    (void)state;
    assert_int_equal(width_of(255), 1);
    assert_int_equal(width_of(256), 2);
    assert_int_equal(width_of(65535), 2);
    assert_int_equal(width_of(65536), 4);
}

static void test_column_write__sparse_when_smaller(void **state)
{
    (void)state;
    assert_true(column_write_is_sparse(0, 1));
    assert_true(column_write_is_sparse(12, 100));
    assert_false(column_write_is_sparse(13, 100));
    assert_false(column_write_is_sparse(UINT32_MAX, UINT32_MAX));
}

static void test_column_write__words_tell_numbers_from_codes(void **state)
{
    (void)state;
    static const double numbers[] = { 0, -0.5, 1e308, -1.7976931348623157e308, 5e-324 };
    struct part_write w;
    struct part_column column = { 0 };
    uint64_t words[3] = { PART_BOXED, PART_BOXED | 7, 0 };
    for (int i = 0; i < 5; i++) {
        struct value value = { .type = VALUE_NUMBER, .as.number = numbers[i] };
        struct bytes encoded = { 0 };
        value_encode(&value, &encoded);
        assert_true(column_write_number_word(bytes_str(&encoded)) < PART_BOXED);
        bytes_release(&encoded);
    }
    part_write_begin(&w, NULL, &(struct part_write_head){ .project = 1 });
    column_write_words(&w, words, 3, &column);
    assert_int_equal(column.present, 2);
    assert_int_equal(column.section.len, 24);
    part_write_release(&w);
}

static void test_column_write__dictionary_layout(void **state)
{
    (void)state;
    struct part_write w;
    struct part_property property = { 0 };
    struct str entries[] = { STR("\0"), STR("\4\1x") };
    uint32_t rows[] = { 5, 6 };
    part_write_begin(&w, NULL, &(struct part_write_head){ .project = 1 });
    column_write_dictionary(&w, entries, rows, 2, &property);
    assert_int_equal(property.distinct, 2);
    assert_int_equal(property.dictionary.len, 4 * 3 + 4 * 2 + 4);
    const uint32_t *v = (const uint32_t *)(const void *)(w.memory.ptr + property.dictionary.off);
    assert_int_equal(v[0], 0);
    assert_int_equal(v[1], 1);
    assert_int_equal(v[2], 4);
    assert_int_equal(v[3], 5);
    assert_int_equal(v[4], 6);
    part_write_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_column_write__width_follows_the_dictionary),
        cmocka_unit_test(test_column_write__sparse_when_smaller),
        cmocka_unit_test(test_column_write__words_tell_numbers_from_codes),
        cmocka_unit_test(test_column_write__dictionary_layout),
    };
    return RUN(tests);
}
