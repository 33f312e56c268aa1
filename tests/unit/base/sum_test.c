/* base/sum: the same bits in any order and any split, exact where a double is, and defined at the
 * ends of the range. The oracle is long double or a closed form. */
#include "base/sum.h"

#include <math.h>

#include "base/rand.h"
#include "support/test.h"

static double sum_of(const double *numbers, int count)
{
    struct sum sum = { 0 };
    for (int i = 0; i < count; i++)
        sum_add(&sum, numbers[i]);
    return sum_value(&sum);
}

#define SUM_OF(...)                                                                               \
    sum_of((const double[]){ __VA_ARGS__ }, (int)(sizeof((double[]){ __VA_ARGS__ }) / 8))

static void test_sum__one_number_comes_back(void **state)
{
    (void)state;
    static const double numbers[] = { 0, 1, -1, 0.1, -0.1, 1e-6, 0x1p-20, 8388607.75, 8388608,
                                      -8388608.5, 1e15 + 0.5, 0x1p53 + 2, -7e19, 123456789.125 };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        assert_true(sum_of(&numbers[i], 1) == numbers[i]);
}

static void test_sum__every_order_gives_the_same_bits(void **state)
{
    (void)state;
    assert_true(0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1);
    assert_true(SUM_OF(0.1, 0.2, 0.3) == SUM_OF(0.3, 0.2, 0.1));
    assert_true(SUM_OF(0.1, 0.2, 0.3) == 0.6);
    assert_true(SUM_OF(1e18, 1, -1e18) == 1);
    assert_true(SUM_OF(1, 1e18, -1e18, 0.25) == 1.25);
    assert_true(SUM_OF(0.25, -1e18, 1e18, 1) == 1.25);
    assert_true(SUM_OF(-0.1, -0.2, -0.3) == -0.6);
    assert_true(SUM_OF(0.5, -0.75) == -0.25);
}

static void test_sum__split_and_merge_agree_with_one_sum(void **state)
{
    (void)state;
    struct rand r;
    rand_init(&r, 20251101);
    struct sum one = { 0 }, parts[3] = { { 0 } }, back = { 0 };
    long double oracle = 0;
    for (int i = 0; i < 100000; i++) {
        double number = (rand_unit(&r) - 0.3) * pow(10, (double)rand_below(&r, 12) - 3);
        oracle += (long double)number;
        sum_add(&one, number);
        sum_add(&parts[rand_below(&r, 3)], number);
    }
    for (int i = 2; i >= 0; i--)
        sum_merge(&back, &parts[i]);
    assert_true(sum_value(&one) == sum_value(&back));
    assert_true(fabsl((long double)sum_value(&one) - oracle) <= fabsl(oracle) * 1e-15L);
}

static void test_sum__carries_between_the_lanes(void **state)
{
    (void)state;
    struct sum sum = { 0 };
    for (int i = 0; i < 3000000; i++)
        sum_add(&sum, 8388607.5);
    assert_true(sum_value(&sum) == 8388607.5 * 3000000);
    sum_add(&sum, -8388607.5 * 3000000);
    assert_true(sum_value(&sum) == 0);
    sum_add(&sum, -0.1);
    assert_true(sum_value(&sum) == -0.1);
    assert_true(SUM_OF(0x1p60, 64, 0.5) == 0x1p60);
    /* Half a unit and a little more rounds up; exactly half goes to even. */
    assert_true(SUM_OF(0x1p60, 128) == 0x1p60);
    assert_true(SUM_OF(0x1p60, 128, 0x1p-40) == 0x1p60 + 256);
    assert_true(SUM_OF(-0x1p60, -128, -0x1p-40) == -0x1p60 - 256);
}

static void test_sum__the_ends_are_defined(void **state)
{
    (void)state;
    assert_true(SUM_OF(1e300) == 0x1p66);
    assert_true(SUM_OF(-1e300) == -0x1p66);
    assert_true(SUM_OF(NAN, 2) == 2);
    assert_true(SUM_OF(INFINITY, 2, -INFINITY) == 2);
    assert_true(SUM_OF(1e-300) == 0);
    assert_false(signbit(SUM_OF(-0.0)));
    assert_false(signbit(SUM_OF(0.5, -0.5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum__one_number_comes_back),
        cmocka_unit_test(test_sum__every_order_gives_the_same_bits),
        cmocka_unit_test(test_sum__split_and_merge_agree_with_one_sum),
        cmocka_unit_test(test_sum__carries_between_the_lanes),
        cmocka_unit_test(test_sum__the_ends_are_defined),
    };
    return RUN(tests);
}
