#include "crypto/hash.h"

#include <nettle/sha2.h>
#include <sodium.h>

#include "base/check.h"

static void put_length(uint8_t out[4], size_t len)
{
    check(len <= UINT32_MAX);
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(len >> (8 * i));
}

void hash_framed(const uint8_t key[HASH_KEY_BYTES], const struct str *parts, size_t count,
                 uint8_t *out, size_t out_len)
{
    crypto_generichash_state state;
    check(crypto_generichash_init(&state, key, HASH_KEY_BYTES, out_len) == 0);
    for (size_t i = 0; i < count; i++) {
        uint8_t length[4];
        put_length(length, parts[i].len);
        (void)crypto_generichash_update(&state, length, sizeof(length));
        (void)crypto_generichash_update(&state, (const uint8_t *)parts[i].ptr, parts[i].len);
    }
    (void)crypto_generichash_final(&state, out, out_len);
    sodium_memzero(&state, sizeof(state));
}

void hash_frame(const struct str *parts, size_t count, struct bytes *out)
{
    for (size_t i = 0; i < count; i++) {
        check(parts[i].len <= UINT32_MAX);
        bytes_put_u32(out, (uint32_t)parts[i].len);
        bytes_append_str(out, parts[i]);
    }
}

void hash_sha256(struct str data, uint8_t out[HASH_SHA256_BYTES])
{
    (void)crypto_hash_sha256(out, (const uint8_t *)data.ptr, data.len);
}

/* libsodium's SHA-256 is plain C, so a log of a million entries would take 1.4 s to hash; nettle,
 * which is in the house with GnuTLS anyway, has SHA-NI. GnuTLS's own call costs a fifth more and
 * would bring TLS into programs that speak none. */
void hash_sha256_fast(const void *data, size_t len, uint8_t out[HASH_SHA256_BYTES])
{
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    sha256_update(&ctx, len, data);
    sha256_digest(&ctx, HASH_SHA256_BYTES, out);
}

void hash_sha256_parts(const struct str *parts, size_t count, uint8_t out[HASH_SHA256_BYTES])
{
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++)
        (void)crypto_hash_sha256_update(&state, (const uint8_t *)parts[i].ptr, parts[i].len);
    (void)crypto_hash_sha256_final(&state, out);
    sodium_memzero(&state, sizeof(state));
}

void hash_hmac_sha256(struct str key, const struct str *parts, size_t count,
                      uint8_t out[HASH_SHA256_BYTES])
{
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, (const uint8_t *)key.ptr, key.len);
    for (size_t i = 0; i < count; i++)
        (void)crypto_auth_hmacsha256_update(&state, (const uint8_t *)parts[i].ptr, parts[i].len);
    (void)crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof(state));
}

void hash_sip128(const uint8_t key[HASH_SIP_KEY_BYTES], struct str data, uint8_t out[16])
{
    (void)crypto_shorthash_siphashx24(out, (const uint8_t *)data.ptr, data.len, key);
}

uint64_t hash_sip64(const uint8_t key[HASH_SIP_KEY_BYTES], struct str data)
{
    uint8_t out[8];
    uint64_t value = 0;
    (void)crypto_shorthash(out, (const uint8_t *)data.ptr, data.len, key);
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)out[i] << (8 * i);
    return value;
}

bool hash_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

void hash_wipe(void *secret, size_t len)
{
    sodium_memzero(secret, len);
}
