#include "support/crash_drill.h"

#include <stdio.h>

#include "support/test.h"

/* The power fails at that call. Whether what survived is whole. */
static bool holds(const struct crash_drill *drill, uint64_t at, uint64_t variant,
                  const char *ignored)
{
    struct fs *fs = file_fault_create();
    file_fault_ignore_sync(fs, ignored);
    file_fault_crash_at(fs, at);
    int r = drill->run(fs);
    assert_true(at < drill->calls || r == 0);
    file_fault_ignore_sync(fs, NULL);
    file_fault_crash(fs, variant < FILE_FAULT_FIRST_RANDOM ? variant
                                                           : variant + at * drill->variants);
    bool is_whole = drill->is_whole_after(fs, at);
    fs_destroy(fs);
    return is_whole;
}

void crash_drill_every_call(const struct crash_drill *drill)
{
    uint64_t points = 0;
    for (uint64_t at = 0; at <= drill->calls; at++)
        for (uint64_t variant = 0; variant < drill->variants; variant++) {
            if (!holds(drill, at, variant, NULL)) {
                (void)fprintf(stderr, "call %llu, variant %llu\n", (unsigned long long)at,
                              (unsigned long long)variant);
                fail();
            }
            points++;
        }
    (void)printf("crash points: %llu (%llu calls, %llu variants each)\n",
                 (unsigned long long)points, (unsigned long long)drill->calls,
                 (unsigned long long)drill->variants);
    assert_true(drill->calls > 100);
}

uint64_t crash_drill_one_failing_call(const struct crash_drill *drill)
{
    enum { RANDOM = FILE_FAULT_FIRST_RANDOM, NO_CRASH, CASES };
    uint64_t points = 0, stopped = 0;
    for (uint64_t at = 0; at < drill->calls; at++)
        for (uint64_t variant = 0; variant < CASES; variant++) {
            struct fs *fs = file_fault_create();
            file_fault_fail_at(fs, at);
            stopped += drill->run(fs) != 0;
            file_fault_fail_at(fs, UINT64_MAX);
            if (variant != NO_CRASH)
                file_fault_crash(fs, variant < RANDOM ? variant : variant + at);
            if (!drill->is_whole_after(fs, at)) {
                (void)fprintf(stderr, "call %llu failed, variant %llu\n", (unsigned long long)at,
                              (unsigned long long)variant);
                fail();
            }
            fs_destroy(fs);
            points++;
        }
    (void)printf("failing calls: %llu, of which %llu stopped it\n", (unsigned long long)points,
                 (unsigned long long)stopped);
    return stopped;
}

bool crash_drill_finds(const struct crash_drill *drill, const char *prefix)
{
    for (uint64_t at = 0; at <= drill->calls; at++)
        for (uint64_t variant = 0; variant < drill->variants; variant++)
            if (!holds(drill, at, variant, prefix))
                return true;
    return false;
}
