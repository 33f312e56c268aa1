/* http/form: decoding, absence, malformed percents. */
#include "http/form.h"

#include "support/test.h"

static void test_form__values_are_decoded(void **state)
{
    (void)state;
    struct arena arena;
    struct str value;
    arena_init(&arena, 0);
    assert_true(http_form_get(STR("a=1&data=x%2By+z&b"), STR("data"), &arena, &value));
    assert_str(value, "x+y z");
    assert_true(http_form_get(STR("a=1&b"), STR("b"), &arena, &value));
    assert_int_equal(value.len, 0);
    assert_true(http_form_get(STR("d%61ta=2"), STR("data"), &arena, &value));
    assert_str(value, "2");
    assert_false(http_form_get(STR("a=1"), STR("data"), &arena, &value));
    assert_false(http_form_get(STR(""), STR("data"), &arena, &value));
    assert_true(http_form_get(STR("a=%zz%4"), STR("a"), &arena, &value));
    assert_str(value, "%zz%4");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_form__values_are_decoded) };
    return RUN(tests);
}
