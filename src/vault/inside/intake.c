#include "vault/inside/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "event/limits.h"
#include "sys/sandbox.h"
#include "vault/inside/sealed_batch.h"

/* A record takes 86 bytes at least: as many subjects can one batch bring. */
enum { BATCH_RECORDS_MAX = LIMIT_SEALED_BATCH_BYTES / 86, ARENA_MAX = 1 << 20 };

struct secrets {
    struct sealed_keys keys;
    uint8_t share[32];
    uint8_t wrap_key[32];
};

/* The subject of the record before: records of one person come together. */
struct subject {
    bool is_set;
    bool has_key;            /* secrets->wrap_key is its w */
    uint64_t project;
    struct ref ref;
    uint64_t slot;
};

struct intake {
    struct key_store *store;
    struct value_table *table;
    struct secrets *secrets;
    struct arena arena;      /* of one batch */
    struct bytes records, box;
    struct subject subject;
    uint32_t group;          /* batches since the last finish */
    bool has_begun;          /* a transaction is open */
    bool is_stopped;
    uint64_t refused, below; /* batches */
};

/* Something that may be repeated without end is said the 1st, 2nd, 4th, 8th … time. */
static bool is_worth_saying(uint64_t count)
{
    return (count & (count - 1)) == 0;
}

static int stop(struct intake *intake, int r)
{
    if (!intake->is_stopped)
        log_error("the vault stops: %s", err_text(r));
    intake->is_stopped = true;
    return r;
}

/* ---- opening -------------------------------------------------------------------------------- */

static int open_parts(struct intake *intake, struct fs *data, struct fs *keys,
                      const uint8_t custody[32])
{
    uint64_t slot_end = 0;
    int r = value_table_open(data, &intake->table);
    if (r == 0)
        r = value_table_slot_end(intake->table, &slot_end);
    /* Rows without a key store are a lost key store: a new one would hide that. */
    if (r == 0)
        r = key_store_open(keys, custody, slot_end == 0, &intake->store);
    if (r == 0 && slot_end > key_store_count(intake->store)) {
        log_error("vault.db has subjects whose shares the key store does not have");
        r = ERR_CORRUPT;
    }
    return r;
}

int intake_open(struct fs *data, struct fs *keys, const struct intake_secrets *secrets,
                struct intake **out)
{
    struct intake *intake = calloc(1, sizeof(*intake));
    check(intake != NULL);
    arena_init(&intake->arena, ARENA_MAX);
    intake->secrets = sandbox_key_alloc(sizeof(*intake->secrets));
    sealed_keys_init(&intake->secrets->keys, secrets->vault, secrets->intake);
    int r = open_parts(intake, data, keys, secrets->custody);
    if (r != 0) {
        intake_close(intake);
        return r;
    }
    *out = intake;
    return 0;
}

void intake_close(struct intake *intake)
{
    if (!intake)
        return;
    value_table_close(intake->table);
    key_store_close(intake->store);
    sandbox_key_free(intake->secrets, sizeof(*intake->secrets));
    bytes_release(&intake->records);
    bytes_release(&intake->box);
    arena_release(&intake->arena);
    free(intake);
}

/* ---- one record ----------------------------------------------------------------------------- */

static void derive_wrap_key(struct intake *intake)
{
    struct subject *subject = &intake->subject;
    sealed_wrap_key(intake->secrets->share, subject->project, &subject->ref,
                    intake->secrets->wrap_key);
    hash_wipe(intake->secrets->share, sizeof(intake->secrets->share));
    subject->has_key = true;
}

/* Finds or makes the subject's slot. */
static int ensure_subject(struct intake *intake, uint64_t project, const struct ref *ref)
{
    struct subject *subject = &intake->subject;
    if (subject->is_set && subject->project == project && ref_equal(&subject->ref, ref))
        return 0;
    *subject = (struct subject){ .project = project, .ref = *ref };
    int r = value_table_find_subject(intake->table, project, ref, &subject->slot);
    if (r == ERR_NOT_FOUND) {
        r = key_store_add(intake->store, intake->secrets->share, &subject->slot);
        if (r == 0)
            derive_wrap_key(intake);
        if (r == 0)
            r = value_table_add_subject(intake->table, project, ref, subject->slot);
    }
    subject->is_set = r == 0;
    return r;
}

static int ensure_wrap_key(struct intake *intake)
{
    if (intake->subject.has_key)
        return 0;
    int r = key_store_read(intake->store, intake->subject.slot, intake->secrets->share);
    if (r == 0)
        derive_wrap_key(intake);
    /* A subject with rows always has its share: erasing takes the rows, too. */
    return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
}

