/* Grants: a stranger's never opens; what auth signed opens only in its one form, and is signed again
 * to the same bytes. The input is what is signed. */
#include <string.h>

#include "auth/wire/grant.h"
#include "crypto/random.h"
#include "crypto/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t secret[SIGN_SECRET_BYTES], public_key[SIGN_PUBLIC_BYTES];
    static bool has_key;
    uint8_t bytes[GRANT_BYTES] = { 0 }, again[GRANT_BYTES];
    struct grant grant;
    if (!has_key) {
        crypto_init();
        sign_pair(secret, public_key);
        has_key = true;
    }
    check(grant_open(str_of(data, size), public_key, &grant) != 0);
    if (size != GRANT_SIGNED_BYTES)
        return 0;
    memcpy(bytes, data, size);
    sign_make(secret, str_of(bytes, GRANT_SIGNED_BYTES), bytes + GRANT_SIGNED_BYTES);
    if (grant_open(str_of(bytes, sizeof(bytes)), public_key, &grant) != 0)
        return 0;
    grant_sign(&grant, secret, again);
    check(memcmp(bytes, again, sizeof(bytes)) == 0);
    return 0;
}
