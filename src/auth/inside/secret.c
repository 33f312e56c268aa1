#include "auth/inside/secret.h"

#include "crypto/hash.h"

void secret_hash(struct str text, uint8_t out[SECRET_HASH_BYTES])
{
    hash_sha256(text, out);
}

bool secret_matches(struct str text, const uint8_t hash[SECRET_HASH_BYTES])
{
    uint8_t of_text[SECRET_HASH_BYTES];
    hash_sha256(text, of_text);
    bool is_same = hash_equal(of_text, hash, sizeof(of_text));
    hash_wipe(of_text, sizeof(of_text));
    return is_same;
}
