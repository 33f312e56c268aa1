#include "auth/wire/grant.h"

#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/sign.h"

enum { GRANT_VERSION = 1 };

void grant_sign(const struct grant *g, const uint8_t *secret_key, uint8_t out[GRANT_BYTES])
{
    struct bytes b = { 0 };
    bytes_put_u8(&b, GRANT_VERSION);
    bytes_put_u8(&b, g->kind);
    bytes_put_u8(&b, g->level);
    bytes_put_u8(&b, 0);
    bytes_put_u32(&b, g->principal);
    bytes_put_u32(&b, g->project);
    bytes_put_u32(&b, g->group);
    bytes_put_u64(&b, g->rights);
    bytes_put_u64(&b, g->issued_boot_ms);
    bytes_put_u64(&b, g->wall_ms);
    bytes_put_u32(&b, g->life_ms);
    bytes_put_u32(&b, g->key_epoch);
    bytes_append(&b, g->ask_hash, sizeof(g->ask_hash));
    bytes_append(&b, g->found_ref, sizeof(g->found_ref));
    bytes_append(&b, g->login_session, sizeof(g->login_session));
    bytes_append(&b, g->proof_key, sizeof(g->proof_key));
    bytes_append(&b, g->credential, sizeof(g->credential));
    bytes_append(&b, g->boot_id, sizeof(g->boot_id));
    bytes_put_u64(&b, g->counter);
    bytes_pad(&b, GRANT_SIGNED_BYTES);
    check(b.len == GRANT_SIGNED_BYTES);
    memcpy(out, b.ptr, GRANT_SIGNED_BYTES);
    sign_make(secret_key, bytes_str(&b), out + GRANT_SIGNED_BYTES);
    bytes_release(&b);
}

static void take(struct bytes_reader *r, uint8_t *out, size_t len)
{
    struct str raw = bytes_get_raw(r, len);
    if (raw.len == len)
        memcpy(out, raw.ptr, len);
}

static int parse(struct str bytes, struct grant *g)
{
    struct bytes_reader r = bytes_reader_over(str_slice(bytes, 0, GRANT_SIGNED_BYTES));
    uint8_t version = bytes_get_u8(&r);
    g->kind = bytes_get_u8(&r);
    g->level = bytes_get_u8(&r);
    uint8_t zero = bytes_get_u8(&r);
    g->principal = bytes_get_u32(&r);
    g->project = bytes_get_u32(&r);
    g->group = bytes_get_u32(&r);
    g->rights = bytes_get_u64(&r);
    g->issued_boot_ms = bytes_get_u64(&r);
    g->wall_ms = bytes_get_u64(&r);
    g->life_ms = bytes_get_u32(&r);
    g->key_epoch = bytes_get_u32(&r);
    take(&r, g->ask_hash, sizeof(g->ask_hash));
    take(&r, g->found_ref, sizeof(g->found_ref));
    take(&r, g->login_session, sizeof(g->login_session));
    take(&r, g->proof_key, sizeof(g->proof_key));
    take(&r, g->credential, sizeof(g->credential));
    take(&r, g->boot_id, sizeof(g->boot_id));
    g->counter = bytes_get_u64(&r);
    while (bytes_left(&r))
        zero |= bytes_get_u8(&r);
    return version == GRANT_VERSION && zero == 0 && g->kind <= GRANT_FREEZE && !r.failed
               ? 0 : ERR_INVALID;
}

int grant_open(struct str bytes, const uint8_t public_key[32], struct grant *out)
{
    if (bytes.len != GRANT_BYTES)
        return ERR_INVALID;
    if (!sign_holds(public_key, str_slice(bytes, 0, GRANT_SIGNED_BYTES),
                    (const uint8_t *)bytes.ptr + GRANT_SIGNED_BYTES))
        return ERR_CRYPTO;
    *out = (struct grant){ 0 };
    return parse(bytes, out);
}
