/* sys/clock: the clocks run, and tests can shift them. */
#include "sys/clock.h"

#include "support/test.h"

static void test_clock__runs_and_can_be_shifted(void **state)
{
    (void)state;
    int64_t wall = clock_wall_ms();
    uint64_t boot = clock_boot_ms();
    clock_sleep_ms(12);
    assert_true(clock_boot_ms() >= boot + 10);
    assert_true(wall > 1700000000000);
    clock_shift_for_test(3600000, 600000);
    assert_true(clock_wall_ms() >= wall + 3600000);
    assert_true(clock_boot_ms() >= boot + 600000);
    clock_shift_for_test(-3600000, -600000);
    assert_true(clock_boot_ms() < boot + 600000);
    assert_true(clock_cpu_ns() > 0);
}

static void test_clock__a_condition_waits_that_long(void **state)
{
    (void)state;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond;
    clock_cond_init(&cond);
    uint64_t before = clock_boot_ms();
    struct timespec until = clock_cond_until(1020);
    assert_in_range(until.tv_nsec, 0, 999999999);
    until = clock_cond_until(20);
    assert_int_equal(pthread_mutex_lock(&lock), 0);
    while (pthread_cond_timedwait(&cond, &lock, &until) == 0)
        ;
    assert_int_equal(pthread_mutex_unlock(&lock), 0);
    assert_in_range(clock_boot_ms() - before, 19, 5000);
    assert_int_equal(pthread_cond_destroy(&cond), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock__runs_and_can_be_shifted),
        cmocka_unit_test(test_clock__a_condition_waits_that_long),
    };
    return RUN(tests);
}
