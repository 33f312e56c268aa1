/* Ed25519 (libsodium). */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { SIGN_SECRET_BYTES = 64, SIGN_PUBLIC_BYTES = 32, SIGN_BYTES = 64 };

void sign_pair(uint8_t secret[SIGN_SECRET_BYTES], uint8_t public_key[SIGN_PUBLIC_BYTES]);
void sign_make(const uint8_t secret[SIGN_SECRET_BYTES], struct str data, uint8_t out[SIGN_BYTES]);
bool sign_holds(const uint8_t public_key[SIGN_PUBLIC_BYTES], struct str data,
                const uint8_t signature[SIGN_BYTES]);

#endif
