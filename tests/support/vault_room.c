#include "support/vault_room.h"

#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "vault/inside/key_store.h"
#include "vault/inside/sealed_batch.h"
#include "vault/inside/value_table.h"

void vault_room_init(struct vault_room *room)
{
    crypto_init();
    *room = (struct vault_room){ .disk = disk_create() };
    room->data = disk_fs(room->disk);
    room->keys = disk_fs(room->disk);
    seal_pair(room->secrets.vault, room->vault_public);
    seal_pair(room->ledger_secret, room->ledger_public);
    random_bytes(room->secrets.intake, 32);
    random_bytes(room->secrets.custody, 32);
    random_bytes(room->e, 32);
}

void vault_room_release(struct vault_room *room)
{
    vault_room_kill(room);
    fs_destroy(room->data);
    fs_destroy(room->keys);
    disk_destroy(room->disk);
}

int vault_room_open(struct vault_room *room)
{
    return intake_open(room->data, room->keys, &room->secrets, &room->intake);
}

void vault_room_kill(struct vault_room *room)
{
    /* A dead process writes nothing more, SQLite's tidying up included. */
    disk_fail_at(room->disk, 0, ERR_IO, false);
    intake_close(room->intake);
    room->intake = NULL;
    disk_fail_at(room->disk, UINT64_MAX, 0, false);
}

void vault_room_crash(struct vault_room *room, uint64_t seed)
{
    vault_room_kill(room);
    disk_crash(room->disk, seed);
}

/* ---- ingest's side -------------------------------------------------------------------------- */

static struct ref ref_of(struct str text)
{
    static const uint8_t key[16] = { 1 };
    struct ref ref;
    hash_sip128(key, text, ref.bytes);
    return ref;
}

struct ref vault_room_subject(uint32_t number)
{
    return ref_of(str_of(&number, sizeof(number)));
}

struct ref vault_room_ref(const struct vault_room_value *value)
{
    return ref_of(str_from(value->text));
}

static void ledger_key(const uint8_t secret[32], const uint8_t public_key[32], const uint8_t e[32],
                       const uint8_t ledger_public[32], uint8_t out[32]);

static struct str project_text(uint8_t out[8])
{
    memset(out, 0, 8);
    out[0] = VAULT_ROOM_PROJECT;
    return str_of(out, 8);
}

/* k_value, from k_ledger. */
static void value_key(const uint8_t k_ledger[32], const struct sealed_place *place, uint8_t out[32])
{
    uint8_t number[8], share[32];
    const struct str share_parts[] = { STR("amana/share/1"), project_text(number),
                                       str_of(place->subject.bytes, 16), place->property };
    const struct str key_parts[] = { STR("amana/value-key/1"), str_of(place->ref.bytes, 16) };
    hash_framed(k_ledger, share_parts, 4, share, 32);
    hash_framed(share, key_parts, 2, out, 32);
}

void vault_room_share(void *ctx, const struct ref *subject, struct str property,
                      const uint8_t epoch[32], uint8_t out[32])
{
    const struct vault_room *room = ctx;
    uint8_t number[8], k_ledger[32];
    const struct str parts[] = { STR("amana/share/1"), project_text(number),
                                 str_of(subject->bytes, 16), property };
    ledger_key(room->ledger_secret, epoch, epoch, room->ledger_public, k_ledger);
    hash_framed(k_ledger, parts, 4, out, 32);
}

static void value_ad(const struct sealed_place *place, struct bytes *out)
{
    uint8_t number[8];
    const struct str parts[] = { STR("amana/value/1"), project_text(number),
                                 str_of(place->subject.bytes, 16), place->property,
                                 str_of(place->ref.bytes, 16), str_of(place->epoch, 32) };
    hash_frame(parts, 6, out);
}

static void ledger_key(const uint8_t secret[32], const uint8_t public_key[32], const uint8_t e[32],
                       const uint8_t ledger_public[32], uint8_t out[32])
{
    static _Thread_local uint8_t last[96], last_out[32]; /* most epochs come many times */
    uint8_t shared[32];
    const struct str parts[] = { STR("amana/ledger-key/1"), str_of(e, 32),
                                 str_of(ledger_public, 32) };
    if (memcmp(last, secret, 32) != 0 || memcmp(last + 32, public_key, 32) != 0 ||
        memcmp(last + 64, e, 32) != 0) {
        check(seal_exchange(secret, public_key, shared) == 0);
        hash_framed(shared, parts, 3, last_out, 32);
        memcpy(last, secret, 32);
        memcpy(last + 32, public_key, 32);
        memcpy(last + 64, e, 32);
    }
    memcpy(out, last_out, 32);
}

static struct sealed_place place_of(const struct vault_room_value *value, const uint8_t epoch[32])
{
    struct sealed_place place = { .project = VAULT_ROOM_PROJECT,
                                  .subject = vault_room_subject(value->subject),
                                  .property = str_from(value->property),
                                  .ref = vault_room_ref(value) };
    memcpy(place.epoch, epoch, 32);
    return place;
}

void vault_room_seal(const struct vault_room *room, const struct vault_room_value *values,
                     uint32_t count, uint64_t sequence, struct bytes *out)
{
    uint8_t epoch[32], k_ledger[32], key[32];
    struct bytes records = { 0 };
    seal_public(room->e, epoch);
    ledger_key(room->e, room->ledger_public, epoch, room->ledger_public, k_ledger);
    for (uint32_t i = 0; i < count; i++) {
        struct bytes ad = { 0 };
        struct sealed_place place = place_of(&values[i], epoch);
        value_key(k_ledger, &place, key);
        value_ad(&place, &ad);
        bytes_append(&records, place.subject.bytes, 16);
        bytes_put_u16(&records, (uint16_t)place.property.len);
        bytes_append_str(&records, place.property);
        bytes_append(&records, place.ref.bytes, 16);
        bytes_put_u64(&records, (uint64_t)values[i].seen_ms);
        bytes_put_u32(&records, (uint32_t)(strlen(values[i].text) + SEAL_OVERHEAD_BYTES));
        seal_close(key, bytes_str(&ad), str_from(values[i].text), &records);
        bytes_release(&ad);
    }
    vault_room_seal_records(room, bytes_str(&records), count, sequence, out);
    bytes_release(&records);
}

