#include "auth/wire/evidence.h"

#include <string.h>

#include "auth/wire/webauthn.h"
#include "base/base64.h"
#include "base/err.h"
#include "crypto/es256.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

enum { METHOD_MAX = 8, SECRET_MAX = 256, SIGNATURE_BYTES = 64, HEADER_MAX = 256,
       POINT_UNCOMPRESSED = 0x04 };

static void put_part(struct bytes *out, struct str part)
{
    bytes_put_u16(out, (uint16_t)part.len);
    bytes_append_str(out, part);
}

static struct str get_part(struct bytes_reader *r, size_t max)
{
    uint16_t len = bytes_get_u16(r);
    if (len > max)
        r->failed = true;
    return bytes_get_raw(r, len);
}

/* u8 kind · u8 key type · u64 counter · u64 time ms · then nine parts, u16 length each: public key,
 * signature, method, path, secret, credential id, authData, clientDataJSON, assertion. */
void evidence_encode(const struct evidence *e, struct bytes *out)
{
    bytes_put_u8(out, (uint8_t)e->kind);
    bytes_put_u8(out, (uint8_t)e->key_type);
    bytes_put_u64(out, e->counter);
    bytes_put_u64(out, (uint64_t)e->time_ms);
    put_part(out, e->public_key);
    put_part(out, e->signature);
    put_part(out, e->method);
    put_part(out, e->path);
    put_part(out, e->secret);
    put_part(out, e->credential_id);
    put_part(out, e->auth_data);
    put_part(out, e->client_data);
    put_part(out, e->assertion);
}

static bool is_whole(const struct evidence *e)
{
    if (e->kind == EVIDENCE_SECRET)
        return e->secret.len > 0 && e->key_type == 0 && e->public_key.len == 0;
    size_t key_len = e->key_type == EVIDENCE_ED25519 ? SIGN_PUBLIC_BYTES
                     : e->key_type == EVIDENCE_P256  ? EVIDENCE_KEY_MAX : 0;
    return e->kind == EVIDENCE_PROOF && key_len > 0 && e->public_key.len == key_len &&
           e->signature.len == SIGNATURE_BYTES && e->secret.len == 0 && e->method.len > 0 &&
           e->path.len > 0;
}

int evidence_decode(struct str bytes, struct evidence *out)
{
    struct bytes_reader r = bytes_reader_over(bytes);
    uint8_t kind = bytes_get_u8(&r), key_type = bytes_get_u8(&r);
    *out = (struct evidence){ .kind = kind, .key_type = key_type };
    out->counter = bytes_get_u64(&r);
    out->time_ms = (int64_t)bytes_get_u64(&r);
    out->public_key = get_part(&r, EVIDENCE_KEY_MAX);
    out->signature = get_part(&r, SIGNATURE_BYTES);
    out->method = get_part(&r, METHOD_MAX);
    out->path = get_part(&r, EVIDENCE_PATH_MAX);
    out->secret = get_part(&r, SECRET_MAX);
    out->credential_id = get_part(&r, WEBAUTHN_CREDENTIAL_MAX);
    out->auth_data = get_part(&r, WEBAUTHN_AUTH_DATA_MAX);
    out->client_data = get_part(&r, WEBAUTHN_CLIENT_DATA_MAX);
    out->assertion = get_part(&r, WEBAUTHN_SIGNATURE_MAX);
    return bytes_reader_is_done(&r) && bytes.len <= EVIDENCE_BYTES_MAX && is_whole(out)
               ? 0 : ERR_INVALID;
}

int evidence_parse_header(struct str header, uint64_t *counter, int64_t *time_ms,
                          uint8_t signature[64])
{
    struct str part;
    uint8_t decoded[HEADER_MAX];
    if (header.len > HEADER_MAX || !str_next(&header, ' ', &part) ||
        !str_to_u64(part, counter) || !str_next(&header, ' ', &part) ||
        !str_to_i64(part, time_ms) || *time_ms < 0 || !header.ptr || header.len != 86 ||
        base64_decode(header, decoded) != SIGNATURE_BYTES)
        return ERR_INVALID;
    memcpy(signature, decoded, SIGNATURE_BYTES);
    return 0;
}

static bool holds(const struct evidence *e, struct str text)
{
    const uint8_t *key = (const uint8_t *)e->public_key.ptr;
    const uint8_t *signature = (const uint8_t *)e->signature.ptr;
    struct es256_key point;
    if (e->key_type == EVIDENCE_ED25519)
        return sign_holds(key, text, signature);
    if (key[0] != POINT_UNCOMPRESSED)
        return false;
    memcpy(point.x, key + 1, sizeof(point.x));
    memcpy(point.y, key + 1 + sizeof(point.x), sizeof(point.y));
    return es256_holds_raw(&point, text, signature);
}

int evidence_check_proof(const struct evidence *e, struct str body,
                         const uint8_t login_session[16])
{
    struct bytes text = { 0 };
    uint8_t hash[HASH_SHA256_BYTES];
    char body_hex[2 * HASH_SHA256_BYTES + 1], session_hex[33];
    if (e->kind != EVIDENCE_PROOF || !is_whole(e))
        return ERR_CRYPTO;
    hash_sha256(body, hash);
    str_hex(hash, sizeof(hash), body_hex);
    str_hex(login_session, 16, session_hex);
    bytes_printf(&text, "amana proof 1\n" STR_FMT "\n" STR_FMT "\n%s\n%llu\n%lld\n%s",
                 STR_ARG(e->method), STR_ARG(e->path), body_hex, (unsigned long long)e->counter,
                 (long long)e->time_ms, session_hex);
    int r = holds(e, bytes_str(&text)) ? 0 : ERR_CRYPTO;
    bytes_release(&text);
    return r;
}

void evidence_key_hash(struct str public_key, uint8_t out[16])
{
    uint8_t hash[HASH_SHA256_BYTES];
    hash_sha256(public_key, hash);
    memcpy(out, hash, 16);
}
