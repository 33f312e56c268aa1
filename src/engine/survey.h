/* Which groups of a breakdown an answer shows: a pass over the whole range before the cells are
 * counted. Where every row has so few groups that all are shown, the same pass has their cells.
 *
 * Every group of a row gets its total over all buckets and, where it matters, its distinct persons.
 * Groups of fewer persons than the minimum are folded; of the rest the `limit` largest are shown.
 * This is exact for any number of groups: when they do not fit the query's memory, the groups are
 * split by hash into 2, 4, … 64 shares, and each share has a pass of its own. */
#ifndef ENGINE_SURVEY_H
#define ENGINE_SURVEY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "engine/budget.h"
#include "engine/tally.h"
#include "engine/top.h"
#include "zone/zone.h"

enum { SURVEY_SHARES_MAX = 64 };

struct survey {
    struct scan *scan;
    const struct spec *spec;
    const struct zone_buckets *buckets;
    struct budget *budget;
    uint32_t threads;
    uint32_t fold_under;            /* 0 = nothing is folded for privacy */
    const _Atomic bool *cancelled;
};

/* Of one row of the question. */
struct survey_row {
    struct top top;                 /* the groups shown, the largest first */
    uint32_t folded;                /* groups of too few persons; 1 where the row has too few */
    bool has_cells;                 /* nothing is left over: no second pass is needed */
    struct tally cells;             /* counter = place in top * buckets + bucket */
};

/* Fills rows[show_count]; each is released with survey_release, also after an error. The scan is at
 * its end afterwards. ERR_NOMEM: too many groups even so. ERR_TOO_LARGE: a row in too many groups
 * at once. ERR_CANCELLED and the scan's errors. */
int survey_groups(const struct survey *survey, struct survey_row *rows) MUST_USE;
void survey_release(struct survey_row *row);

#endif
