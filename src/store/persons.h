/* The persons of one project: refs to dense codes, 1, 2, 3 … in order of appearance; 0 = nobody.
 * About 29 bytes a person in memory. Refs are keyed hashes already, so no stranger can aim at one
 * slot. Changed by the follower's thread alone; callers lock. */
#ifndef STORE_PERSONS_H
#define STORE_PERSONS_H

#include <stdint.h>

#include "event/ref.h"

struct persons {
    struct ref *refs;      /* refs[code - 1] */
    uint32_t count;
    /* ---- private ---- */
    uint32_t cap;
    uint32_t *slots;       /* codes; 0 = empty */
    uint32_t slot_count;
};

void persons_release(struct persons *persons);
/* The code, or 0 for none and for a ref never seen. */
uint32_t persons_find(const struct persons *persons, const struct ref *ref);
/* The code, given now when the ref is new; 0 for none. */
uint32_t persons_put(struct persons *persons, const struct ref *ref);

#endif
