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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_clock__runs_and_can_be_shifted) };
    return RUN(tests);
}
