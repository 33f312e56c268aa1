/* What the vault is asked and what becomes of its answer. Values pass through buffers that are
 * wiped: the frame, the JSON made of it, and the server's copy of that. */
#ifndef API_PEOPLE_VAULT_H
#define API_PEOPLE_VAULT_H

#include "api/call.h"
#include "ledger/wire/ask.h"
#include "vault/wire/vault_wire.h"

/* Asks for the values of the ask's fields and answers the call. */
void people_vault_reveal(struct call *call, const struct vault_ask *ask, const struct ask *named);
/* Asks who holds the looked-up ref, query for their pseudonyms, and answers the call. */
void people_vault_find(struct call *call, const struct vault_ask *ask, uint64_t project);

#endif
