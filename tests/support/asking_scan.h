/* A scan over a fed project, for tests of the engine's lower parts: one want of all events of a day,
 * with breakdowns. */
#ifndef TESTS_SUPPORT_ASKING_SCAN_H
#define TESTS_SUPPORT_ASKING_SCAN_H

#include "engine/plan.h"
#include "support/asking.h"

struct asking_scan {
    const struct spec *spec;
    struct plan plan;
    struct scan *scan;
};

/* The question's wants over 2025-11-01 in UTC. Spec and plan lie in the asking's arena. */
void asking_scan_open(struct asking *asking, struct str question, uint32_t threads,
                      struct asking_scan *out);
void asking_scan_close(struct asking_scan *s);

#endif
