/* The ledger in figures: how many distinct people were opened and seen as rows on each of the last
 * days and in all of them, how many asks were refused, by how many principals. People are counted
 * once a day and once in the total, however often they were shown. */
#ifndef LEDGER_INSIDE_FIGURES_H
#define LEDGER_INSIDE_FIGURES_H

#include <stdint.h>

#include "ledger/inside/state.h"

enum { FIGURES_DAYS = 30 };

struct figures {
    uint64_t named[FIGURES_DAYS], rows[FIGURES_DAYS];   /* [0] = today, in UTC */
    uint64_t named_all, rows_all, refused, principals;
};

/* Of one log; principal 0: of all. */
void figures_count(const struct state *state, uint32_t log, uint32_t principal, int64_t now_ms,
                   struct figures *out);

#endif
