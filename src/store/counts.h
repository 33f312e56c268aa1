/* Refusals and drops of all projects, added up since the beginning. Callers lock. */
#ifndef STORE_COUNTS_H
#define STORE_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/str.h"

enum { COUNTS_MAX = 65536 };   /* distinct (project, protocol, reason) */

struct count {
    uint64_t project;
    struct str protocol;
    struct str reason;
    uint64_t n;
    int64_t last_ms;
    bool is_dirty;
};

struct counts {
    struct count *items;
    uint32_t count;
    /* ---- private ---- */
    uint32_t cap;
    struct map index;
};

void counts_release(struct counts *counts);
void counts_add(struct counts *counts, const struct count *more);
/* Puts a total as a table on disk held it; not dirty. */
void counts_put(struct counts *counts, const struct count *total);

#endif
