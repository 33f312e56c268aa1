#include "crypto/seal.h"

#include <sodium.h>

#include "base/err.h"

void seal_pair(uint8_t secret[SEAL_KEY_BYTES], uint8_t public_key[SEAL_KEY_BYTES])
{
    randombytes_buf(secret, SEAL_KEY_BYTES);
    seal_public(secret, public_key);
}

void seal_public(const uint8_t secret[SEAL_KEY_BYTES], uint8_t public_key[SEAL_KEY_BYTES])
{
    check(crypto_scalarmult_base(public_key, secret) == 0);
}

int seal_exchange(const uint8_t secret[SEAL_KEY_BYTES], const uint8_t public_key[SEAL_KEY_BYTES],
                  uint8_t out[SEAL_KEY_BYTES])
{
    return crypto_scalarmult(out, secret, public_key) == 0 ? 0 : ERR_CRYPTO;
}

void seal_close(const uint8_t key[SEAL_KEY_BYTES], struct str associated, struct str plain,
                struct bytes *out)
{
    uint8_t *nonce = bytes_grow(out, SEAL_OVERHEAD_BYTES + plain.len);
    unsigned long long len = 0;
    randombytes_buf(nonce, SEAL_NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        nonce + SEAL_NONCE_BYTES, &len, (const uint8_t *)plain.ptr, plain.len,
        (const uint8_t *)associated.ptr, associated.len, NULL, nonce, key);
    check(len == plain.len + SEAL_TAG_BYTES);
}

int seal_open(const uint8_t key[SEAL_KEY_BYTES], struct str associated, struct str box,
              struct bytes *out)
{
    if (box.len < SEAL_OVERHEAD_BYTES)
        return ERR_CRYPTO;
    size_t before = out->len;
    const uint8_t *nonce = (const uint8_t *)box.ptr;
    uint8_t *plain = bytes_grow(out, box.len - SEAL_OVERHEAD_BYTES);
    unsigned long long len = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            plain, &len, NULL, nonce + SEAL_NONCE_BYTES, box.len - SEAL_NONCE_BYTES,
            (const uint8_t *)associated.ptr, associated.len, nonce, key) != 0) {
        out->len = before;
        return ERR_CRYPTO;
    }
    return 0;
}

void seal_wipe_stack(void)
{
    sodium_stackzero(SEAL_STACK_BYTES);
}
