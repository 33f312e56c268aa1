/* engine/tally: persons are counted once while they come together, nobody is no person, growing
 * keeps what was counted, and a full budget is said. */
#include "engine/tally.h"

#include <math.h>

#include "base/err.h"
#include "support/test.h"

static void test_tally__a_person_counts_once_nobody_never(void **state)
{
    (void)state;
    struct budget budget = { .limit = BUDGET_QUERY_BYTES };
    struct tally tally;
    tally_init(&tally, TALLY_ALL, &budget);
    assert_int_equal(tally_reserve(&tally, 2), 0);
    tally_add(&tally, 0, 0, 1);
    tally_add(&tally, 0, 0, 2);
    tally_add(&tally, 0, 5, 0.5);
    tally_add(&tally, 1, 5, 1);
    tally_add(&tally, 0, 5, (double)NAN);
    tally_add(&tally, 0, 6, 4);
    assert_int_equal(tally.rows[0], 5);
    assert_int_equal(tally.persons[0], 2);
    assert_true(sum_value(&tally.sums[0]) == 7.5);
    assert_int_equal(tally.rows[1], 1);
    assert_int_equal(tally.persons[1], 1);
    tally_release(&tally);
    assert_int_equal(budget.used, 0);
}

static void test_tally__only_the_asked_columns_cost(void **state)
{
    (void)state;
    struct budget budget = { .limit = BUDGET_QUERY_BYTES };
    for (unsigned columns = 1; columns <= TALLY_ALL; columns++) {
        struct tally tally;
        tally_init(&tally, columns, &budget);
        assert_int_equal(tally_reserve(&tally, 1000), 0);
        assert_int_equal(budget.used, tally.count * tally_bytes(columns));
        assert_int_equal(tally.rows != NULL, (columns & TALLY_ROWS) != 0);
        assert_int_equal(tally.last != NULL, (columns & TALLY_PERSONS) != 0);
        assert_int_equal(tally.sums != NULL, (columns & TALLY_SUMS) != 0);
        tally_add(&tally, 999, 1, 1);
        tally_release(&tally);
        assert_int_equal(budget.used, 0);
    }
}

static void test_tally__growing_keeps_and_reset_forgets(void **state)
{
    (void)state;
    struct budget budget = { .limit = BUDGET_QUERY_BYTES };
    struct tally tally;
    tally_init(&tally, TALLY_ROWS | TALLY_PERSONS, &budget);
    for (uint32_t i = 0; i < 5000; i++) {
        assert_int_equal(tally_reserve(&tally, i + 1), 0);
        tally_add(&tally, i, 3, 0);
        tally_add(&tally, i / 2, 3, 0);
    }
    assert_int_equal(tally.rows[0], 3);
    assert_int_equal(tally.rows[2499], 3);
    assert_int_equal(tally.rows[2500], 1);
    assert_int_equal(tally.persons[0], 1);
    tally_reset(&tally);
    assert_int_equal(tally.rows[2499], 0);
    tally_add(&tally, 0, 3, 0);
    assert_int_equal(tally.persons[0], 1);
    tally_release(&tally);
}

static void test_tally__merging_adds(void **state)
{
    (void)state;
    struct budget budget = { .limit = BUDGET_QUERY_BYTES };
    struct tally a, b;
    tally_init(&a, TALLY_ALL, &budget);
    tally_init(&b, TALLY_ALL, &budget);
    assert_int_equal(tally_reserve(&a, 3), 0);
    assert_int_equal(tally_reserve(&b, 3), 0);
    tally_add(&a, 2, 1, 1.25);
    tally_add(&b, 1, 2, 2);
    tally_add(&b, 1, 3, 3);
    tally_merge(&a, 2, &b, 1);
    assert_int_equal(a.rows[2], 3);
    assert_int_equal(a.persons[2], 3);
    assert_true(sum_value(&a.sums[2]) == 6.25);
    tally_release(&a);
    tally_release(&b);
}

static void test_tally__a_full_budget_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    for (size_t limit = 500; limit < 60000; limit += 777) {
        struct budget budget = { .limit = limit };
        struct tally tally;
        size_t count = 0;
        int r = 0;
        tally_init(&tally, TALLY_ALL, &budget);
        while ((r = tally_reserve(&tally, count + 1)) == 0)
            tally_add(&tally, count++, 1, 1);
        assert_int_equal(r, ERR_NOMEM);
        assert_int_equal(tally.count, count);
        assert_true(budget.used <= limit);
        tally_release(&tally);
        assert_int_equal(budget.used, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tally__a_person_counts_once_nobody_never),
        cmocka_unit_test(test_tally__only_the_asked_columns_cost),
        cmocka_unit_test(test_tally__growing_keeps_and_reset_forgets),
        cmocka_unit_test(test_tally__merging_adds),
        cmocka_unit_test(test_tally__a_full_budget_is_said_and_nothing_leaks),
    };
    return RUN(tests);
}
