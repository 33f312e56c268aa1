/* query/operand: two operands are one when they name the same value. */
#include "query/operand.h"

#include "support/test.h"

static void test_operand__equal_by_place_name_and_group(void **state)
{
    (void)state;
    struct operand a = { .of = OPERAND_EVENT, .property = STR("plan") };
    struct operand person = { .of = OPERAND_PERSON, .property = STR("plan") };
    struct operand other = { .of = OPERAND_EVENT, .property = STR("Plan") };
    struct operand company = { .of = OPERAND_GROUP, .property = STR("plan"),
                               .group_key = STR("company") };
    struct operand team = { .of = OPERAND_GROUP, .property = STR("plan"),
                            .group_key = STR("team") };
    assert_true(operand_equal(&a, &a));
    assert_false(operand_equal(&a, &person));
    assert_false(operand_equal(&a, &other));
    assert_true(operand_equal(&company, &company));
    assert_false(operand_equal(&company, &team));
}

static void test_operand__facts_of_the_event_have_no_name(void **state)
{
    (void)state;
    struct operand time = { .of = OPERAND_TIME };
    struct operand time_too = { .of = OPERAND_TIME, .property = STR("$time") };
    struct operand name = { .of = OPERAND_NAME };
    assert_true(operand_equal(&time, &time_too));
    assert_false(operand_equal(&time, &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operand__equal_by_place_name_and_group),
        cmocka_unit_test(test_operand__facts_of_the_event_have_no_name),
    };
    return RUN(tests);
}
