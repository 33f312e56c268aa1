/* vault/inside/intake: what is answered "stored" can be opened with both shares after any failure
 * of disk or power; nothing forged, malformed or repeated changes anything. */
#include "vault/inside/intake.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "crypto/seal.h"
#include "support/test.h"
#include "support/vault_room.h"
#include "sys/file_real.h"
#include "vault/inside/key_store.h"
#include "vault/inside/value_table.h"

static const struct vault_room_value values[] = {
    { 1, "$email", "noura@example.com", 100 }, { 1, "$name", "Noura", 101 },
    { 2, "$email", "omar@example.com", 102 },  { 1, "$phone", "+966501234567", 103 },
    { 3, "$email", "noura@example.com", 104 },
};
enum { VALUES = sizeof(values) / sizeof(values[0]) };

static void test_intake__two_locks_and_both_shares_give_the_value_back(void **state)
{
    (void)state;
    struct vault_room room;
    struct bytes batch = { 0 };
    vault_room_init(&room);
    vault_room_seal(&room, values, VALUES, 1, &batch);
    assert_int_equal(vault_room_open(&room), 0);
    assert_true(vault_room_take(&room, bytes_str(&batch)));
    vault_room_crash(&room, 1);
    for (int i = 0; i < VALUES; i++)
        assert_int_equal(vault_room_check(&room, &values[i]), 0);
    /* Without the ledger's key: nothing. */
    room.ledger_secret[5] ^= 1;
    assert_int_equal(vault_room_check(&room, &values[0]), ERR_CRYPTO);
    bytes_release(&batch);
    vault_room_release(&room);
}

static void assert_refused(struct vault_room *room, struct str batch, enum vault_refusal expected)
{
    struct vault_stored stored;
    enum vault_refusal refusal = 0;
    uint64_t steps = disk_steps(room->disk);
    assert_false(intake_add(room->intake, batch, &stored, &refusal));
    assert_int_equal(refusal, expected);
    assert_int_equal(intake_finish(room->intake), expected == VAULT_REFUSAL_STOPPED ? ERR_IO : 0);
    assert_int_equal(disk_steps(room->disk), steps);
}

static void test_intake__forged_and_malformed_batches_change_nothing(void **state)
{
    (void)state;
    struct vault_room room;
    struct bytes batch = { 0 }, foreign = { 0 }, bad = { 0 };
    vault_room_init(&room);
    vault_room_seal(&room, values, VALUES, 1, &batch);
    vault_room_seal_records(&room, STR("no records at all, but as long as one record would be: "
                                       "sixteen, two, sixteen, eight, four, forty bytes"),
                            1, 2, &bad);
    room.secrets.intake[0] ^= 1;
    vault_room_seal(&room, values, VALUES, 3, &foreign);
    room.secrets.intake[0] ^= 1;
    assert_int_equal(vault_room_open(&room), 0);
    assert_refused(&room, STR(""), VAULT_REFUSAL_MALFORMED);
    assert_refused(&room, STR("AMSB"), VAULT_REFUSAL_MALFORMED);
    assert_refused(&room, bytes_str(&foreign), VAULT_REFUSAL_FORGED);
    assert_refused(&room, bytes_str(&bad), VAULT_REFUSAL_MALFORMED);
    /* The sequence in the header is under the seal. */
    batch.ptr[21] ^= 1;
    assert_refused(&room, bytes_str(&batch), VAULT_REFUSAL_FORGED);
    batch.ptr[21] ^= 1;
    assert_true(vault_room_take(&room, bytes_str(&batch)));
    bytes_release(&batch);
    bytes_release(&foreign);
    bytes_release(&bad);
    vault_room_release(&room);
}

static void test_intake__a_repeated_batch_is_stored_and_changes_nothing(void **state)
{
    (void)state;
    struct vault_room room;
    struct bytes batch = { 0 }, later = { 0 };
    vault_room_init(&room);
    vault_room_seal(&room, values, VALUES, 1, &batch);
    assert_int_equal(vault_room_open(&room), 0);
    assert_true(vault_room_take(&room, bytes_str(&batch)));
    uint64_t steps = disk_steps(room.disk);
    assert_true(vault_room_take(&room, bytes_str(&batch)));
    assert_int_equal(disk_steps(room.disk), steps);
    vault_room_kill(&room);
    assert_int_equal(vault_room_open(&room), 0);
    steps = disk_steps(room.disk);
    assert_true(vault_room_take(&room, bytes_str(&batch)));
    assert_int_equal(disk_steps(room.disk), steps);
    /* 1,024 later it cannot be told from a replay, and stays one. */
    vault_room_seal(&room, &values[2], 1, 1025, &later);
    assert_true(vault_room_take(&room, bytes_str(&later)));
    steps = disk_steps(room.disk);
    assert_true(vault_room_take(&room, bytes_str(&batch)));
    assert_int_equal(disk_steps(room.disk), steps);
    bytes_release(&batch);
    bytes_release(&later);
    vault_room_release(&room);
}

