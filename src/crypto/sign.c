#include "crypto/sign.h"

#include <sodium.h>

#include "base/check.h"

void sign_pair(uint8_t secret[SIGN_SECRET_BYTES], uint8_t public_key[SIGN_PUBLIC_BYTES])
{
    check(crypto_sign_keypair(public_key, secret) == 0);
}

void sign_make(const uint8_t secret[SIGN_SECRET_BYTES], struct str data, uint8_t out[SIGN_BYTES])
{
    unsigned long long len = 0;
    (void)crypto_sign_detached(out, &len, (const uint8_t *)data.ptr, data.len, secret);
    check(len == SIGN_BYTES);
}

bool sign_holds(const uint8_t public_key[SIGN_PUBLIC_BYTES], struct str data,
                const uint8_t signature[SIGN_BYTES])
{
    return crypto_sign_verify_detached(signature, (const uint8_t *)data.ptr, data.len,
                                       public_key) == 0;
}
