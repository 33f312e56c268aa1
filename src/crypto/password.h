/* Argon2id (libsodium), 64 MiB and 3 passes: for what people choose. Takes about 0.2 s; the caller
 * bounds how many run at once. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include <stdbool.h>

#include "base/check.h"
#include "base/str.h"

enum { PASSWORD_TEXT_BYTES = 128 };

/* Text with parameters and salt, NUL-terminated. ERR_NOMEM. */
int password_hash(struct str password, char out[PASSWORD_TEXT_BYTES]) MUST_USE;
bool password_holds(struct str password, struct str text);

#endif
