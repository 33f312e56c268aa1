/* vault/inside/key_store: shares come back after growing, reopening, tearing and losing power at
 * every step; damage is found, never taken for a young store. */
#include "vault/inside/key_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/rand.h"
#include "crypto/random.h"
#include "support/disk.h"
#include "support/test.h"
#include "vault/inside/key_page.h"

static const uint8_t custody[32] = { 1, 2, 3 };

/* A store on a disk of its own, and what a plain table remembers of it. */
struct shelf {
    struct disk *disk;
    struct fs *fs;
    struct key_store *store;
    uint64_t *marks;        /* a hash of each share that was synced */
    uint64_t synced;        /* slots that a sync confirmed */
    uint64_t count;         /* slots given out */
    uint64_t cap;
};

static void shelf_open(struct shelf *shelf)
{
    crypto_init();
    *shelf = (struct shelf){ .disk = disk_create() };
    shelf->fs = disk_fs(shelf->disk);
}

static void shelf_close(struct shelf *shelf)
{
    key_store_close(shelf->store);
    fs_destroy(shelf->fs);
    disk_destroy(shelf->disk);
    free(shelf->marks);
}

static int load(struct shelf *shelf)
{
    key_store_close(shelf->store);
    shelf->store = NULL;
    int r = key_store_open(shelf->fs, custody, shelf->synced == 0, &shelf->store);
    if (r == 0)
        shelf->count = key_store_count(shelf->store);
    return r;
}

/* Adds n shares and syncs after every `group`. */
static int fill(struct shelf *shelf, uint64_t n, uint64_t group)
{
    int r = 0;
    for (uint64_t i = 0; i < n && r == 0; i++) {
        uint8_t share[32];
        uint64_t slot;
        r = key_store_add(shelf->store, share, &slot);
        if (r != 0)
            break;
        assert_true(slot == shelf->count);
        if (slot >= shelf->cap) {
            shelf->cap = shelf->cap ? shelf->cap * 2 : 1024;
            shelf->marks = realloc(shelf->marks, shelf->cap * sizeof(*shelf->marks));
            assert_non_null(shelf->marks);
        }
        shelf->marks[shelf->count++] = hash_64(share, 32);
        if ((i + 1) % group == 0 || i + 1 == n)
            r = key_store_sync(shelf->store);
        if (r == 0 && key_store_pending(shelf->store) == 0)
            shelf->synced = shelf->count;
    }
    return r;
}

/* How many of the synced shares are not what they were. */
static uint64_t lost(struct shelf *shelf, uint64_t stride)
{
    uint64_t n = 0;
    for (uint64_t slot = 0; slot < shelf->synced; slot += stride) {
        uint8_t share[32];
        n += key_store_read(shelf->store, slot, share) != 0 ||
             hash_64(share, 32) != shelf->marks[slot];
    }
    return n;
}

static void test_key_store__page_numbers_have_no_holes_and_no_doubles(void **state)
{
    (void)state;
    enum { LEAVES = 120 * 120 + 241 };
    static uint8_t taken[LEAVES * 2];
    uint64_t pages = key_store_page_count(LEAVES), number;
    for (uint64_t i = 0; i < LEAVES; i++)
        taken[key_store_page_number(0, i)]++;
    for (uint64_t i = 0; i < (LEAVES + 119) / 120; i++)
        taken[key_store_page_number(1, i)]++;
    for (uint64_t i = 0; i < 2; i++)
        taken[key_store_page_number(2, i)]++;
    taken[key_store_page_number(3, 0)]++;
    for (number = 0; taken[number]; number++)
        assert_int_equal(taken[number], 1);
    assert_int_equal(number, pages);
    /* As wall.md 4 counts them. */
    assert_int_equal(key_store_page_count(83334), 83334 + 695 + 6 + 1);
    assert_int_equal(key_store_page_count(1), 1);
    assert_int_equal(key_store_page_count(2), 3);
}

static void test_key_store__grows_by_levels_and_moves_nothing(void **state)
{
    (void)state;
    struct shelf shelf;
    shelf_open(&shelf);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(key_store_count(shelf.store), 0);
    /* 1, 2 and 3 levels; and over the edge of a page at each. */
    assert_int_equal(fill(&shelf, 119, 7), 0);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(fill(&shelf, 1, 1), 0);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(key_store_count(shelf.store), 120);
    assert_int_equal(fill(&shelf, 2, 1), 0);
    assert_int_equal(fill(&shelf, 14279, 5000), 0);
    assert_int_equal(lost(&shelf, 1), 0);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(key_store_count(shelf.store), 14401);
    assert_int_equal(lost(&shelf, 1), 0);
    /* A new subject writes one page, also now. */
    uint64_t steps = disk_steps(shelf.disk);
    assert_int_equal(fill(&shelf, 1, 1), 0);
    assert_int_equal(disk_steps(shelf.disk) - steps, 2);
    shelf_close(&shelf);
}