void vault_room_seal_records(const struct vault_room *room, struct str records, uint32_t count,
                             uint64_t sequence, struct bytes *out)
{
    uint8_t epoch[32], shared[32], k_batch[32];
    struct bytes header = { 0 };
    seal_public(room->e, epoch);
    const struct str parts[] = { STR("amana/batch-key/1"), str_of(epoch, 32),
                                 str_of(room->vault_public, 32),
                                 str_of(room->secrets.intake, 32) };
    check(seal_exchange(room->e, room->vault_public, shared) == 0);
    hash_framed(shared, parts, 4, k_batch, 32);
    bytes_append_str(&header, STR("AMSB\1\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t"));
    bytes_put_u64(&header, sequence);
    bytes_put_u64(&header, VAULT_ROOM_PROJECT);
    bytes_append(&header, epoch, 32);
    bytes_put_u64(&header, 1795453200000);
    bytes_put_u32(&header, count);
    bytes_append_str(out, bytes_str(&header));
    seal_close(k_batch, bytes_str(&header), records, out);
    bytes_release(&header);
}

bool vault_room_take(struct vault_room *room, struct str batch)
{
    struct vault_stored stored;
    enum vault_refusal refusal;
    bool is_added = intake_add(room->intake, batch, &stored, &refusal);
    return intake_finish(room->intake) == 0 && is_added;
}

/* ---- what a release will do ----------------------------------------------------------------- */

static int open_inner(const struct vault_room *room, const struct sealed_place *place,
                      struct str inner, struct bytes *text)
{
    uint8_t k_ledger[32], key[32];
    struct bytes ad = { 0 };
    ledger_key(room->ledger_secret, place->epoch, place->epoch, room->ledger_public, k_ledger);
    value_key(k_ledger, place, key);
    value_ad(place, &ad);
    int r = seal_open(key, bytes_str(&ad), inner, text);
    bytes_release(&ad);
    return r;
}

static int read_value(struct vault_room *room, struct value_table *table, struct key_store *store,
                      const struct vault_room_value *value)
{
    struct value_row row = { .property = str_from(value->property), .ref = vault_room_ref(value) };
    struct ref subject = vault_room_subject(value->subject);
    struct bytes inner = { 0 }, text = { 0 };
    uint8_t share[32], wrap_key[32];
    int r = value_table_find_subject(table, VAULT_ROOM_PROJECT, &subject, &row.slot);
    if (r == 0)
        r = value_table_find(table, &row);
    if (r == 0)
        r = key_store_read(store, row.slot, share);
    if (r == 0) {
        struct sealed_place place = place_of(value, row.epoch);
        sealed_wrap_key(share, VAULT_ROOM_PROJECT, &subject, wrap_key);
        r = sealed_unwrap(wrap_key, &place, row.box, &inner);
        if (r == 0)
            r = open_inner(room, &place, bytes_str(&inner), &text);
    }
    if (r == 0 && !str_equal(bytes_str(&text), str_from(value->text)))
        r = ERR_CORRUPT;
    if (r == 0 && (row.first_seen_ms > value->seen_ms || row.last_seen_ms < value->seen_ms))
        r = ERR_CORRUPT;
    bytes_release(&inner);
    bytes_release(&text);
    return r;
}

static int open_files(struct vault_room *room, struct value_table **table,
                      struct key_store **store)
{
    check(room->intake == NULL);
    int r = value_table_open(room->data, table);
    return r == 0 ? key_store_open(room->keys, room->secrets.custody, false, store) : r;
}

int vault_room_check(struct vault_room *room, const struct vault_room_value *value)
{
    struct value_table *table = NULL;
    struct key_store *store = NULL;
    int r = open_files(room, &table, &store);
    if (r == 0)
        r = read_value(room, table, store, value);
    key_store_close(store);
    value_table_close(table);
    return r;
}

static uint32_t count_bad(struct vault_room *room, const struct vault_room_value *values,
                          uint32_t stored, uint32_t count)
{
    struct value_table *table = NULL;
    struct key_store *store = NULL;
    uint32_t bad = 0;
    bool is_open = open_files(room, &table, &store) == 0;
    for (uint32_t i = 0; i < count; i++) {
        struct ref subject = vault_room_subject(values[i].subject);
        struct value_row row = { .property = str_from(values[i].property),
                                 .ref = vault_room_ref(&values[i]) };
        bool is_absent = is_open && i >= stored &&
                         (value_table_find_subject(table, VAULT_ROOM_PROJECT, &subject,
                                                   &row.slot) == ERR_NOT_FOUND ||
                          value_table_find(table, &row) == ERR_NOT_FOUND);
        bad += !is_open || (!is_absent && read_value(room, table, store, &values[i]) != 0);
    }
    key_store_close(store);
    value_table_close(table);
    return bad;
}

uint32_t vault_room_missing(struct vault_room *room, const struct vault_room_value *values,
                            uint32_t count)
{
    return count_bad(room, values, count, count);
}

uint32_t vault_room_damaged(struct vault_room *room, const struct vault_room_value *values,
                            uint32_t stored, uint32_t count)
{
    return count_bad(room, values, stored, count);
}