static void test_intake__order_does_not_matter(void **state)
{
    (void)state;
    const struct vault_room_value late = { 1, "$email", "noura@example.com", 900 },
                                  early = { 1, "$email", "noura@example.com", 20 };
    struct vault_room room;
    struct bytes batches[3] = { { 0 } };
    vault_room_init(&room);
    vault_room_seal(&room, &late, 1, 9, &batches[0]);
    room.e[0] ^= 1; /* another epoch: the first one's box stays */
    vault_room_seal(&room, &early, 1, 3, &batches[1]);
    vault_room_seal(&room, values, VALUES, 5, &batches[2]);
    assert_int_equal(vault_room_open(&room), 0);
    for (int i = 0; i < 3; i++)
        assert_true(vault_room_take(&room, bytes_str(&batches[i])));
    vault_room_kill(&room);
    assert_int_equal(vault_room_check(&room, &late), 0);
    assert_int_equal(vault_room_check(&room, &early), 0);
    assert_int_equal(vault_room_check(&room, &values[1]), 0);
    for (int i = 0; i < 3; i++)
        bytes_release(&batches[i]);
    vault_room_release(&room);
}

/* Steps of taking that many batches as one group; each brings a new subject. */
static uint64_t steps_of_a_group(struct vault_room *room, uint32_t first, uint32_t count)
{
    uint64_t before = disk_steps(room->disk);
    for (uint32_t i = first; i < first + count; i++) {
        struct vault_room_value value = { i, "p", "v", i };
        struct vault_stored stored;
        enum vault_refusal refusal;
        struct bytes batch = { 0 };
        vault_room_seal(room, &value, 1, i, &batch);
        assert_false(intake_is_full(room->intake));
        assert_true(intake_add(room->intake, bytes_str(&batch), &stored, &refusal));
        assert_true(stored.sequence == i);
        bytes_release(&batch);
    }
    assert_int_equal(intake_is_full(room->intake), count == INTAKE_GROUP_MAX);
    assert_int_equal(intake_finish(room->intake), 0);
    return disk_steps(room->disk) - before;
}

static void test_intake__a_group_shares_one_sync_and_one_commit(void **state)
{
    (void)state;
    struct vault_room room;
    vault_room_init(&room);
    assert_int_equal(vault_room_open(&room), 0);
    (void)steps_of_a_group(&room, 1, 1);
    uint64_t alone = steps_of_a_group(&room, 2, 1);
    uint64_t together = steps_of_a_group(&room, 3, INTAKE_GROUP_MAX);
    assert_true(alone >= 4);
    assert_true(together < 3 * alone);
    vault_room_release(&room);
}

static void test_intake__rows_without_their_shares_do_not_open(void **state)
{
    (void)state;
    struct vault_room room;
    struct bytes batch = { 0 };
    vault_room_init(&room);
    vault_room_seal(&room, values, VALUES, 1, &batch);
    assert_int_equal(vault_room_open(&room), 0);
    assert_true(vault_room_take(&room, bytes_str(&batch)));
    vault_room_kill(&room);
    /* A key store lost: no new one in its place. */
    assert_int_equal(fs_rename(room.keys, KEY_STORE_ROOTS, "aside"), 0);
    assert_int_equal(vault_room_open(&room), ERR_NOT_FOUND);
    /* One of an earlier day: slots would be given out twice. */
    assert_int_equal(fs_remove(room.keys, KEY_STORE_PAGES), 0);
    assert_int_equal(fs_rename(room.data, VALUE_TABLE_NAME, "aside.db"), 0);
    assert_int_equal(vault_room_open(&room), 0);
    vault_room_kill(&room);
    assert_int_equal(fs_rename(room.data, "aside.db", VALUE_TABLE_NAME), 0);
    assert_int_equal(vault_room_open(&room), ERR_CORRUPT);
    bytes_release(&batch);
    vault_room_release(&room);
}

