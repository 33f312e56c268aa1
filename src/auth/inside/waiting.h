/* Decisions that stand in the house log and are not in force yet: what the asker wrote, what auth
 * made for it, and from when on it holds. */
#ifndef AUTH_INSIDE_WAITING_H
#define AUTH_INSIDE_WAITING_H

#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "db/db.h"

struct waiting {
    struct db_statement *put, *find, *next, *end;
};

struct waiting_decision {
    uint64_t sequence;     /* of the ledger */
    uint32_t asker;
    int64_t from_ms;
    struct str detail;
    struct str made;       /* "" or JSON */
};

void waiting_init(struct waiting *waiting, struct db *db);
/* In a transaction. */
int waiting_put(struct waiting *waiting, const struct waiting_decision *decision) MUST_USE;
int waiting_end(struct waiting *waiting, uint64_t sequence) MUST_USE;
/* ERR_NOT_FOUND. */
int waiting_find(struct waiting *waiting, uint64_t sequence, struct arena *arena,
                 struct waiting_decision *out) MUST_USE;
/* The one with the lowest sequence above `after`. ERR_NOT_FOUND. */
int waiting_next(struct waiting *waiting, uint64_t after, struct arena *arena,
                 struct waiting_decision *out) MUST_USE;

#endif
