/* base/base64: what SDKs send is read, what is no base64 is not. */
#include "base/base64.h"

#include "base/rand.h"
#include "support/test.h"

static void assert_decodes(const char *text, const char *expected)
{
    uint8_t out[64];
    ptrdiff_t len = base64_decode(str_from(text), out);
    assert_true(len >= 0);
    assert_true(str_equal(str_of(out, (size_t)len), str_from(expected)));
}

static void test_base64__both_alphabets_and_lost_plus_signs_are_read(void **state)
{
    (void)state;
    assert_decodes("", "");
    assert_decodes("YQ==", "a");
    assert_decodes("YQ", "a");
    assert_decodes("YWI=", "ab");
    assert_decodes("YWJj\r\nZA==\n", "abcd");
    assert_decodes("+/+/", "\xfb\xff\xbf");
    assert_decodes("-_-_", "\xfb\xff\xbf");
    assert_decodes(" / /", "\xfb\xff\xbf");
}

static void test_base64__what_is_no_base64_is_refused(void **state)
{
    (void)state;
    uint8_t out[64];
    assert_int_equal(base64_decode(STR("Y"), out), -1);
    assert_int_equal(base64_decode(STR("YQ==="), out), -1);
    assert_int_equal(base64_decode(STR("Y=Q="), out), -1);
    assert_int_equal(base64_decode(STR("YQ!="), out), -1);
    assert_int_equal(base64_decode(STR("{\"a\":1}"), out), -1);
}

static void test_base64__what_is_written_is_read_back_in_place(void **state)
{
    (void)state;
    struct rand rand;
    rand_init(&rand, 3);
    for (int round = 0; round < 1000; round++) {
        char raw[50];
        struct bytes text = { 0 };
        size_t len = rand_below(&rand, sizeof(raw));
        for (size_t i = 0; i < len; i++)
            raw[i] = (char)rand_below(&rand, 256);
        base64_encode(str_of(raw, len), &text);
        assert_int_equal(text.len % 4, 0);
        bytes_reserve(&text, 3);
        assert_int_equal(base64_decode(bytes_str(&text), text.ptr), len);
        assert_true(str_equal(str_of(text.ptr, len), str_of(raw, len)));
        bytes_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64__both_alphabets_and_lost_plus_signs_are_read),
        cmocka_unit_test(test_base64__what_is_no_base64_is_refused),
        cmocka_unit_test(test_base64__what_is_written_is_read_back_in_place),
    };
    return RUN(tests);
}
