/* ingest's seal against the vault's intake: what the door seals, the vault opens outside, stores,
 * and gives back with both shares; the marked text is in no file. */
#include "vault/inside/intake.h"

#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "event/value.h"
#include "ingest/seal.h"
#include "ingest/seal_box.h"
#include "support/disk.h"
#include "support/door.h"
#include "support/test.h"
#include "vault/inside/key_store.h"
#include "vault/inside/sealed_batch.h"
#include "vault/inside/value_table.h"

struct taken {
    struct intake *intake;
    int batches;
};

static void take(void *ctx, struct str batch)
{
    struct taken *taken = ctx;
    struct vault_stored stored;
    enum vault_refusal refusal;
    assert_true(intake_add(taken->intake, batch, &stored, &refusal));
    assert_int_equal(stored.boot_id[0], 1);
    taken->batches++;
}

/* The value of that property under both shares. */
static void assert_value(struct fs *fs, struct door *door, const struct intake_secrets *secrets,
                         struct seal_place *place, const char *text)
{
    struct value_row row = { .property = place->property, .ref = place->ref };
    struct bytes inner = { 0 }, associated = { 0 }, plain = { 0 };
    uint8_t a[32], w[32], shared[32], k_ledger[32], share[32], k_value[32], ledger_public[32];
    struct value_table *table;
    struct key_store *store;
    assert_int_equal(value_table_open(fs, &table), 0);
    assert_int_equal(key_store_open(fs, secrets->custody, false, &store), 0);
    assert_int_equal(value_table_find_subject(table, 7, &place->subject, &row.slot), 0);
    assert_int_equal(value_table_find(table, &row), 0);
    assert_int_equal(key_store_read(store, row.slot, a), 0);
    struct sealed_place stored = { .project = 7, .subject = place->subject,
                                   .property = place->property, .ref = place->ref };
    memcpy(stored.epoch, row.epoch, 32);
    memcpy(place->epoch, row.epoch, 32);
    sealed_wrap_key(a, 7, &place->subject, w);
    assert_int_equal(sealed_unwrap(w, &stored, row.box, &inner), 0);
    seal_public(door->ledger_secret, ledger_public);
    assert_int_equal(seal_exchange(door->ledger_secret, row.epoch, shared), 0);
    const struct str parts[] = { STR("amana/ledger-key/1"), str_of(row.epoch, 32),
                                 str_of(ledger_public, 32) };
    hash_framed(shared, parts, 3, k_ledger, 32);
    seal_box_share(k_ledger, 7, &place->subject, place->property, share);
    seal_box_value_key(share, &place->ref, k_value);
    seal_box_associated("amana/value/1", place, &associated);
    assert_int_equal(seal_open(k_value, bytes_str(&associated), bytes_str(&inner), &plain), 0);
    assert_true(str_equal(bytes_str(&plain), str_from(text)));
    bytes_release(&inner);
    bytes_release(&associated);
    bytes_release(&plain);
    key_store_close(store);
    value_table_close(table);
}

static void look(void *ctx, struct str name)
{
    struct bytes content = { 0 };
    assert_int_equal(fs_read_file(ctx, name.ptr, 1 << 24, &content), 0);
    assert_true(str_find(bytes_str(&content), STR("Marked")) < 0);
    bytes_release(&content);
}

static void test_seal_vault__what_the_door_seals_the_vault_keeps(void **state)
{
    (void)state;
    struct door door;
    struct intake_secrets secrets = { .custody = { 3 } };
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct taken taken = { 0 };
    door_open(&door);
    memcpy(secrets.vault, door.vault_secret, 32);
    memcpy(secrets.intake, door.keys.intake_secret, 32);
    struct property properties[] = { door_text("$email", "Marked@Example.com"),
                                     door_text("$name", "Marked Person") };
    struct record record = door_event(&door, properties, 2);
    record.distinct_id = STR("Marked-user-42");
    seal_step(&door.request, &record);
    assert_int_equal(record.refusal.reason, REFUSAL_NONE);
    assert_int_equal(intake_open(fs, fs, &secrets, &taken.intake), 0);
    seal_session_finish(door.request.seal, take, &taken);
    assert_int_equal(taken.batches, 1);
    assert_int_equal(intake_finish(taken.intake), 0);
    intake_close(taken.intake);
    const char *texts[] = { "Marked@Example.com", "Marked Person" };
    for (int i = 0; i < 2; i++) {
        struct seal_place place = { .project = 7, .subject = record.event.person,
                                    .property = properties[i].name,
                                    .ref = properties[i].value.as.sealed.ref };
        assert_value(fs, &door, &secrets, &place, texts[i]);
    }
    struct seal_place id = { .project = 7, .subject = record.event.person,
                             .property = STR("distinct_id"), .ref = record.event.person };
    assert_value(fs, &door, &secrets, &id, "Marked-user-42");
    assert_int_equal(fs_list(fs, ".", look, fs), 0);
    door_close(&door);
    fs_destroy(fs);
    disk_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal_vault__what_the_door_seals_the_vault_keeps),
    };
    return RUN(tests);
}
