/* The clocks. Nothing above sys/ asks the OS for the time, so tests own it (clock_set_for_test). */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

int64_t clock_wall_ms(void);      /* since 1970, may jump */
uint64_t clock_boot_ms(void);     /* CLOCK_BOOTTIME: monotonic, the same in all programs */
uint64_t clock_boot_ns(void);
uint64_t clock_cpu_ns(void);      /* CPU time of this process */
void clock_sleep_ms(uint32_t ms);
/* A condition that waits by a clock which nobody sets, and a moment of that clock for
 * pthread_cond_timedwait. */
void clock_cond_init(pthread_cond_t *cond);
struct timespec clock_cond_until(uint32_t from_now_ms);
/* Shifts clock_wall_ms and clock_boot_ms by an offset from now on: tests only. */
void clock_shift_for_test(int64_t wall_ms, int64_t boot_ms);

#endif
