/* The grant of wall.md 5.4: 256 bytes, fixed, Ed25519 over the first 192. auth signs, the others
 * check. */
#ifndef AUTH_WIRE_GRANT_H
#define AUTH_WIRE_GRANT_H

#include <stdint.h>

#include "base/check.h"
#include "base/str.h"

enum { GRANT_BYTES = 256, GRANT_SIGNED_BYTES = 192, GRANT_LIFE_MS = 5000 };

enum grant_kind {
    GRANT_QUESTION = 0, GRANT_REVEAL, GRANT_FIND, GRANT_TIMELINE, GRANT_ROWS, GRANT_EXPORT,
    GRANT_REPORT_SUBJECT, GRANT_ERASE, GRANT_APPROVE, GRANT_UNFREEZE, GRANT_NOTICE, GRANT_ROTATE,
    GRANT_ENROL, GRANT_RAISE,
    GRANT_FREEZE,   /* not in wall.md 5.1: freezing by hand */
};

enum grant_right {
    RIGHT_COLLECT = 1, RIGHT_AGGREGATE = 2, RIGHT_UNFOLDED = 4, RIGHT_ROWS = 8, RIGHT_REVEAL = 16,
    RIGHT_EXPORT = 32, RIGHT_APPROVE = 64, RIGHT_SETTINGS = 128,
};

struct grant {
    uint8_t kind;
    uint8_t level;
    uint32_t principal;
    uint32_t project;
    uint32_t group;
    uint64_t rights;
    uint64_t issued_boot_ms;
    uint64_t wall_ms;
    uint32_t life_ms;
    uint32_t key_epoch;
    uint8_t ask_hash[32];
    uint8_t found_ref[16];
    uint8_t login_session[16];
    uint8_t proof_key[16];
    uint8_t credential[16];
    uint8_t boot_id[16];
    uint64_t counter;
};

/* secret_key: Ed25519, 64 bytes (crypto/sign). */
void grant_sign(const struct grant *grant, const uint8_t *secret_key, uint8_t out[GRANT_BYTES]);
/* ERR_CRYPTO: signature; ERR_INVALID: version or form. Does not judge age, boot id or rights. */
int grant_open(struct str bytes, const uint8_t public_key[32], struct grant *out) MUST_USE;

#endif
