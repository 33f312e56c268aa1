/* process/query_rate: 200 a minute each, the minute over, and more principals than slots. */
#include "process/query_rate.h"

#include "support/test.h"
#include "sys/clock.h"

static struct query_rate rate;

static void test_rate__each_has_its_own_minute(void **state)
{
    (void)state;
    query_rate_init(&rate);
    for (uint32_t i = 0; i < QUERY_RATE_A_MINUTE; i++) {
        assert_true(query_rate_has(&rate, 5));
        assert_true(query_rate_take(&rate, 5));
    }
    assert_false(query_rate_has(&rate, 5));
    assert_false(query_rate_take(&rate, 5));
    assert_true(query_rate_take(&rate, 6));
    assert_true(query_rate_take(&rate, 0));
    clock_shift_for_test(0, QUERY_RATE_WINDOW_MS - 2000);
    assert_false(query_rate_take(&rate, 5));
    clock_shift_for_test(0, 2001);
    assert_true(query_rate_take(&rate, 5));
    query_rate_release(&rate);
}

static void test_rate__forgets_the_oldest_when_it_is_full(void **state)
{
    (void)state;
    query_rate_init(&rate);
    for (uint32_t i = 0; i < QUERY_RATE_A_MINUTE; i++)
        assert_true(query_rate_take(&rate, 1));
    for (uint32_t p = 2; p <= QUERY_RATE_PRINCIPALS; p++) {
        clock_shift_for_test(0, 1);
        assert_true(query_rate_take(&rate, p));
    }
    assert_false(query_rate_take(&rate, 1));
    assert_true(query_rate_take(&rate, 999999));
    assert_int_equal(rate.count, QUERY_RATE_PRINCIPALS);
    assert_true(query_rate_take(&rate, 1));   /* it was the oldest */
    query_rate_release(&rate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate__each_has_its_own_minute),
        cmocka_unit_test(test_rate__forgets_the_oldest_when_it_is_full),
    };
    return RUN(tests);
}
