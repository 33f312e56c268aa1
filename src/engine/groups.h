/* Tuples of up to four codes, numbered densely as they come: the groups of a breakdown. */
#ifndef ENGINE_GROUPS_H
#define ENGINE_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "engine/budget.h"

struct groups {
    struct budget *budget;
    uint32_t width;      /* codes of a tuple */
    uint32_t count;
    uint32_t cap;        /* of keys, in tuples */
    uint32_t *keys;      /* group i has keys[i * width] … */
    /* ---- private ---- */
    uint32_t *slots;     /* a group's number + 1; 0 = free */
    uint32_t slot_count; /* a power of two, or 0 */
};

void groups_init(struct groups *groups, uint32_t width, struct budget *budget);
void groups_release(struct groups *groups);
void groups_reset(struct groups *groups);         /* empty, memory kept */
uint64_t groups_hash(const uint32_t *key, uint32_t width);
/* The number of the tuple, given one when it is new. ERR_NOMEM at the budget's limit. */
int groups_put(struct groups *groups, const uint32_t *key, uint64_t hash, uint32_t *index) MUST_USE;
/* False when the tuple was never put. */
bool groups_find(const struct groups *groups, const uint32_t *key, uint32_t *index) MUST_USE;

#endif