static void test_key_store__gives_out_what_was_given_and_no_more(void **state)
{
    (void)state;
    struct shelf shelf;
    uint8_t share[32], again[32];
    uint64_t slot;
    shelf_open(&shelf);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(key_store_read(shelf.store, 0, share), ERR_NOT_FOUND);
    assert_int_equal(key_store_add(shelf.store, share, &slot), 0);
    assert_int_equal(key_store_pending(shelf.store), 1);
    assert_int_equal(key_store_read(shelf.store, slot, again), 0);
    assert_memory_equal(share, again, 32);
    assert_int_equal(key_store_read(shelf.store, UINT64_MAX, again), ERR_NOT_FOUND);
    /* Not synced, so not there. */
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(key_store_count(shelf.store), 0);
    shelf_close(&shelf);
}

static void test_key_store__other_secrets_and_lost_files_are_errors(void **state)
{
    (void)state;
    const uint8_t other[32] = { 9 };
    struct shelf shelf;
    struct key_store *store;
    shelf_open(&shelf);
    assert_int_equal(key_store_open(shelf.fs, custody, false, &store), ERR_NOT_FOUND);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(fill(&shelf, 500, 100), 0);
    assert_int_equal(key_store_open(shelf.fs, other, true, &store), ERR_CRYPTO);
    assert_int_equal(fs_rename(shelf.fs, KEY_STORE_PAGES, "aside"), 0);
    assert_int_equal(key_store_open(shelf.fs, custody, true, &store), ERR_CORRUPT);
    assert_int_equal(fs_rename(shelf.fs, "aside", KEY_STORE_PAGES), 0);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(lost(&shelf, 1), 0);
    shelf_close(&shelf);
}

static void test_key_store__either_root_slot_is_enough_and_the_other_is_mended(void **state)
{
    (void)state;
    struct shelf shelf;
    shelf_open(&shelf);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(fill(&shelf, 300, 50), 0);
    for (uint64_t slot = 0; slot < 2; slot++) {
        assert_true(disk_flip(shelf.disk, KEY_STORE_ROOTS, slot * KEY_PAGE_BYTES + 40));
        assert_int_equal(load(&shelf), 0);
        assert_int_equal(lost(&shelf, 1), 0);
    }
    assert_true(disk_flip(shelf.disk, KEY_STORE_ROOTS, 40));
    assert_true(disk_flip(shelf.disk, KEY_STORE_ROOTS, KEY_PAGE_BYTES + 40));
    assert_int_equal(load(&shelf), ERR_CORRUPT);
    shelf_close(&shelf);
}

static void test_key_store__a_torn_page_falls_back_to_its_older_copy(void **state)
{
    (void)state;
    struct shelf shelf;
    shelf_open(&shelf);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(fill(&shelf, 3, 1), 0);
    /* Generations 1 to 4 of page 0: the fourth lies in the second place. */
    assert_true(disk_flip(shelf.disk, KEY_STORE_PAGES, KEY_PAGE_BYTES + 100));
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(key_store_count(shelf.store), 2);
    shelf.synced = 2;
    assert_int_equal(lost(&shelf, 1), 0);
    /* The next write goes over the torn one. */
    assert_int_equal(fill(&shelf, 1, 1), 0);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(lost(&shelf, 1), 0);
    assert_true(disk_flip(shelf.disk, KEY_STORE_PAGES, 100));
    assert_true(disk_flip(shelf.disk, KEY_STORE_PAGES, KEY_PAGE_BYTES + 100));
    assert_int_equal(load(&shelf), ERR_CORRUPT);
    shelf_close(&shelf);
}

/* ---- failing and losing power --------------------------------------------------------------- */

/* Slowly through both edges where the tree rises a level, and through one where only a leaf comes:
 * there no root slot holds the crash back, and the order of the syncs must. */
static int run(struct shelf *shelf)
{
    int r = load(shelf);
    if (r == 0)
        r = fill(shelf, 118, 118);
    if (r == 0)
        r = fill(shelf, 5, 1);
    if (r == 0)
        r = fill(shelf, 114, 114);
    if (r == 0)
        r = fill(shelf, 6, 2);
    if (r == 0)
        r = fill(shelf, 14150, 14150);
    if (r == 0)
        r = fill(shelf, 12, 2);
    return r;
}

