/* X25519 and XChaCha20-Poly1305 (libsodium), as wall.md 3 composes them. */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum { SEAL_KEY_BYTES = 32, SEAL_NONCE_BYTES = 24, SEAL_TAG_BYTES = 16,
       SEAL_OVERHEAD_BYTES = SEAL_NONCE_BYTES + SEAL_TAG_BYTES,
       SEAL_STACK_BYTES = 32 * 1024 /* deeper than any handler goes; 0.6 microseconds */ };

/* A fresh X25519 pair. */
void seal_pair(uint8_t secret[SEAL_KEY_BYTES], uint8_t public_key[SEAL_KEY_BYTES]);
/* The public half of a secret. */
void seal_public(const uint8_t secret[SEAL_KEY_BYTES], uint8_t public_key[SEAL_KEY_BYTES]);
/* X25519(secret, public). ERR_CRYPTO when the result is zero: a point of small order. */
int seal_exchange(const uint8_t secret[SEAL_KEY_BYTES], const uint8_t public_key[SEAL_KEY_BYTES],
                  uint8_t out[SEAL_KEY_BYTES]) MUST_USE;
/* Appends nonce24 | ciphertext and tag, with a random nonce. */
void seal_close(const uint8_t key[SEAL_KEY_BYTES], struct str associated, struct str plain,
                struct bytes *out);
/* Appends the plain text of a box made by seal_close; ERR_CRYPTO, with nothing appended. */
int seal_open(const uint8_t key[SEAL_KEY_BYTES], struct str associated, struct str box,
              struct bytes *out) MUST_USE;
/* Overwrites the unused stack below the caller: what was called before leaves numbers and keys
 * there that no variable names any more (the C library's printing of numbers does). */
void seal_wipe_stack(void);

#endif
