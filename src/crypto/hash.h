/* Keyed and plain hashes (libsodium; one of nettle). H_n of wall.md 2: BLAKE2b with an n-byte
 * digest and a 32-byte key over frame(parts), each part preceded by its length as u32 little
 * endian; the first part is always a label, so no two uses can collide. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/str.h"

enum { HASH_KEY_BYTES = 32, HASH_SHA256_BYTES = 32, HASH_SIP_KEY_BYTES = 16 };

/* H_n(key; parts…), n = out_len in 16 to 64. */
void hash_framed(const uint8_t key[HASH_KEY_BYTES], const struct str *parts, size_t count,
                 uint8_t *out, size_t out_len);
/* frame(parts…) itself, appended: associated data of seals. */
void hash_frame(const struct str *parts, size_t count, struct bytes *out);
void hash_sha256(struct str data, uint8_t out[HASH_SHA256_BYTES]);
/* The same of bytes that are no secret, with the processor's own instructions where it has them:
 * 100 ns for 65 or 113 bytes, against 630 and 700 (bench/verify.c). Nothing is wiped. */
void hash_sha256_fast(const void *data, size_t len, uint8_t out[HASH_SHA256_BYTES]);
/* Of the parts, one after another with nothing between them. */
void hash_sha256_parts(const struct str *parts, size_t count, uint8_t out[HASH_SHA256_BYTES]);
/* HMAC-SHA-256 (RFC 2104) of the parts, one after another. */
void hash_hmac_sha256(struct str key, const struct str *parts, size_t count,
                      uint8_t out[HASH_SHA256_BYTES]);
/* SipHash-2-4-128 and SipHash-2-4 (Aumasson, Bernstein 2012). */
void hash_sip128(const uint8_t key[HASH_SIP_KEY_BYTES], struct str data, uint8_t out[16]);
uint64_t hash_sip64(const uint8_t key[HASH_SIP_KEY_BYTES], struct str data);
/* Equal in constant time. */
bool hash_equal(const void *a, const void *b, size_t len);
void hash_wipe(void *secret, size_t len);

#endif
