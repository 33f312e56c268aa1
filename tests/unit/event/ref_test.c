/* event/ref: none and equality. */
#include "event/ref.h"

#include "support/test.h"

static void test_ref__all_zero_is_none(void **state)
{
    (void)state;
    struct ref none = { 0 }, one = { 0 };
    one.bytes[15] = 1;
    assert_true(ref_is_none(&none));
    assert_false(ref_is_none(&one));
    assert_false(ref_equal(&none, &one));
    assert_true(ref_equal(&one, &one));
}

static void test_ref__as_the_name_of_a_group(void **state)
{
    (void)state;
    struct ref ref = { .bytes = { 0x0a, 0xff, [15] = 0x10 } };
    char text[REF_GROUP_TEXT_BYTES];
    ref_format_group(&ref, text);
    assert_string_equal(text, "g_0aff0000000000000000000000000010");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ref__all_zero_is_none),
        cmocka_unit_test(test_ref__as_the_name_of_a_group),
    };
    return RUN(tests);
}
