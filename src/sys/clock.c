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

void clock_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(cond, &attributes) == 0);
    (void)pthread_condattr_destroy(&attributes);
}

struct timespec clock_cond_until(uint32_t from_now_ms)
{
    uint64_t ns = read_ns(CLOCK_MONOTONIC) + (uint64_t)from_now_ms * 1000000u;
    return (struct timespec){ .tv_sec = (time_t)(ns / 1000000000u),
                              .tv_nsec = (long)(ns % 1000000000u) };
}

void clock_shift_for_test(int64_t wall_ms, int64_t boot_ms)
{
    wall_shift_ms += wall_ms;
    boot_shift_ms += boot_ms;
}
