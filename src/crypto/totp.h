/* One-time codes by the clock (RFC 6238): SHA-1, six digits, 30 seconds, as authenticator apps know
 * them. */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/str.h"

enum { TOTP_SECRET_BYTES = 20, TOTP_STEP_MS = 30000, TOTP_DIGITS = 6 };

/* The code of a step (time / 30 s): digits 6 to 8. */
uint32_t totp_code(struct str secret, uint64_t step, int digits);
/* Whether the text is the code of the step of now, or of the one before or after, above the step
 * that was used last; *step is the one it belongs to. */
bool totp_fits(struct str secret, struct str code, int64_t now_ms, uint64_t used_step,
               uint64_t *step);
/* RFC 4648 base32 without padding, appended. */
void totp_base32(struct str bytes, struct bytes *out);

#endif
