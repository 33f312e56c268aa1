#include "sys/clock.h"

#include <stdatomic.h>
#include <time.h>

#include "base/check.h"

static _Atomic int64_t wall_shift_ms, boot_shift_ms;

static uint64_t read_ns(clockid_t id)
{
    struct timespec t;
    check(clock_gettime(id, &t) == 0);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int64_t clock_wall_ms(void)
{
    return (int64_t)(read_ns(CLOCK_REALTIME) / 1000000u) + wall_shift_ms;
}

uint64_t clock_boot_ns(void)
{
    return read_ns(CLOCK_BOOTTIME) + (uint64_t)(boot_shift_ms * 1000000);
}

uint64_t clock_boot_ms(void)
{
    return clock_boot_ns() / 1000000u;
}

uint64_t clock_cpu_ns(void)
{
    return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void clock_sleep_ms(uint32_t ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
    while (nanosleep(&t, &t) != 0)
        ;
}

void clock_shift_for_test(int64_t wall_ms, int64_t boot_ms)
{
    wall_shift_ms += wall_ms;
    boot_shift_ms += boot_ms;
}
