#include "base/sum.h"

#include <math.h>

#include "base/check.h"

/* A lane takes 53 bits of mantissa over 43 powers of two: 96 bits, and 31 for the count. */
#define SMALL_BELOW 0x1p23
#define SMALL_STEPS 0x1p73
#define LARGE_STEPS 0x1p30
#define LARGE_MAX 0x1p66

enum { STEPS_RATIO_LOG2 = 73 - 30 };

void sum_add(struct sum *sum, double number)
{
    double size = fabs(number);
    if (size < SMALL_BELOW)
        sum->small += (sum_wide)(number * SMALL_STEPS);
    else if (isfinite(number))
        sum->large += (sum_wide)((size < LARGE_MAX ? number : copysign(LARGE_MAX, number)) *
                                 LARGE_STEPS);
}

void sum_merge(struct sum *into, const struct sum *from)
{
    into->small += from->small;
    into->large += from->large;
}

/* The small lane's whole large steps are carried over; what is left of it is less than one step,
 * and matters to the rounding only as "a little more" unless the large lane fits a double whole. */
double sum_value(const struct sum *sum)
{
    const sum_wide ratio = (sum_wide)1 << STEPS_RATIO_LOG2;
    sum_wide carry = sum->small / ratio, rest = sum->small % ratio;
    if (rest < 0) {
        carry--;
        rest += ratio;
    }
    sum_wide large = sum->large + carry;
    const sum_wide whole = (sum_wide)1 << 52;
    check(rest >= 0 && rest < ratio);
    if (large >= -1 && large < 1)
        return (double)(large * ratio + rest) / SMALL_STEPS;
    if (large > -whole && large < whole)
        return (double)large / LARGE_STEPS + (double)rest / SMALL_STEPS;
    return (double)(large * 2 + (rest != 0)) / (LARGE_STEPS * 2);
}
