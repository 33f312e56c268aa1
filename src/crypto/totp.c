#include "crypto/totp.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>

#include "base/check.h"
#include "crypto/hash.h"

enum { SHA1_BYTES = 20, MODULUS = 1000000 };

void totp_code(struct str secret, uint64_t step, char out[TOTP_DIGITS + 1])
{
    uint8_t counter[8], mac[SHA1_BYTES];
    check(secret.len > 0 && secret.len <= TOTP_SECRET_MAX);
    for (int i = 0; i < 8; i++)
        counter[i] = (uint8_t)(step >> (56 - 8 * i));
    check(gnutls_hmac_fast(GNUTLS_MAC_SHA1, secret.ptr, secret.len, counter, sizeof(counter),
                           mac) == 0);
    const uint8_t *at = mac + (mac[SHA1_BYTES - 1] & 0x0f);
    uint32_t number = ((uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
                       (uint32_t)at[2] << 8 | at[3]) % MODULUS;
    check(snprintf(out, TOTP_DIGITS + 1, "%06u", number) == TOTP_DIGITS);
    hash_wipe(mac, sizeof(mac));
}

uint64_t totp_find_step(struct str secret, struct str code, int64_t now_ms)
{
    uint64_t now = (uint64_t)now_ms / TOTP_STEP_MS, found = 0;
    char right[TOTP_DIGITS + 1];
    for (uint64_t step = now > 0 ? now - 1 : 0; step <= now + 1; step++) {
        totp_code(secret, step, right);
        if (code.len == TOTP_DIGITS && hash_equal(code.ptr, right, TOTP_DIGITS))
            found = step;
    }
    hash_wipe(right, sizeof(right));
    return found;
}
