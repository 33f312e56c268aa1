/* base/bytes: what is put comes back, and a reader never passes its end. */
#include "base/bytes.h"

#include "support/test.h"

static void test_bytes__all_widths_round_trip(void **state)
{
    (void)state;
    struct bytes b = { 0 };
    bytes_put_u8(&b, 0xab);
    bytes_put_u16(&b, 0x1234);
    bytes_put_u32(&b, 0xdeadbeef);
    bytes_put_u64(&b, UINT64_MAX - 1);
    bytes_put_f64(&b, -0.25);
    bytes_put_varint(&b, 300);
    bytes_put_str(&b, STR("أمانة"));
    struct bytes_reader r = bytes_reader_over(bytes_str(&b));
    assert_int_equal(bytes_get_u8(&r), 0xab);
    assert_int_equal(bytes_get_u16(&r), 0x1234);
    assert_int_equal(bytes_get_u32(&r), 0xdeadbeef);
    assert_true(bytes_get_u64(&r) == UINT64_MAX - 1);
    assert_true(bytes_get_f64(&r) == -0.25);
    assert_int_equal(bytes_get_varint(&r), 300);
    assert_str(bytes_get_str(&r), "أمانة");
    assert_true(bytes_reader_is_done(&r));
    bytes_release(&b);
}

static void test_bytes__integers_are_little_endian(void **state)
{
    (void)state;
    struct bytes b = { 0 };
    bytes_put_u32(&b, 0x01020304);
    assert_memory_equal(b.ptr, "\x04\x03\x02\x01", 4);
    bytes_release(&b);
}

static void test_bytes__reader_fails_once_and_stays_failed(void **state)
{
    (void)state;
    struct bytes_reader r = bytes_reader_over(STR("abc"));
    assert_int_equal(bytes_get_u32(&r), 0);
    assert_true(r.failed);
    assert_int_equal(bytes_get_u8(&r), 0);
    assert_int_equal(bytes_left(&r), 0);
    assert_false(bytes_reader_is_done(&r));
}

static void test_bytes__str_length_beyond_the_end_fails(void **state)
{
    (void)state;
    struct bytes_reader r = bytes_reader_over(STR("\x7f" "ab"));
    assert_int_equal(bytes_get_str(&r).len, 0);
    assert_true(r.failed);
}

static void test_bytes__varint_of_eleven_bytes_fails(void **state)
{
    (void)state;
    struct bytes_reader r = bytes_reader_over(STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    (void)bytes_get_varint(&r);
    assert_true(r.failed);
    r = bytes_reader_over(STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_true(bytes_get_varint(&r) == UINT64_MAX);
}

static void test_bytes__padding_reaches_the_multiple(void **state)
{
    (void)state;
    struct bytes b = { 0 };
    bytes_printf(&b, "%d-%s", 7, "x");
    bytes_pad(&b, 8);
    assert_int_equal(b.len, 8);
    bytes_pad(&b, 8);
    assert_int_equal(b.len, 8);
    assert_memory_equal(b.ptr, "7-x\0\0\0\0\0", 8);
    bytes_wipe(&b);
    assert_null(b.ptr);
}

static void test_bytes__parts_and_counts_are_bounded(void **state)
{
    (void)state;
    struct bytes b = { 0 };
    char fixed[3] = "xx";
    bytes_put_part(&b, STR("abc"));
    bytes_put_u32(&b, 2);
    bytes_append_str(&b, STR("1122"));
    struct bytes_reader r = bytes_reader_over(bytes_str(&b));
    assert_true(str_equal(bytes_get_part(&r, 3), STR("abc")));
    assert_int_equal(bytes_get_count(&r, 2, 2), 2);
    bytes_get_fixed(&r, fixed, 2);
    assert_string_equal(fixed, "11");
    assert_int_equal(bytes_left(&r), 2);
    assert_false(r.failed);
    bytes_get_fixed(&r, fixed, 3); /* more than there is: nothing is written */
    assert_string_equal(fixed, "11");
    assert_true(r.failed);
    r = bytes_reader_over(bytes_str(&b));
    (void)bytes_get_part(&r, 2);
    assert_true(r.failed);
    /* Two elements of three bytes do not fit in four; one is over a maximum of one. */
    r = bytes_reader_over(str_from_index(bytes_str(&b), 7));
    assert_int_equal(bytes_get_count(&r, 2, 3), 0);
    assert_true(r.failed);
    r = bytes_reader_over(str_from_index(bytes_str(&b), 7));
    assert_int_equal(bytes_get_count(&r, 1, 2), 0);
    assert_true(r.failed);
    bytes_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes__all_widths_round_trip),
        cmocka_unit_test(test_bytes__integers_are_little_endian),
        cmocka_unit_test(test_bytes__reader_fails_once_and_stays_failed),
        cmocka_unit_test(test_bytes__str_length_beyond_the_end_fails),
        cmocka_unit_test(test_bytes__varint_of_eleven_bytes_fails),
        cmocka_unit_test(test_bytes__padding_reaches_the_multiple),
        cmocka_unit_test(test_bytes__parts_and_counts_are_bounded),
    };
    return RUN(tests);
}
