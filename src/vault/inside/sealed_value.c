#include "vault/inside/sealed_value.h"

#include "crypto/hash.h"
#include "crypto/seal.h"

void sealed_value_key(const uint8_t share[32], const struct ref *ref, uint8_t out[32])
{
    const struct str parts[] = { STR("amana/value-key/1"), str_of(ref->bytes, 16) };
    hash_framed(share, parts, 2, out, 32);
}

int sealed_value_open(const uint8_t value_key[32], const struct sealed_place *place,
                      struct str inner, struct bytes *text)
{
    struct bytes associated = { 0 };
    sealed_place_frame(STR("amana/value/1"), place, &associated);
    int r = seal_open(value_key, bytes_str(&associated), inner, text);
    bytes_release(&associated);
    return r;
}
