/* What the ledger must know without being asked: once, whom the house began with (BOOT), and at
 * each of its starts every living login. On a thread of its own, again and again until it is
 * known. */
#ifndef AUTH_INSIDE_LEDGER_TELLER_H
#define AUTH_INSIDE_LEDGER_TELLER_H

#include "auth/inside/auth.h"
#include "base/bytes.h"
#include "base/check.h"

struct ledger_teller;

/* auth and its ledger link must outlive it. */
struct ledger_teller *ledger_teller_create(struct auth *auth, uint32_t retry_ms);
void ledger_teller_destroy(struct ledger_teller *teller);
/* The link was made anew: everything is told again. */
void ledger_teller_start(struct ledger_teller *teller);
/* The detail of BOOT, appended: host, projects, and every principal with its rights. */
int ledger_teller_write_boot(struct auth *auth, struct bytes *out) MUST_USE;

#endif
