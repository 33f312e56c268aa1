/* The ledger as the console shows it: JSON in, JSON out (docs/formats/console-api.md). Everybody
 * may read what it did itself; all of it is for those who decide or approve. Names of members
 * are not the ledger's: it knows numbers. */
#ifndef LEDGER_INSIDE_READ_H
#define LEDGER_INSIDE_READ_H

#include "base/arena.h"
#include "base/bytes.h"
#include "ledger/inside/state.h"
#include "ledger/wire/ledger_wire.h"

enum { READ_ENTRIES_MAX = 200, READ_REFS_MAX = 200 };

/* Appends the answer; an error is {"error":{"code":…}}. */
void read_answer(struct state *state, const struct ledger_read *m, struct bytes *out);

#endif