static void copy_in(struct fs *from, struct fs *to, const char *name)
{
    struct bytes content = { 0 };
    assert_int_equal(fs_read_file(from, name, 1 << 20, &content), 0);
    assert_int_equal(fs_replace_file(to, name, bytes_str(&content), FILE_PRIVATE), 0);
    bytes_release(&content);
}

/* Files that the first version wrote, kept for good: 130 subjects, keys of one byte repeated. */
static void test_intake__files_of_the_first_version_open(void **state)
{
    (void)state;
    struct vault_room room;
    struct bytes batch = { 0 };
    char text[24];
    int fd;
    vault_room_init(&room);
    memset(room.secrets.vault, 0x22, 32);
    memset(room.ledger_secret, 0x33, 32);
    memset(room.secrets.intake, 0x44, 32);
    memset(room.secrets.custody, 0x66, 32);
    seal_public(room.secrets.vault, room.vault_public);
    seal_public(room.ledger_secret, room.ledger_public);
    assert_int_equal(file_real_open_dir("tests/golden/formats/vault-1", false, &fd), 0);
    struct fs *golden = fs_real_create(fd);
    copy_in(golden, room.keys, KEY_STORE_PAGES);
    copy_in(golden, room.keys, KEY_STORE_ROOTS);
    copy_in(golden, room.data, VALUE_TABLE_NAME);
    for (uint32_t i = 0; i < 131; i++) {
        (void)snprintf(text, sizeof(text), "value-%u", i);
        struct vault_room_value value = { i, i % 2 ? "$email" : "$name", text, i };
        assert_int_equal(vault_room_check(&room, &value), i < 130 ? 0 : ERR_NOT_FOUND);
    }
    /* Brought to this version, they can be looked up in, and have seen nothing of any ledger. */
    assert_int_equal(vault_room_open(&room), 0);
    for (uint32_t i = 0; i < 131; i++) {
        (void)snprintf(text, sizeof(text), "value-%u", i);
        struct vault_room_value value = { i, "", text, 0 };
        struct ref ref = vault_room_ref(&value), subject = vault_room_subject(i), found[2];
        uint32_t count = 9;
        assert_int_equal(value_table_find_holders(intake_table(room.intake), VAULT_ROOM_PROJECT,
                                                  &ref, 2, found, &count), 0);
        assert_int_equal(count, i < 130);
        assert_true(i == 130 || ref_equal(&found[0], &subject));
    }
    struct value_seen seen;
    uint32_t seen_count = 9;
    assert_int_equal(value_table_read_seen(intake_table(room.intake), 1, &seen, &seen_count), 0);
    assert_int_equal(seen_count, 0);
    vault_room_kill(&room);
    /* And are written on. */
    struct vault_room_value value = { 130, "$name", text, 130 };
    vault_room_seal(&room, &value, 1, 2, &batch);
    assert_int_equal(vault_room_open(&room), 0);
    assert_true(vault_room_take(&room, bytes_str(&batch)));
    vault_room_kill(&room);
    assert_int_equal(vault_room_check(&room, &value), 0);
    bytes_release(&batch);
    fs_destroy(golden);
    vault_room_release(&room);
}

/* ---- every failure -------------------------------------------------------------------------- */

enum { BATCHES = 14, PER_BATCH = 24, TEXTS = BATCHES * PER_BATCH };

/* Batches with new and known subjects, across the edge of a key page; sealed once. */
struct story {
    struct vault_room_value values[TEXTS];
    char texts[TEXTS][24];
    struct bytes batches[BATCHES];
};

static void tell(struct story *story, const struct vault_room *room)
{
    memset(story->batches, 0, sizeof(story->batches));
    for (uint32_t i = 0; i < TEXTS; i++) {
        (void)snprintf(story->texts[i], sizeof(story->texts[i]), "value-%u", i % 300);
        story->values[i] = (struct vault_room_value){
            i % 300 / 2, i % 2 ? "$email" : "$name", story->texts[i], (int64_t)(i * 7 % 500) };
    }
    for (uint32_t b = 0; b < BATCHES; b++)
        vault_room_seal(room, &story->values[b * PER_BATCH], PER_BATCH, b + 1, &story->batches[b]);
}

static void forget(struct story *story)
{
    for (int b = 0; b < BATCHES; b++)
        bytes_release(&story->batches[b]);
}

