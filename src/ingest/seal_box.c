#include "ingest/seal_box.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/seal.h"

static struct str u64_le(uint64_t v, uint8_t out[8])
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(v >> (8 * i));
    return str_of(out, 8);
}

int seal_box_epoch(struct seal_epoch *epoch, const uint8_t secret[32], const uint8_t vault[32],
                   const uint8_t ledger[32], const uint8_t intake[32])
{
    uint8_t shared[32];
    seal_public(secret, epoch->public_key);
    struct str e = str_of(epoch->public_key, 32);
    int r = seal_exchange(secret, vault, shared);
    if (r == 0) {
        const struct str parts[] = { STR("amana/batch-key/1"), e, str_of(vault, 32),
                                     str_of(intake, 32) };
        hash_framed(shared, parts, 4, epoch->k_batch, 32);
        r = seal_exchange(secret, ledger, shared);
    }
    if (r == 0) {
        const struct str parts[] = { STR("amana/ledger-key/1"), e, str_of(ledger, 32) };
        hash_framed(shared, parts, 3, epoch->k_ledger, 32);
    }
    hash_wipe(shared, sizeof(shared));
    return r;
}

void seal_box_share(const uint8_t k_ledger[32], uint64_t project, const struct ref *subject,
                    struct str property, uint8_t out[32])
{
    uint8_t number[8];
    const struct str parts[] = { STR("amana/share/1"), u64_le(project, number),
                                 str_of(subject->bytes, 16), property };
    hash_framed(k_ledger, parts, 4, out, 32);
}

void seal_box_value_key(const uint8_t share[32], const struct ref *ref, uint8_t out[32])
{
    const struct str parts[] = { STR("amana/value-key/1"), str_of(ref->bytes, 16) };
    hash_framed(share, parts, 2, out, 32);
}

void seal_box_associated(const char *label, const struct seal_place *place, struct bytes *out)
{
    uint8_t number[8];
    const struct str parts[] = { str_from(label), u64_le(place->project, number),
                                 str_of(place->subject.bytes, 16), place->property,
                                 str_of(place->ref.bytes, 16), str_of(place->epoch, 32) };
    hash_frame(parts, 6, out);
}

void seal_box_value(const struct seal_epoch *epoch, const struct seal_place *place,
                    struct str value, uint64_t seen_ms, struct bytes *out)
{
    struct bytes associated = { 0 };
    uint8_t share[32], key[32];
    check(place->property.len <= UINT16_MAX);
    seal_box_share(epoch->k_ledger, place->project, &place->subject, place->property, share);
    seal_box_value_key(share, &place->ref, key);
    seal_box_associated("amana/value/1", place, &associated);
    bytes_append(out, place->subject.bytes, 16);
    bytes_put_u16(out, (uint16_t)place->property.len);
    bytes_append_str(out, place->property);
    bytes_append(out, place->ref.bytes, 16);
    bytes_put_u64(out, seen_ms);
    bytes_put_u32(out, (uint32_t)(value.len + SEAL_OVERHEAD_BYTES));
    seal_close(key, bytes_str(&associated), value, out);
    hash_wipe(share, sizeof(share));
    hash_wipe(key, sizeof(key));
    bytes_release(&associated);
}

void seal_box_batch(const struct seal_epoch *epoch, const struct seal_batch *batch,
                    struct str records, struct bytes *out)
{
    struct bytes header = { 0 };
    bytes_append_str(&header, STR("AMSB"));
    bytes_put_u8(&header, 1);
    bytes_append(&header, batch->boot_id, 16);
    bytes_put_u64(&header, batch->sequence);
    bytes_put_u64(&header, batch->project);
    bytes_append(&header, epoch->public_key, 32);
    bytes_put_u64(&header, batch->time_ms);
    bytes_put_u32(&header, batch->count);
    check(header.len == SEAL_HEADER_BYTES);
    bytes_append_str(out, bytes_str(&header));
    seal_close(epoch->k_batch, bytes_str(&header), records, out);
    bytes_release(&header);
}
