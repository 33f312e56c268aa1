#include "event/ref_key.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/hash.h"

static void derive(const uint8_t k[32], enum ref_kind kind, struct str domain, uint8_t out[16])
{
    uint8_t full[32], kind_byte = (uint8_t)kind;
    const struct str parts[] = { STR("amana/ref-key/1"), str_of(&kind_byte, 1), domain };
    hash_framed(k, parts, 3, full, sizeof(full));
    memcpy(out, full, 16);
    hash_wipe(full, sizeof(full));
}

void ref_key_derive(struct ref_key *key, uint64_t project, uint32_t epoch, const uint8_t k[32])
{
    uint8_t full[32];
    const struct str label = STR("amana/insert-id/1");
    *key = (struct ref_key){ .project = project, .epoch = epoch };
    memcpy(key->k, k, sizeof(key->k));
    for (enum ref_kind kind = REF_KIND_ID; kind <= REF_KIND_PHONE; kind++)
        derive(k, kind, STR(""), key->indexed[kind]);
    hash_framed(k, &label, 1, full, sizeof(full));
    memcpy(key->insert, full, sizeof(key->insert));
    hash_wipe(full, sizeof(full));
}

struct ref ref_key_indexed(const struct ref_key *key, enum ref_kind kind, struct str normal)
{
    struct ref ref;
    check(kind >= REF_KIND_ID && kind <= REF_KIND_PHONE);
    hash_sip128(key->indexed[kind], normal, ref.bytes);
    return ref;
}

struct ref ref_key_bound(const struct ref_key *key, struct str property, const struct ref *subject,
                         struct str normal)
{
    struct bytes scoped = { 0 };
    uint8_t bound[16];
    struct ref ref;
    derive(key->k, REF_KIND_BOUND, property, bound);
    bytes_append(&scoped, subject->bytes, sizeof(subject->bytes));
    bytes_append_str(&scoped, normal);
    hash_sip128(bound, bytes_str(&scoped), ref.bytes);
    bytes_wipe(&scoped);
    hash_wipe(bound, sizeof(bound));
    return ref;
}

uint64_t ref_key_insert(const struct ref_key *key, struct str insert_id)
{
    if (insert_id.len == 0)
        return 0;
    uint64_t hash = hash_sip64(key->insert, insert_id);
    return hash ? hash : 1;
}
