/* Passwords (libsodium): Argon2id, 64 MiB, 3 passes. About 80 ms and 64 MiB each: never on a thread
 * that others wait for. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include <stdbool.h>

#include "base/check.h"
#include "base/str.h"

enum { PASSWORD_TEXT_BYTES = 128, PASSWORD_MAX_BYTES = 512 };

/* The hash as text, with its salt and costs. ERR_NOMEM; ERR_TOO_LARGE over PASSWORD_MAX_BYTES. */
int password_hash(struct str password, char out[PASSWORD_TEXT_BYTES]) MUST_USE;
/* Takes as long whether it fits or not. False also when there is no memory. */
bool password_fits(struct str password, const char *hash);
/* Of a password that nobody has: compared with for names that do not exist. */
const char *password_of_nobody(void);

#endif
