/* What the vault answers to web: REVEAL and FIND (vault/wire/vault_wire.h), one after another. */
#ifndef VAULT_INSIDE_WEB_ANSWERS_H
#define VAULT_INSIDE_WEB_ANSWERS_H

#include "base/check.h"
#include "vault/inside/opening.h"

/* Answers on the link until it ends or misbehaves; closes it. 0: the peer is gone. ERR_CRYPTO: the
 * ledger says what does not hold; ERR_IO: the tables failed; else what is wrong with the link. Who
 * calls has to end for anything but 0. */
int web_answers_serve(int link, struct opening *opening) MUST_USE;

#endif
