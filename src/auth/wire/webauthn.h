/* WebAuthn, as much as passkeys need: ES256 only, fixed offsets, attestation none (wall.md 5.3).
 * Both auth and the ledger check an assertion with it, each for itself. */
#ifndef AUTH_WIRE_WEBAUTHN_H
#define AUTH_WIRE_WEBAUTHN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"

enum {
    WEBAUTHN_CREDENTIAL_MAX = 256,
    WEBAUTHN_AUTH_DATA_MAX = 1024,
    WEBAUTHN_CLIENT_DATA_MAX = 2048,
    WEBAUTHN_SIGNATURE_MAX = 80,
};

struct webauthn_key {
    struct str id;                 /* 1 to 256 bytes; borrows */
    uint8_t x[32], y[32];
    uint32_t sign_count;
};

/* What both sides know of where the browser is. host: "amana.example" or "localhost". The origin
 * must be https://host with any port; http is taken for localhost alone. */
struct webauthn_place { struct str host; };

/* A new credential: authData with attested data, clientDataJSON of type webauthn.create with this
 * challenge. ERR_INVALID: form; ERR_DENIED: challenge, origin, flags; ERR_CRYPTO: the point is not
 * on the curve. */
int webauthn_read_new(struct str auth_data, struct str client_data, const uint8_t challenge[32],
                      const struct webauthn_place *place, struct webauthn_key *out) MUST_USE;

/* Id and key of an authData with attested data, nothing judged: for who checks it otherwise. */
int webauthn_read_attested(struct str auth_data, struct webauthn_key *out) MUST_USE;

struct webauthn_assertion { struct str auth_data, client_data, signature; };

/* An assertion by the key, UP and UV set, over this challenge. *sign_count: the new one; the caller
 * refuses one that does not rise unless both are zero. Same errors. */
int webauthn_check(const struct webauthn_key *key, const struct webauthn_assertion *assertion,
                   const uint8_t challenge[32], const struct webauthn_place *place,
                   uint32_t *sign_count) MUST_USE;
/* SHA-256("amana login 1" | nonce | public key): a passkey login's challenge covers the proof
 * key. */
void webauthn_login_challenge(struct str nonce, struct str public_key, uint8_t out[32]);

#endif