static int store_record(struct intake *intake, const struct sealed_header *header,
                        const struct sealed_record *record)
{
    int r = ensure_subject(intake, header->project, &record->subject);
    if (r != 0)
        return r;
    struct value_row row = { .slot = intake->subject.slot, .property = record->property,
                             .ref = record->ref, .first_seen_ms = record->seen_ms,
                             .last_seen_ms = record->seen_ms };
    r = value_table_see(intake->table, &row);
    if (r != ERR_NOT_FOUND)
        return r;
    r = ensure_wrap_key(intake);
    if (r != 0)
        return r;
    struct sealed_place place = { .project = header->project, .subject = record->subject,
                                  .property = record->property, .ref = record->ref };
    memcpy(place.epoch, header->epoch, sizeof(place.epoch));
    memcpy(row.epoch, header->epoch, sizeof(row.epoch));
    bytes_reset(&intake->box);
    sealed_wrap(intake->secrets->wrap_key, &place, record->inner, &intake->box);
    row.box = bytes_str(&intake->box);
    return value_table_add(intake->table, &row);
}

/* ---- one batch ------------------------------------------------------------------------------ */

static bool refuse(struct intake *intake, enum vault_refusal reason, enum vault_refusal *out)
{
    if (reason != VAULT_REFUSAL_STOPPED && is_worth_saying(++intake->refused))
        log_warn("a batch is refused: %s; %llu so far",
                 reason == VAULT_REFUSAL_FORGED ? "forged" : "malformed",
                 (unsigned long long)intake->refused);
    *out = reason;
    return false;
}

/* What came in before changes nothing. */
static int store_batch(struct intake *intake, const struct sealed_header *header,
                       const struct sealed_record *records)
{
    struct replay_window window;
    int r = 0;
    if (!intake->has_begun) {
        r = value_table_begin(intake->table);
        intake->has_begun = r == 0;
    }
    if (r == 0)
        r = value_table_read_window(intake->table, header->boot_id, &window);
    if (r != 0 || replay_window_has(&window, header->sequence)) {
        if (r == 0 && replay_window_is_below(&window, header->sequence) &&
            is_worth_saying(++intake->below))
            log_warn("a batch is too old to tell from a repeated one; %llu so far",
                     (unsigned long long)intake->below);
        return r;
    }
    for (uint32_t i = 0; i < header->count && r == 0; i++)
        r = store_record(intake, header, &records[i]);
    if (r == 0) {
        replay_window_add(&window, header->sequence);
        r = value_table_write_window(intake->table, header->boot_id, &window);
    }
    return r;
}

bool intake_add(struct intake *intake, struct str batch, struct vault_stored *stored,
                enum vault_refusal *refusal)
{
    struct sealed_header header;
    struct sealed_record *records;
    check(!intake_is_full(intake));
    if (intake->is_stopped)
        return refuse(intake, VAULT_REFUSAL_STOPPED, refusal);
    if (sealed_batch_decode_header(batch, &header) != 0)
        return refuse(intake, VAULT_REFUSAL_MALFORMED, refusal);
    bytes_reset(&intake->records);
    arena_reset(&intake->arena);
    if (sealed_batch_open(&intake->secrets->keys, &header, batch, &intake->records) != 0)
        return refuse(intake, VAULT_REFUSAL_FORGED, refusal);
    if (sealed_batch_decode_records(bytes_str(&intake->records), header.count, &intake->arena,
                                    &records) != 0)
        return refuse(intake, VAULT_REFUSAL_MALFORMED, refusal);
    int r = store_batch(intake, &header, records);
    if (r != 0) {
        (void)stop(intake, r);
        return refuse(intake, VAULT_REFUSAL_STOPPED, refusal);
    }
    intake->group++;
    *stored = (struct vault_stored){ .sequence = header.sequence };
    memcpy(stored->boot_id, header.boot_id, sizeof(stored->boot_id));
    return true;
}

bool intake_is_full(const struct intake *intake)
{
    return intake->group >= INTAKE_GROUP_MAX ||
           key_store_pending(intake->store) + BATCH_RECORDS_MAX > KEY_STORE_PENDING_MAX;
}

/* The share first: a row whose share may be lost must not be there. */
int intake_finish(struct intake *intake)
{
    int r = intake->is_stopped ? ERR_IO : 0;
    if (r == 0 && intake->has_begun) {
        r = key_store_sync(intake->store);
        if (r == 0)
            r = value_table_commit(intake->table);
        if (r != 0)
            (void)stop(intake, r);
    }
    intake->has_begun = false;
    intake->group = 0;
    intake->subject = (struct subject){ 0 };
    hash_wipe(intake->secrets->wrap_key, sizeof(intake->secrets->wrap_key));
    return r;
}

bool intake_is_stopped(const struct intake *intake)
{
    return intake->is_stopped;
}

struct value_table *intake_table(struct intake *intake)
{
    check(!intake->has_begun);
    return intake->table;
}

struct key_store *intake_store(struct intake *intake)
{
    check(!intake->has_begun);
    return intake->store;
}
