#include "crypto/password.h"

#include <sodium.h>

#include "base/err.h"

_Static_assert(PASSWORD_TEXT_BYTES >= crypto_pwhash_argon2id_STRBYTES, "the text fits");

enum { PASSES = 3, MEMORY_BYTES = 64 * 1024 * 1024 };

int password_hash(struct str password, char out[PASSWORD_TEXT_BYTES])
{
    if (password.len > PASSWORD_MAX_BYTES)
        return ERR_TOO_LARGE;
    return crypto_pwhash_argon2id_str(out, password.ptr, password.len, PASSES, MEMORY_BYTES) == 0
               ? 0 : ERR_NOMEM;
}

bool password_fits(struct str password, const char *hash)
{
    return password.len <= PASSWORD_MAX_BYTES &&
           crypto_pwhash_argon2id_str_verify(hash, password.ptr, password.len) == 0;
}

/* Made once with the same costs, its password forgotten. */
const char *password_of_nobody(void)
{
    return "$argon2id$v=19$m=65536,t=3,p=1$QW1hbmFOb2JvZHlBbWFuYQ$"
           "gqKcBvVvKcJ2mN0mC7aVYw0pBvq4Qx2mQ8m6p9k2c1A";
}
