/* The rows of an export. The set of persons is fixed when it is opened, and so is the moment: what
 * arrives later is not in it. */
#ifndef ENGINE_EXPORT_H
#define ENGINE_EXPORT_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "event/event.h"
#include "store/scan.h"

struct export_ask {
    const struct str *events;       /* event_count 0 = any */
    uint32_t event_count;
    int64_t from_ms, to_ms;
    struct str where;               /* a selector that parses; empty = all */
    uint64_t limit;                 /* most rows; 0 = all. The last person may be cut short */
    uint32_t persons_max;
    const _Atomic bool *cancelled;
};

struct export_set;

/* ERR_TOO_LARGE (also over persons_max persons), ERR_CANCELLED, ERR_CORRUPT. The set keeps copies;
 * free it with export_close. */
int export_open(struct store *store, const struct export_ask *ask, struct export_set **out)
    MUST_USE;
void export_close(struct export_set *set);          /* NULL is fine */
/* The persons, by code, in the order in which they come out; rows of all of them. Rows of nobody
 * are in no export: there is no person to count. */
const uint32_t *export_persons(const struct export_set *set, uint32_t *count);
uint64_t export_rows(const struct export_set *set);

struct export_row {
    uint32_t person;
    int64_t time_ms;
    struct str name;
    const struct property *properties;
    uint32_t property_count;
};
/* Not 0 ends the walk behind this row; the next one goes on there. */
typedef int (*export_row_fn)(void *ctx, const struct export_row *row);
/* Hands out rows of at most `persons` further persons. 1 = there may be more, 0 = that was all,
 * ERR_TOO_LARGE, ERR_CORRUPT. */
int export_next(struct export_set *set, uint32_t persons, export_row_fn each, void *ctx) MUST_USE;

#endif
