/* event/refusal: each reason has a name of its own, and the name finds it again. */
#include "event/refusal.h"

#include "support/test.h"

static void test_refusal__names_find_their_reasons(void **state)
{
    (void)state;
    for (int i = 1; i < REFUSAL_COUNT; i++) {
        enum refusal_reason reason = (enum refusal_reason)i;
        assert_int_equal(refusal_find(str_from(refusal_name(reason))), reason);
        assert_true(str_from(refusal_text(reason)).len > 10);
    }
    assert_int_equal(refusal_find(STR("nothing of ours")), REFUSAL_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_refusal__names_find_their_reasons) };
    return RUN(tests);
}
