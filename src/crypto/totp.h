/* Time-based one-time codes (RFC 6238): SHA-1, 30 seconds, 6 digits, as every authenticator app has
 * them. */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include <stdint.h>

#include "base/str.h"

enum { TOTP_DIGITS = 6, TOTP_STEP_MS = 30 * 1000, TOTP_SECRET_MAX = 64 };

/* The code of a step as six digits and a NUL. The secret is not empty, at most TOTP_SECRET_MAX. */
void totp_code(struct str secret, uint64_t step, char out[TOTP_DIGITS + 1]);
/* The step next to now_ms, one earlier or later, whose code that is, or 0. */
uint64_t totp_find_step(struct str secret, struct str code, int64_t now_ms);

#endif
