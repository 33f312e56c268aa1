/* The list of people: who has events, matches a filter, and did something in a range; newest seen
 * first. One pass over the whole project (nothing is kept by person that would have to be kept in
 * step), and one over the persons of the page alone. */
#ifndef ENGINE_PEOPLE_H
#define ENGINE_PEOPLE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/check.h"
#include "engine/facts.h"
#include "query/selector.h"

enum { PEOPLE_LIMIT_MAX = 200, PEOPLE_OPERANDS_MAX = 8 };

/* A place in the order: after this one. */
struct people_place { int64_t last_ms; uint32_t code; };

struct people_ask {
    const struct selector *where;   /* NULL = all; operands of persons only: a profile property,
                                       or a fact (facts.h) */
    struct str did;                 /* empty = any event */
    bool has_did;                   /* did, from and to count */
    int64_t from_ms, to_ms;
    const struct people_place *after;
    uint32_t limit;
    uint32_t threads;
    const _Atomic bool *cancelled;
    struct arena *arena;
};

struct people_row {
    uint32_t code;
    uint64_t events;
    int64_t first_ms, last_ms;
    struct facts facts;             /* of its events */
};

struct people_page {
    struct people_row *rows;
    uint32_t count;
    bool has_more;
    uint64_t total;                 /* all that match, on whatever page */
};

/* ERR_TOO_LARGE (memory, or over PEOPLE_OPERANDS_MAX operands), ERR_CANCELLED, ERR_CORRUPT. */
int people_answer(struct store *store, const struct people_ask *ask, struct people_page *out)
    MUST_USE;

#endif
