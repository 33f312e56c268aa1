/* query → vault. Frames: type 1 INTAKE, body = one sealed batch ("AMSB", wall.md 3) as it stood in
 * the wal; answers: type 2 STORED, body = boot id 16 · sequence u64 of that batch (durable now, or
 * already before), or type 3 REFUSED, body = u32 vault_refusal. */
#ifndef VAULT_WIRE_VAULT_WIRE_H
#define VAULT_WIRE_VAULT_WIRE_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"

enum vault_type { VAULT_INTAKE = 1, VAULT_STORED = 2, VAULT_REFUSED = 3 };

enum vault_refusal {
    VAULT_REFUSAL_MALFORMED = 1,  /* not a sealed batch */
    VAULT_REFUSAL_FORGED = 2,     /* the outer seal does not open */
    VAULT_REFUSAL_STOPPED = 3,    /* a write or sync failed; it stays stopped */
};

struct vault_stored {
    uint8_t boot_id[16];
    uint64_t sequence;
};

void vault_wire_encode_stored(const struct vault_stored *stored, struct bytes *body);
int vault_wire_decode_stored(struct str body, struct vault_stored *stored) MUST_USE;
void vault_wire_encode_refused(enum vault_refusal refusal, struct bytes *body);
int vault_wire_decode_refused(struct str body, enum vault_refusal *refusal) MUST_USE;

#endif
