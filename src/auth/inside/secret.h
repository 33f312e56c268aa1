/* How auth keeps what is secret: as a hash. docs/decisions/0012-random-secrets-as-hashes.md */
#ifndef AUTH_INSIDE_SECRET_H
#define AUTH_INSIDE_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { SECRET_HASH_BYTES = 32, SECRET_TEXT_BYTES = 43 };

/* SHA-256 of the text. Right for texts of 256 random bits (crypto/random's random_text): nobody can
 * try them all, so a slow hash would only make each question slow. A password, which people choose,
 * needs Argon2 and never comes here. */
void secret_hash(struct str text, uint8_t out[SECRET_HASH_BYTES]);
/* In constant time over the hash. */
bool secret_matches(struct str text, const uint8_t hash[SECRET_HASH_BYTES]);

#endif
