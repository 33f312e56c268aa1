/* ECDSA over P-256 with SHA-256 (GnuTLS): passkeys and the proof keys of browsers without Ed25519.
 * A signature is never an identity: the same one has several encodings. Use the challenge. */
#ifndef CRYPTO_ES256_H
#define CRYPTO_ES256_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { ES256_COORDINATE_BYTES = 32, ES256_RAW_BYTES = 64 };

struct es256_key {
    uint8_t x[ES256_COORDINATE_BYTES];
    uint8_t y[ES256_COORDINATE_BYTES];
};

/* True for a point of the curve: to be asked when a key is taken on. */
bool es256_is_valid(const struct es256_key *key);
/* A signature in DER over the data. */
bool es256_holds(const struct es256_key *key, struct str data, struct str der);
/* The same as r | s, 64 bytes: WebCrypto's form. */
bool es256_holds_raw(const struct es256_key *key, struct str data,
                     const uint8_t signature[ES256_RAW_BYTES]);

#endif
