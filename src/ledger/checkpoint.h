/* Checkpoints: signed notes of C2SP (signed-note, tlog-checkpoint). Text: origin, size, root in
 * base64; then an empty line and one line a signature, "— <name> <base64(key id 4 | signature)>".
 * Ours is Ed25519 (type 0x01); lines of unknown keys are passed over. Pure. */
#ifndef LEDGER_CHECKPOINT_H
#define LEDGER_CHECKPOINT_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "ledger/tree.h"

enum { CHECKPOINT_BYTES_MAX = 8192, CHECKPOINT_ORIGIN_MAX = 255, CHECKPOINT_SIGNATURES_MAX = 32 };

struct checkpoint {
    struct str origin;
    uint64_t size;
    uint8_t root[TREE_HASH_BYTES];
};

/* Appends the note, signed. secret_key: Ed25519, 64 bytes (crypto/sign); its public half is the
 * last 32. The key's name is the origin. */
void checkpoint_sign(const struct checkpoint *checkpoint, const uint8_t *secret_key,
                     struct bytes *out);
/* 0 when the note is well-formed, of this origin, and its signature by this key holds.
 * ERR_INVALID: no checkpoint. ERR_CRYPTO: another origin, no line by the key, or a wrong one.
 * Borrows from note. */
int checkpoint_open(struct str note, struct str origin, const uint8_t public_key[32],
                    struct checkpoint *out) MUST_USE;
/* "<name>+<8 hex key id>+<base64(0x01 | public key)>", appended, and back. */
void checkpoint_format_vkey(struct str name, const uint8_t public_key[32], struct bytes *out);
int checkpoint_parse_vkey(struct str vkey, struct str *name, uint8_t public_key[32]) MUST_USE;

#endif
