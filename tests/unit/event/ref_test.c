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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_ref__all_zero_is_none) };
    return RUN(tests);
}
