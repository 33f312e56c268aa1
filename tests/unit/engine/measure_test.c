/* engine/measure: each measure reads its own column, and folding always knows the people. */
#include "engine/measure.h"

#include "support/test.h"

static void test_measure__columns_are_what_it_needs(void **state)
{
    (void)state;
    assert_int_equal(measure_columns(SPEC_TOTAL, false), TALLY_ROWS);
    assert_int_equal(measure_columns(SPEC_UNIQUE, false), TALLY_PERSONS);
    assert_int_equal(measure_columns(SPEC_SUM, false), TALLY_SUMS);
    assert_int_equal(measure_columns(SPEC_TOTAL, true), TALLY_ROWS | TALLY_PERSONS);
    assert_int_equal(measure_columns(SPEC_UNIQUE, true), TALLY_PERSONS);
    assert_int_equal(measure_columns(SPEC_SUM, true), TALLY_SUMS | TALLY_PERSONS);
}

static void test_measure__value_is_of_its_column(void **state)
{
    (void)state;
    struct budget budget = { .limit = BUDGET_QUERY_BYTES };
    struct tally tally;
    tally_init(&tally, TALLY_ALL, &budget);
    assert_int_equal(tally_reserve(&tally, 2), 0);
    tally_add(&tally, 1, 4, 1.5);
    tally_add(&tally, 1, 4, 2);
    tally_add(&tally, 1, 0, 3);
    assert_true(measure_value(SPEC_TOTAL, &tally, 1) == 3);
    assert_true(measure_value(SPEC_UNIQUE, &tally, 1) == 1);
    assert_true(measure_value(SPEC_SUM, &tally, 1) == 6.5);
    assert_true(measure_value(SPEC_SUM, &tally, 0) == 0);
    tally_release(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measure__columns_are_what_it_needs),
        cmocka_unit_test(test_measure__value_is_of_its_column),
    };
    return RUN(tests);
}
