/* The largest groups of one row, found in one walk over any number of them: a heap of at most
 * `limit`, the least of them on top. Larger total first; equal totals by the group's text. Texts
 * are made only for groups that tie with the least or enter. */
#ifndef ENGINE_TOP_H
#define ENGINE_TOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "query/spec.h"
#include "store/scan.h"

struct top_group {
    double total;
    uint32_t key[SPEC_BY_MAX];
    struct bytes text;
};

struct top {
    const struct scan *scan;
    const struct spec *spec;
    struct top_group *groups;   /* after top_finish: the largest first */
    uint32_t count;
    bool has_more;              /* some group was offered that is not among them */
    struct bytes text;          /* of the group that is being offered */
};

/* limit of the spec. ERR_NOMEM. */
int top_init(struct top *top, const struct scan *scan, const struct spec *spec) MUST_USE;
void top_release(struct top *top);
void top_offer(struct top *top, const uint32_t *key, double total);
void top_finish(struct top *top);

#endif
