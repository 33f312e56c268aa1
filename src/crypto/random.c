#include "crypto/random.h"

#include <sodium.h>

#include "base/check.h"

void crypto_init(void)
{
    check(sodium_init() >= 0);
}

void random_bytes(void *out, size_t len)
{
    randombytes_buf(out, len);
}

void random_text(char out[44])
{
    uint8_t raw[32];
    randombytes_buf(raw, sizeof(raw));
    (void)sodium_bin2base64(out, 44, raw, sizeof(raw), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(raw, sizeof(raw));
}
