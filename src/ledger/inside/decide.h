/* What auth brings: the roster as it is found at the first start, logins with their keys,
 * decisions. Each becomes an entry of the house log, and nothing holds that is not in it. */
#ifndef LEDGER_INSIDE_DECIDE_H
#define LEDGER_INSIDE_DECIDE_H

#include <stdint.h>

#include "base/arena.h"
#include "ledger/inside/state.h"
#include "ledger/wire/ledger_wire.h"

struct decide_outcome {
    const char *code;         /* NULL: taken */
    uint64_t sequence;
    int64_t in_force_ms;
};

void decide_boot(struct state *state, const struct ledger_decision *m, struct arena *arena,
                 struct decide_outcome *out);
void decide_login(struct state *state, const struct ledger_login *m, struct arena *arena,
                  struct decide_outcome *out);
void decide_take(struct state *state, const struct ledger_decision *m, struct arena *arena,
                 struct decide_outcome *out);

#endif
