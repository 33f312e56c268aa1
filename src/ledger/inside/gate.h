/* Whether an ask may be answered: grant, evidence, roster and level, in the order of wall.md 6. The
 * first failure wins and has a code. The ledger believes neither auth nor vault nor query: what can
 * be checked is checked here again. */
#ifndef LEDGER_INSIDE_GATE_H
#define LEDGER_INSIDE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/wire/evidence.h"
#include "auth/wire/grant.h"
#include "ledger/inside/state.h"
#include "ledger/wire/ask.h"

struct gate_case {
    struct str grant, ask, evidence;   /* as they came */
    int64_t now_ms;
    uint64_t arrived_boot_ms;
    /* filled in as far as the judging came */
    struct ask parsed;
    struct grant opened;
    struct evidence proof;
    uint8_t ask_hash[32];
    struct roster_principal *principal;
    const struct roster_project *project;
    struct roster_credential *credential;  /* of a level-3 assertion that holds */
    bool has_proof;                    /* the browser's signature, or the key's secret, holds */
    uint8_t level;                     /* as it was shown here, whatever the grant says */
    bool has_grant;                    /* it holds: what follows is an entry, also a refusal */
};

/* NULL, or the code. kinds: a bit 1 << enum grant_kind for each that may come here. */
const char *gate_judge(struct state *state, uint64_t kinds, struct gate_case *c);
/* Proof, purpose and assertion alone, after a judging that ended at the right: for what
 * everybody may decide about itself. */
const char *gate_judge_own(struct state *state, struct gate_case *c);
/* True when this decision needs a passkey's word on the ask itself, and there is none. */
bool gate_lacks_assertion(struct state *state, const struct gate_case *c, struct str detail);
/* The same for a grant of kind question over exactly `text` (reading the ledger). */
const char *gate_judge_reading(struct state *state, struct str grant, struct str text,
                               struct grant *opened);

#endif
