/* The memory of one query. What an outsider sizes (groups, cells) is taken here; over the limit
 * there is none (ERR_NOMEM inside the engine, ERR_TOO_LARGE to the asker), and one query cannot
 * take the house down. Safe from several threads. */
#ifndef ENGINE_BUDGET_H
#define ENGINE_BUDGET_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/check.h"

#define BUDGET_QUERY_BYTES ((size_t)64 << 20)

struct budget {
    size_t limit;
    _Atomic size_t used;
};

/* Grows or shrinks an array from old to new bytes; new bytes are zero. NULL, and ptr untouched,
 * when that would pass the limit or there is no memory. new_bytes > 0. */
void *budget_resize(struct budget *budget, void *ptr, size_t old_bytes, size_t new_bytes) MUST_USE;
/* NULL with 0 bytes is fine. */
void budget_free(struct budget *budget, void *ptr, size_t bytes);

#endif
