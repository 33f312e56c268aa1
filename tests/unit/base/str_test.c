/* base/str: ranges, numbers and UTF-8, against hand-made cases at the edges. */
#include "base/str.h"

#include "support/test.h"

static void test_str__compares_by_bytes_then_length(void **state)
{
    (void)state;
    assert_true(str_equal(STR("a"), STR("a")));
    assert_false(str_equal(STR("a"), STR("ab")));
    assert_true(str_equal_fold(STR("Content-Type"), STR("content-TYPE")));
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("b"), STR("ab")) > 0);
    assert_true(str_contains_fold(STR("GoogleBOT/2"), STR("bot")));
}

static void test_str__finds_and_slices_within_bounds(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR("hello"), STR("llo")), 2);
    assert_int_equal(str_find(STR("hello"), STR("lloo")), -1);
    assert_int_equal(str_find(STR(""), STR("")), 0);
    assert_str(str_slice(STR("hello"), 1, 3), "el");
    assert_str(str_slice(STR("hello"), 4, 99), "o");
    assert_int_equal(str_slice(STR("hi"), 9, 3).len, 0);
    assert_str(str_trim(STR(" \t x y\r\n")), "x y");
    assert_true(str_starts(STR("abc"), STR("ab")) && str_ends(STR("abc"), STR("bc")));
}

static void test_str__next_yields_empty_parts_too(void **state)
{
    (void)state;
    struct str rest = STR("a,,b"), part;
    assert_true(str_next(&rest, ',', &part));
    assert_str(part, "a");
    assert_true(str_next(&rest, ',', &part));
    assert_int_equal(part.len, 0);
    assert_true(str_next(&rest, ',', &part));
    assert_str(part, "b");
    assert_false(str_next(&rest, ',', &part));
}

static void test_str__integers_refuse_overflow_and_junk(void **state)
{
    (void)state;
    uint64_t u;
    int64_t i;
    assert_true(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
    assert_false(str_to_u64(STR(""), &u));
    assert_false(str_to_u64(STR("12 "), &u));
    assert_true(str_to_i64(STR("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_false(str_to_i64(STR("9223372036854775808"), &i));
}

static void test_str__doubles_are_finite_decimals_only(void **state)
{
    (void)state;
    double d;
    assert_true(str_to_f64(STR("-1.5e3"), &d) && d == -1500.0);
    assert_false(str_to_f64(STR("inf"), &d));
    assert_false(str_to_f64(STR("1e999"), &d));
    assert_false(str_to_f64(STR("0x10"), &d));
    assert_false(str_to_f64(STR("1.5.5"), &d));
}

static void test_str__hex_round_trips(void **state)
{
    (void)state;
    uint8_t bytes[3];
    char text[7];
    assert_true(str_to_hex_bytes(STR("00fFa1"), bytes, 3));
    str_hex(bytes, 3, text);
    assert_string_equal(text, "00ffa1");
    assert_false(str_to_hex_bytes(STR("00f"), bytes, 3));
    assert_false(str_to_hex_bytes(STR("00fg00"), bytes, 3));
}

static void test_str__utf8_refuses_overlong_surrogate_and_cut(void **state)
{
    (void)state;
    assert_true(str_is_utf8(STR("plain and long enough to take the fast path")));
    assert_true(str_is_utf8(STR("نورة \xf0\x9f\x99\x82")));
    assert_false(str_is_utf8(STR("\xc0\xaf")));
    assert_false(str_is_utf8(STR("\xed\xa0\x80")));
    assert_false(str_is_utf8(STR("\xf4\x90\x80\x80")));
    assert_false(str_is_utf8(STR("abc\xe2\x82")));
    assert_false(str_is_utf8(STR("\x80")));
}

static void test_str__truncation_keeps_characters_whole(void **state)
{
    (void)state;
    assert_str(str_truncate_utf8(STR("aنb"), 2), "a");
    assert_str(str_truncate_utf8(STR("aنb"), 3), "aن");
    assert_str(str_truncate_utf8(STR("ab"), 9), "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_str__compares_by_bytes_then_length),
        cmocka_unit_test(test_str__finds_and_slices_within_bounds),
        cmocka_unit_test(test_str__next_yields_empty_parts_too),
        cmocka_unit_test(test_str__integers_refuse_overflow_and_junk),
        cmocka_unit_test(test_str__doubles_are_finite_decimals_only),
        cmocka_unit_test(test_str__hex_round_trips),
        cmocka_unit_test(test_str__utf8_refuses_overlong_surrogate_and_cut),
        cmocka_unit_test(test_str__truncation_keeps_characters_whole),
    };
    return RUN(tests);
}
