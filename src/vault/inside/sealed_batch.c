#include "vault/inside/sealed_batch.h"

#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "event/limits.h"

enum { VERSION = 1, RECORD_BYTES_MIN = 16 + 2 + 16 + 8 + 4 + SEAL_OVERHEAD_BYTES };

static struct str u64_le(uint64_t v, uint8_t out[8])
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(v >> (8 * i));
    return str_of(out, 8);
}

void sealed_keys_init(struct sealed_keys *keys, const uint8_t vault_secret[32],
                      const uint8_t intake_secret[32])
{
    *keys = (struct sealed_keys){ 0 };
    memcpy(keys->vault_secret, vault_secret, 32);
    memcpy(keys->intake_secret, intake_secret, 32);
    seal_public(vault_secret, keys->vault_public);
}

/* ---- the outer box -------------------------------------------------------------------------- */

int sealed_batch_decode_header(struct str batch, struct sealed_header *header)
{
    struct bytes_reader r = bytes_reader_over(batch);
    bool is_ours = str_equal(bytes_get_raw(&r, 4), STR("AMSB")) && bytes_get_u8(&r) == VERSION;
    struct str boot_id = bytes_get_raw(&r, sizeof(header->boot_id));
    uint64_t sequence = bytes_get_u64(&r), project = bytes_get_u64(&r);
    struct str epoch = bytes_get_raw(&r, sizeof(header->epoch));
    uint64_t time_ms = bytes_get_u64(&r);
    uint32_t count = bytes_get_u32(&r);
    if (!is_ours || r.failed || bytes_left(&r) < SEAL_OVERHEAD_BYTES ||
        batch.len > LIMIT_SEALED_BATCH_BYTES)
        return ERR_INVALID;
    *header = (struct sealed_header){ .sequence = sequence, .project = project,
                                      .time_ms = time_ms, .count = count };
    memcpy(header->boot_id, boot_id.ptr, sizeof(header->boot_id));
    memcpy(header->epoch, epoch.ptr, sizeof(header->epoch));
    return 0;
}

/* k_batch = H_32(X25519(sk_V, E); "amana/batch-key/1", E, PK_V, K_iv) */
static int ensure_batch_key(struct sealed_keys *keys, const uint8_t epoch[32])
{
    uint8_t shared[32];
    if (hash_equal(keys->epoch, epoch, 32))
        return 0;
    int r = seal_exchange(keys->vault_secret, epoch, shared);
    if (r != 0)
        return r;
    const struct str parts[] = { STR("amana/batch-key/1"), str_of(epoch, 32),
                                 str_of(keys->vault_public, 32), str_of(keys->intake_secret, 32) };
    hash_framed(shared, parts, 4, keys->k_batch, 32);
    memcpy(keys->epoch, epoch, 32);
    hash_wipe(shared, sizeof(shared));
    return 0;
}

int sealed_batch_open(struct sealed_keys *keys, const struct sealed_header *header,
                      struct str batch, struct bytes *records)
{
    static const uint8_t none[32];
    if (hash_equal(header->epoch, none, 32))
        return ERR_CRYPTO;
    int r = ensure_batch_key(keys, header->epoch);
    if (r == 0)
        r = seal_open(keys->k_batch, str_slice(batch, 0, SEALED_HEADER_BYTES),
                      str_from_index(batch, SEALED_HEADER_BYTES), records);
    return r;
}

/* ---- records -------------------------------------------------------------------------------- */

static bool decode_record(struct bytes_reader *r, struct sealed_record *record)
{
    struct str subject = bytes_get_raw(r, 16);
    record->property = bytes_get_raw(r, bytes_get_u16(r));
    struct str ref = bytes_get_raw(r, 16);
    record->seen_ms = (int64_t)bytes_get_u64(r); /* of before 1970 when an import says so */
    record->inner = bytes_get_raw(r, bytes_get_u32(r));
    if (r->failed || record->inner.len < SEAL_OVERHEAD_BYTES)
        return false;
    memcpy(record->subject.bytes, subject.ptr, 16);
    memcpy(record->ref.bytes, ref.ptr, 16);
    return !ref_is_none(&record->subject) && !ref_is_none(&record->ref);
}

int sealed_batch_decode_records(struct str records, uint32_t count, struct arena *arena,
                                struct sealed_record **out)
{
    if (count == 0 || count > records.len / RECORD_BYTES_MIN)
        return ERR_INVALID;
    struct sealed_record *all = arena_try(arena, count * sizeof(*all));
    if (!all)
        return ERR_NOMEM;
    struct bytes_reader r = bytes_reader_over(records);
    for (uint32_t i = 0; i < count; i++)
        if (!decode_record(&r, &all[i]))
            return ERR_INVALID;
    *out = all;
    return bytes_reader_is_done(&r) ? 0 : ERR_INVALID;
}

/* ---- the stored box ------------------------------------------------------------------------- */

void sealed_wrap_key(const uint8_t share[32], uint64_t project, const struct ref *subject,
                     uint8_t out[32])
{
    uint8_t number[8];
    const struct str parts[] = { STR("amana/wrap-key/1"), u64_le(project, number),
                                 str_of(subject->bytes, 16) };
    hash_framed(share, parts, 3, out, 32);
}

void sealed_place_frame(struct str label, const struct sealed_place *place, struct bytes *out)
{
    uint8_t number[8];
    const struct str parts[] = { label, u64_le(place->project, number),
                                 str_of(place->subject.bytes, 16), place->property,
                                 str_of(place->ref.bytes, 16), str_of(place->epoch, 32) };
    hash_frame(parts, 6, out);
}

void sealed_wrap(const uint8_t wrap_key[32], const struct sealed_place *place, struct str inner,
                 struct bytes *out)
{
    struct bytes associated = { 0 };
    sealed_place_frame(STR("amana/stored/1"), place, &associated);
    seal_close(wrap_key, bytes_str(&associated), inner, out);
    bytes_release(&associated);
}

int sealed_unwrap(const uint8_t wrap_key[32], const struct sealed_place *place, struct str stored,
                  struct bytes *inner)
{
    struct bytes associated = { 0 };
    sealed_place_frame(STR("amana/stored/1"), place, &associated);
    int r = seal_open(wrap_key, bytes_str(&associated), stored, inner);
    bytes_release(&associated);
    return r;
}