static uint64_t steps_of_a_run(void)
{
    struct shelf shelf;
    shelf_open(&shelf);
    assert_int_equal(run(&shelf), 0);
    uint64_t steps = disk_steps(shelf.disk);
    shelf_close(&shelf);
    return steps;
}

static void stop_at(uint64_t step, uint64_t seed)
{
    struct shelf shelf;
    shelf_open(&shelf);
    disk_fail_at(shelf.disk, step, step % 2 ? ERR_IO : ERR_FULL, step % 3 == 0);
    int r = run(&shelf);
    assert_true(r == ERR_IO || r == ERR_FULL);
    if (shelf.store) {
        uint8_t share[32];
        uint64_t slot;
        assert_int_equal(key_store_add(shelf.store, share, &slot), ERR_IO);
        assert_int_equal(key_store_sync(shelf.store), ERR_IO);
        assert_int_equal(key_store_read(shelf.store, 0, share), ERR_IO);
    }
    disk_crash(shelf.disk, step ^ seed << 32);
    assert_int_equal(load(&shelf), 0);
    assert_true(key_store_count(shelf.store) >= shelf.synced);
    assert_int_equal(lost(&shelf, 3), 0);
    /* And it goes on from there, past the same edges. */
    assert_int_equal(fill(&shelf, 250, 50), 0);
    assert_int_equal(load(&shelf), 0);
    assert_int_equal(lost(&shelf, 3), 0);
    shelf_close(&shelf);
}

static void test_key_store__nothing_synced_is_lost_at_any_step(void **state)
{
    (void)state;
    uint64_t steps = steps_of_a_run();
    assert_true(steps > 150);
    /* Every step of the edges; of the long row of leaves between them, some. */
    for (uint64_t step = 0; step < steps; step += step > 50 && step + 50 < steps ? 11 : 1)
        for (uint64_t seed = 0; seed < 8; seed++)
            stop_at(step, seed);
}

/* Killed between write and sync: the page cache has what the disk has not. Whoever opens next must
 * not take it for lasting and write over the older copy. */
static void test_key_store__what_a_killed_process_wrote_is_not_believed_unsynced(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct shelf shelf;
        shelf_open(&shelf);
        assert_int_equal(load(&shelf), 0);
        assert_int_equal(fill(&shelf, 130 + seed % 3, 60), 0);
        /* The next step is the write of the leaf, the one after it the sync: that one fails. */
        disk_fail_at(shelf.disk, 1, ERR_IO, false);
        assert_int_equal(fill(&shelf, 1, 1), ERR_IO);
        disk_fail_at(shelf.disk, UINT64_MAX, 0, false);
        assert_int_equal(load(&shelf), 0);
        disk_fail_at(shelf.disk, 1, ERR_IO, false);
        assert_int_equal(fill(&shelf, 1, 1), ERR_IO);
        disk_crash(shelf.disk, seed);
        assert_int_equal(load(&shelf), 0);
        assert_int_equal(lost(&shelf, 1), 0);
        shelf_close(&shelf);
    }
}

static void test_key_store__a_missing_sync_is_found(void **state)
{
    (void)state;
    uint64_t bad = 0;
    for (uint64_t seed = 0; seed < 32; seed++) {
        struct shelf shelf;
        shelf_open(&shelf);
        assert_int_equal(load(&shelf), 0);
        disk_skip_sync(shelf.disk, KEY_STORE_PAGES);
        assert_int_equal(fill(&shelf, 400, 10), 0);
        disk_crash(shelf.disk, seed);
        bad += load(&shelf) != 0 || lost(&shelf, 1) > 0;
        shelf_close(&shelf);
    }
    assert_true(bad > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_store__page_numbers_have_no_holes_and_no_doubles),
        cmocka_unit_test(test_key_store__grows_by_levels_and_moves_nothing),
        cmocka_unit_test(test_key_store__gives_out_what_was_given_and_no_more),
        cmocka_unit_test(test_key_store__other_secrets_and_lost_files_are_errors),
        cmocka_unit_test(test_key_store__either_root_slot_is_enough_and_the_other_is_mended),
        cmocka_unit_test(test_key_store__a_torn_page_falls_back_to_its_older_copy),
        cmocka_unit_test(test_key_store__nothing_synced_is_lost_at_any_step),
        cmocka_unit_test(test_key_store__what_a_killed_process_wrote_is_not_believed_unsynced),
        cmocka_unit_test(test_key_store__a_missing_sync_is_found),
    };
    return RUN(tests);
}
