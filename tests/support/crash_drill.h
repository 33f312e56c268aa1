/* A workload over the disk that fails as disks do (file_fault.h), broken everywhere: at each call
 * that changes the disk, at one call alone, and with a sync left out. After each, the room's own
 * judge looks at what survived. What was seen failing goes to standard error with the call and the
 * variant that show it again. */
#ifndef TESTS_SUPPORT_CRASH_DRILL_H
#define TESTS_SUPPORT_CRASH_DRILL_H

#include "support/file_fault.h"

struct crash_drill {
    int (*run)(struct fs *fs); /* until the end or the first error */
    /* Opens what is there and judges it; `seed` is any number, the same for the same case. */
    bool (*is_whole_after)(struct fs *fs, uint64_t seed);
    uint64_t calls;    /* of a run that nothing disturbs */
    uint64_t variants; /* ways of losing what was not synced */
};

void crash_drill_every_call(const struct crash_drill *drill);
/* How many of the runs ended with an error. */
uint64_t crash_drill_one_failing_call(const struct crash_drill *drill);
/* True when some crash shows that the syncs of that name are missing (file_fault_ignore_sync). */
bool crash_drill_finds(const struct crash_drill *drill, const char *prefix);

#endif
