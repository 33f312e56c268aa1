/* The ledger's shares (wall.md 3): one for each field of a subject in an epoch, made anew from the
 * secret key each time, given out only for what an entry names. */
#ifndef LEDGER_INSIDE_SHARES_H
#define LEDGER_INSIDE_SHARES_H

#include <stdint.h>

#include "base/check.h"
#include "base/str.h"
#include "event/ref.h"

enum { SHARES_BYTES = 32, SHARES_EPOCHS_KEPT = 65536 };

struct shares;

/* secret: sk_L, 32 bytes, copied into locked memory. */
struct shares *shares_create(const uint8_t secret[32]);
void shares_destroy(struct shares *shares);      /* NULL is fine; wipes */
/* share = H_32(k_ledger(E); "amana/share/1", project, s, p); p is the property's own name.
 * ERR_CRYPTO: E is a point of small order. */
int shares_make(struct shares *shares, const uint8_t epoch[32], uint64_t project,
                const struct ref *subject, struct str property,
                uint8_t out[SHARES_BYTES]) MUST_USE;

#endif
