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
