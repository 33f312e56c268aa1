#include "ledger/inside/limits.h"

#include "support/test.h"

#define T0 INT64_C(1795453200000)

static struct limits of(const struct roster_principal *p, enum budget_kind kind)
{
    return limits_of(p, 7, kind, T0);
}

static void test_limits__the_defaults(void **state)
{
    (void)state;
    const struct roster_principal p = { .is_boot = true };
    assert_int_equal(of(&p, BUDGET_NAMED).day, 200);
    assert_int_equal(of(&p, BUDGET_NAMED).month, 2000);
    assert_int_equal(of(&p, BUDGET_NAMED).project, 1000);
    assert_int_equal(of(&p, BUDGET_ROWS).day, 2000);
    assert_int_equal(of(&p, BUDGET_ROWS).month, 20000);
    assert_int_equal(of(&p, BUDGET_ROWS).project, 10000);
    assert_int_equal(of(&p, BUDGET_MISSES).day, 50);
    assert_int_equal(of(&p, BUDGET_MISSES).month, 500);
    assert_int_equal(of(&p, BUDGET_MISSES).project, 500);
}

static void test_limits__what_was_decided(void **state)
{
    (void)state;
    struct roster_principal p = { .is_boot = true, .right_count = 1,
                                  .rights = { { .project = 7, .named = 500, .rows = 100 } } };
    assert_int_equal(of(&p, BUDGET_NAMED).day, 500);
    assert_int_equal(of(&p, BUDGET_NAMED).month, 5000);
    assert_int_equal(of(&p, BUDGET_NAMED).project, 1000);
    assert_int_equal(of(&p, BUDGET_ROWS).day, 100);
    assert_int_equal(of(&p, BUDGET_ROWS).month, 20000);
    assert_int_equal(limits_of(&p, 8, BUDGET_NAMED, T0).day, 200);
    p.rights[0].named = UINT32_MAX;
    assert_int_equal(of(&p, BUDGET_NAMED).month, UINT32_MAX);
}

static void test_limits__the_new_are_small(void **state)
{
    (void)state;
    struct roster_principal p = { .since_ms = T0 - LEDGER_DELAY_MS + 1 };
    assert_int_equal(of(&p, BUDGET_NAMED).day, 20);
    assert_int_equal(of(&p, BUDGET_ROWS).day, 20);
    assert_int_equal(of(&p, BUDGET_MISSES).day, 50);
    p.since_ms--;
    assert_int_equal(of(&p, BUDGET_NAMED).day, 200);
    /* So is who has a passkey that nobody vouched for. */
    struct roster_credential c = { .enrolled_ms = T0 - 1 };
    p.credentials = &c;
    p.credential_count = 1;
    assert_int_equal(of(&p, BUDGET_NAMED).day, 20);
    c.is_trusted = true;
    assert_int_equal(of(&p, BUDGET_NAMED).day, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits__the_defaults),
        cmocka_unit_test(test_limits__what_was_decided),
        cmocka_unit_test(test_limits__the_new_are_small),
    };
    return RUN(tests);
}