/* In groups of three. Bit b of the answer: batch b was stored. */
static uint32_t take_all(struct vault_room *room, const struct story *story)
{
    uint32_t stored = 0, group = 0;
    for (int b = 0; b < BATCHES; b++) {
        struct vault_stored answer;
        enum vault_refusal refusal;
        if (intake_add(room->intake, bytes_str(&story->batches[b]), &answer, &refusal))
            group |= 1u << b;
        else
            assert_int_equal(refusal, VAULT_REFUSAL_STOPPED);
        if (b % 3 < 2 && b + 1 < BATCHES)
            continue;
        if (intake_finish(room->intake) == 0)
            stored |= group;
        group = 0;
    }
    return stored;
}

/* How many values of stored batches cannot be opened to exactly what they were. */
static uint32_t missing(struct vault_room *room, const struct story *story, uint32_t stored)
{
    static struct vault_room_value some[TEXTS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < TEXTS; i++)
        if (stored & 1u << i / PER_BATCH)
            some[count++] = story->values[i];
    return vault_room_missing(room, some, count);
}

static uint64_t steps_of_the_story(void)
{
    struct vault_room room;
    static struct story story;
    vault_room_init(&room);
    tell(&story, &room);
    assert_int_equal(vault_room_open(&room), 0);
    assert_int_equal(take_all(&room, &story), (1u << BATCHES) - 1);
    uint64_t steps = disk_steps(room.disk);
    forget(&story);
    vault_room_release(&room);
    return steps;
}

/* The disk fails at that step; then the power. All of it is sent once more, as query does. */
static void stop_at(uint64_t step, bool kill_first)
{
    struct vault_room room;
    static struct story story;
    uint32_t stored = 0;
    vault_room_init(&room);
    tell(&story, &room);
    disk_fail_at(room.disk, step, step % 2 ? ERR_IO : ERR_FULL, step % 3 == 0);
    if (vault_room_open(&room) == 0) {
        stored = take_all(&room, &story);
        assert_true(intake_is_stopped(room.intake));
        disk_fail_at(room.disk, UINT64_MAX, 0, false);
        /* It stays stopped when the disk is well again. */
        assert_refused(&room, bytes_str(&story.batches[0]), VAULT_REFUSAL_STOPPED);
    }
    if (kill_first) {
        vault_room_kill(&room);
        assert_int_equal(vault_room_open(&room), 0);
        disk_fail_at(room.disk, step % 23, ERR_IO, false);
        stored |= take_all(&room, &story);
    }
    vault_room_crash(&room, step);
    if (stored)
        assert_int_equal(missing(&room, &story, stored), 0);
    assert_int_equal(vault_room_open(&room), 0);
    assert_int_equal(take_all(&room, &story), (1u << BATCHES) - 1);
    vault_room_crash(&room, step + 1);
    assert_int_equal(missing(&room, &story, (1u << BATCHES) - 1), 0);
    forget(&story);
    vault_room_release(&room);
}

static void test_intake__what_was_answered_outlives_a_failure_at_any_step(void **state)
{
    (void)state;
    uint64_t steps = steps_of_the_story();
    assert_true(steps > 100);
    for (uint64_t step = 0; step < steps; step++)
        stop_at(step, step % 4 == 3);
}

static int lost_without(const char *name)
{
    int lost = 0;
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct vault_room room;
        static struct story story;
        vault_room_init(&room);
        tell(&story, &room);
        assert_int_equal(vault_room_open(&room), 0);
        disk_skip_sync(room.disk, name);
        uint32_t stored = take_all(&room, &story);
        vault_room_crash(&room, seed);
        lost += missing(&room, &story, stored) > 0;
        forget(&story);
        vault_room_release(&room);
    }
    return lost;
}

static void test_intake__a_missing_sync_is_found(void **state)
{
    (void)state;
    assert_int_equal(lost_without("nothing"), 0);
    assert_true(lost_without(KEY_STORE_PAGES) > 2);
    assert_true(lost_without(VALUE_TABLE_NAME) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intake__two_locks_and_both_shares_give_the_value_back),
        cmocka_unit_test(test_intake__forged_and_malformed_batches_change_nothing),
        cmocka_unit_test(test_intake__a_repeated_batch_is_stored_and_changes_nothing),
        cmocka_unit_test(test_intake__order_does_not_matter),
        cmocka_unit_test(test_intake__a_group_shares_one_sync_and_one_commit),
        cmocka_unit_test(test_intake__rows_without_their_shares_do_not_open),
        cmocka_unit_test(test_intake__files_of_the_first_version_open),
        cmocka_unit_test(test_intake__what_was_answered_outlives_a_failure_at_any_step),
        cmocka_unit_test(test_intake__a_missing_sync_is_found),
    };
    return RUN(tests);
}
