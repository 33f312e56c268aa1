#include "crypto/password.h"

#include <sodium.h>
#include <string.h>

#include "base/err.h"

enum { PASSES = 3, MEMORY_BYTES = 64 * 1024 * 1024 };

_Static_assert(PASSWORD_TEXT_BYTES == crypto_pwhash_STRBYTES, "libsodium's text");

int password_hash(struct str password, char out[PASSWORD_TEXT_BYTES])
{
    return crypto_pwhash_str(out, password.ptr, password.len, PASSES, MEMORY_BYTES) == 0
               ? 0 : ERR_NOMEM;
}

bool password_holds(struct str password, struct str text)
{
    char copy[PASSWORD_TEXT_BYTES] = { 0 };
    if (text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.ptr, text.len);
    return crypto_pwhash_str_verify(copy, password.ptr, password.len) == 0;
}
