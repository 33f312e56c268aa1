#include "crypto/totp.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/check.h"
#include "crypto/hash.h"

enum { SHA1_BYTES = 20 };

uint32_t totp_code(struct str secret, uint64_t step, int digits)
{
    uint8_t counter[8], mac[SHA1_BYTES];
    uint32_t modulus = 1;
    for (int i = 0; i < 8; i++)
        counter[i] = (uint8_t)(step >> (56 - 8 * i));
    check(digits >= 6 && digits <= 8);
    check(gnutls_hmac_fast(GNUTLS_MAC_SHA1, secret.ptr, secret.len, counter, sizeof(counter),
                           mac) == 0);
    const uint8_t *at = mac + (mac[SHA1_BYTES - 1] & 15);
    uint32_t number = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
                      (uint32_t)at[2] << 8 | at[3];
    hash_wipe(mac, sizeof(mac));
    for (int i = 0; i < digits; i++)
        modulus *= 10;
    return number % modulus;
}

static bool read_code(struct str text, uint32_t *out)
{
    uint32_t number = 0;
    if (text.len != TOTP_DIGITS)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        number = 10 * number + (uint32_t)(text.ptr[i] - '0');
    }
    *out = number;
    return true;
}

bool totp_fits(struct str secret, struct str code, int64_t now_ms, uint64_t used_step,
               uint64_t *step)
{
    uint32_t wanted;
    bool fits = false;
    uint64_t now = now_ms > 0 ? (uint64_t)now_ms / TOTP_STEP_MS : 0;
    if (!read_code(code, &wanted) || now == 0)
        return false;
    for (uint64_t at = now - 1; at <= now + 1; at++) {
        /* All three are made: which one it was does not show in the time. */
        uint32_t made = totp_code(secret, at, TOTP_DIGITS);
        if (hash_equal(&made, &wanted, sizeof(made)) && at > used_step && !fits) {
            *step = at;
            fits = true;
        }
    }
    return fits;
}

void totp_base32(struct str bytes, struct bytes *out)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t bits = 0, count = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        bits = bits << 8 | (uint8_t)bytes.ptr[i];
        for (count += 8; count >= 5; count -= 5)
            bytes_put_u8(out, (uint8_t)alphabet[bits >> (count - 5) & 31]);
    }
    if (count > 0)
        bytes_put_u8(out, (uint8_t)alphabet[bits << (5 - count) & 31]);
}
