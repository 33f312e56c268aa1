/* Releases and records: what the vault and query ask for before they give anything out. */
#ifndef LEDGER_INSIDE_RELEASE_H
#define LEDGER_INSIDE_RELEASE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "ledger/inside/state.h"
#include "ledger/wire/ledger_wire.h"

/* What will be answered once the group is synced. Lies in the group's arena. */
struct release_outcome {
    const char *code;              /* NULL: it is written down in `row` */
    uint32_t left;
    uint64_t sequence;             /* of the entry, also of a refusal's; 0 = none */
    uint32_t row;
    uint64_t seen_size;
    const struct ledger_subject *subjects;
    uint32_t subject_count;
    struct str shares;
};

/* Judges and writes. may_release: from the vault (RELEASE); else RECORD. Shares are made here and
 * wiped with the arena. */
void release_take(struct state *state, const struct ledger_release *m, bool may_release,
                  bool is_from_vault, struct arena *arena, struct release_outcome *out);
/* Refusals over the sixty a minute become one entry that says how many, once their minute is over,
 * or now. Before a sync. */
void release_count_refusals(struct state *state, bool now);
/* Whether a stream may go on: NULL or the code. */
const char *release_check(struct state *state, const struct ledger_check *m);
/* The body of the answer, after the sync and with the books signed. */
void release_write_receipt(struct state *state, uint32_t row, uint64_t seen_size,
                           struct bytes *out);

#endif
