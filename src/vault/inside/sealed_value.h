/* The inner lock of a value (wall.md 3): it opens with the ledger's share for that field of that
 * subject in that epoch, and with nothing that the vault has. Pure. */
#ifndef VAULT_INSIDE_SEALED_VALUE_H
#define VAULT_INSIDE_SEALED_VALUE_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "vault/inside/sealed_batch.h"

/* k_value = H_32(share; "amana/value-key/1", r) */
void sealed_value_key(const uint8_t share[32], const struct ref *ref, uint8_t out[32]);
/* Appends the text of an inner box. ERR_CRYPTO: another share, place or text. */
int sealed_value_open(const uint8_t value_key[32], const struct sealed_place *place,
                      struct str inner, struct bytes *text) MUST_USE;

#endif
