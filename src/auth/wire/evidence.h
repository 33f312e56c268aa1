/* What travels beside a grant so that nobody has to believe auth alone (wall.md 5.2, 5.5): the
 * browser's proof with its key, an API key's secret, for level 3 the passkey's assertion. */
#ifndef AUTH_WIRE_EVIDENCE_H
#define AUTH_WIRE_EVIDENCE_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum { EVIDENCE_BYTES_MAX = 4096, EVIDENCE_PATH_MAX = 256, EVIDENCE_KEY_MAX = 65 };

enum evidence_kind { EVIDENCE_PROOF = 1, EVIDENCE_SECRET = 2 };
enum evidence_key { EVIDENCE_ED25519 = 1 /* 32 bytes */, EVIDENCE_P256 = 2 /* 65, 0x04 | x | y */ };

struct evidence {
    enum evidence_kind kind;
    /* EVIDENCE_PROOF */
    enum evidence_key key_type;
    struct str public_key;
    struct str signature;          /* 64 bytes: Ed25519, or r | s */
    uint64_t counter;
    int64_t time_ms;
    struct str method, path;
    /* EVIDENCE_SECRET */
    struct str secret;
    /* level 3, else empty */
    struct str credential_id, auth_data, client_data, assertion;
};

void evidence_encode(const struct evidence *evidence, struct bytes *out);
int evidence_decode(struct str bytes, struct evidence *out) MUST_USE;   /* ERR_INVALID; borrows */
/* "Amana-Proof: <counter> <time ms> <base64url signature>": fills counter and time, and the
 * signature into the caller's 64 bytes. ERR_INVALID. */
int evidence_parse_header(struct str header, uint64_t *counter, int64_t *time_ms,
                          uint8_t signature[64]) MUST_USE;
/* Whether the signature holds over
 *   "amana proof 1\n" method "\n" path "\n" hex SHA-256(body) "\n" counter "\n" time "\n" session
 * (decimal numbers, session as 32 hex). body is the ask alone where there is one. ERR_CRYPTO. */
int evidence_check_proof(const struct evidence *evidence, struct str body,
                         const uint8_t login_session[16]) MUST_USE;
/* SHA-256 of the raw public key, first 16 bytes: the grant's `proof key hash`. */
void evidence_key_hash(struct str public_key, uint8_t out[16]);

#endif
