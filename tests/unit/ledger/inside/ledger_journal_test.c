#include "ledger/inside/ledger_journal.h"

#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "support/disk.h"
#include "support/test.h"

struct seen {
    uint32_t count;
    uint64_t sum;
    struct ledger_journal_place last;
};

static int note(void *ctx, const struct ledger_journal_record *record,
                struct ledger_journal_place place)
{
    struct seen *seen = ctx;
    seen->last = place;
    seen->count++;
    seen->sum = seen->sum * 31 + record->log + record->entry[3] + record->blob.len +
                (record->blob.len ? (uint8_t)record->blob.ptr[0] : 0);
    return 0;
}

static void add(struct ledger_journal *journal, uint8_t n, size_t blob_len)
{
    struct ledger_journal_record record = { .log = n };
    struct bytes blob = { 0 };
    memset(bytes_grow(&blob, blob_len), n, blob_len);
    record.entry[3] = n;
    record.blob = bytes_str(&blob);
    ledger_journal_add(journal, &record);
    bytes_release(&blob);
}

static struct seen reopen(struct fs *fs, int expected)
{
    struct ledger_journal *journal = NULL;
    struct seen seen = { 0 };
    assert_int_equal(ledger_journal_open(fs, 4096, note, &seen, &journal), expected);
    if (expected == 0)
        ledger_journal_close(journal);
    return seen;
}

static void test_ledger_journal__what_was_synced_comes_back_in_order(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct ledger_journal *journal;
    struct seen first = { 0 }, nothing = { 0 };
    assert_int_equal(ledger_journal_open(fs, 4096, note, &nothing, &journal), 0);
    assert_int_equal(nothing.count, 0);
    for (uint8_t n = 1; n <= 40; n++) {
        add(journal, n, n * 20);
        if (n % 3 == 0)
            assert_int_equal(ledger_journal_sync(journal), 0);
    }
    assert_int_equal(ledger_journal_pending(journal), 1);
    ledger_journal_close(journal); /* the fortieth was never synced */
    first = reopen(fs, 0);
    assert_int_equal(first.count, 39);
    struct seen again = reopen(fs, 0);
    assert_int_equal(again.sum, first.sum);
    struct ledger_journal_record record;
    struct bytes buf = { 0 };
    assert_int_equal(ledger_journal_open(fs, 4096, note, &nothing, &journal), 0);
    assert_int_equal(ledger_journal_read(journal, first.last, &buf, &record), 0);
    assert_int_equal(record.entry[3], 39);
    assert_int_equal(record.blob.len, 39 * 20);
    first.last.at += 512;
    assert_int_equal(ledger_journal_read(journal, first.last, &buf, &record), ERR_CORRUPT);
    ledger_journal_close(journal);
    bytes_release(&buf);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void test_ledger_journal__a_failed_sync_stops_it_for_good(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct ledger_journal *journal;
    struct seen seen = { 0 };
    assert_int_equal(ledger_journal_open(fs, 0, note, &seen, &journal), 0);
    add(journal, 1, 100);
    assert_int_equal(ledger_journal_sync(journal), 0);
    disk_fail_at(disk, 1, ERR_IO, true); /* the sync after the write */
    add(journal, 2, 100);
    assert_int_equal(ledger_journal_sync(journal), ERR_IO);
    assert_true(ledger_journal_is_stopped(journal));
    add(journal, 3, 100);
    assert_int_equal(ledger_journal_sync(journal), ERR_IO);
    ledger_journal_close(journal);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void test_ledger_journal__damage_in_the_middle_is_no_torn_end(void **state)
{
    (void)state;
    for (int last = 0; last < 2; last++) {
        struct disk *disk = disk_create();
        struct fs *fs = disk_fs(disk);
        struct ledger_journal *journal;
        struct seen seen = { 0 };
        assert_int_equal(ledger_journal_open(fs, 0, note, &seen, &journal), 0);
        for (uint8_t n = 1; n <= 3; n++) {
            add(journal, n, 100);
            assert_int_equal(ledger_journal_sync(journal), 0);
        }
        ledger_journal_close(journal);
        assert_true(disk_flip(disk, "journal-0000000000000001", last ? 512 * 3 + 60 : 512 + 60));
        seen = reopen(fs, last ? 0 : ERR_CORRUPT);
        if (last)
            assert_int_equal(seen.count, 2);
        fs_destroy(fs);
        disk_destroy(disk);
    }
}

static void test_ledger_journal__a_missing_file_is_damage(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct ledger_journal *journal;
    struct seen seen = { 0 };
    assert_int_equal(ledger_journal_open(fs, 2048, note, &seen, &journal), 0);
    for (uint8_t n = 1; n <= 12; n++) {
        add(journal, n, 400);
        assert_int_equal(ledger_journal_sync(journal), 0);
    }
    ledger_journal_close(journal);
    assert_int_equal(fs_remove(fs, "journal-0000000000000002"), 0);
    (void)reopen(fs, ERR_CORRUPT);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* Files of three groups each: damage where one ends and the next begins is no torn end either. */
static void test_ledger_journal__damage_where_files_meet(void **state)
{
    (void)state;
    static const struct { const char *file; uint64_t at; uint8_t groups; } cases[] = {
        { "journal-0000000000000001", 1536 + 60, 3 },   /* the torn end */
        { "journal-0000000000000001", 1536 + 60, 4 },
        { "journal-0000000000000001", 1536 + 60, 5 },
        { "journal-0000000000000001", 2048 + 5, 5 },    /* among the zeros behind */
        { "journal-0000000000000001", 20 * 512 + 5, 5 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct disk *disk = disk_create();
        struct fs *fs = disk_fs(disk);
        struct ledger_journal *journal;
        struct seen seen = { 0 };
        assert_int_equal(ledger_journal_open(fs, 2048, note, &seen, &journal), 0);
        for (uint8_t n = 1; n <= cases[i].groups; n++) {
            add(journal, n, 100);
            assert_int_equal(ledger_journal_sync(journal), 0);
        }
        ledger_journal_close(journal);
        assert_int_equal(reopen(fs, 0).count, cases[i].groups);
        assert_true(disk_flip(disk, cases[i].file, cases[i].at));
        (void)reopen(fs, cases[i].groups == 3 ? 0 : ERR_CORRUPT);
        fs_destroy(fs);
        disk_destroy(disk);
    }
}

static int dislike(void *ctx, const struct ledger_journal_record *record,
                   struct ledger_journal_place place)
{
    (void)ctx, (void)place;
    return record->log == 2 ? ERR_INVALID : 0;
}

/* A record that is whole and means nothing to its reader must not be cut off as a torn end. */
static void test_ledger_journal__what_is_not_understood_stops_the_opening(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct ledger_journal *journal = NULL;
    struct seen seen = { 0 };
    assert_int_equal(ledger_journal_open(fs, 0, note, &seen, &journal), 0);
    for (uint8_t n = 1; n <= 2; n++) {
        add(journal, n, 100);
        assert_int_equal(ledger_journal_sync(journal), 0);
    }
    ledger_journal_close(journal);
    journal = NULL;
    assert_int_equal(ledger_journal_open(fs, 0, dislike, NULL, &journal), ERR_CORRUPT);
    assert_null(journal);
    assert_int_equal(reopen(fs, 0).count, 2);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* The power fails at every step of a workload, in eight ways each: what a sync answered is there. */
static void test_ledger_journal__power_fails_anywhere(void **state)
{
    (void)state;
    uint32_t points = 0;
    for (uint64_t at = 0;; at++) {
        bool is_over = false;
        for (uint64_t seed = 0; seed < 8; seed++) {
            struct disk *disk = disk_create();
            struct fs *fs = disk_fs(disk);
            struct ledger_journal *journal = NULL;
            struct seen seen = { 0 };
            uint32_t synced = 0;
            disk_fail_at(disk, at, ERR_IO, false);
            int r = ledger_journal_open(fs, 2048, note, &seen, &journal);
            for (uint8_t n = 1; n <= 12 && r == 0; n++) {
                add(journal, n, n * 60);
                if (n % 2 == 0 && (r = ledger_journal_sync(journal)) == 0)
                    synced = n;
            }
            is_over = r == 0;
            ledger_journal_close(journal);
            disk_fail_at(disk, UINT64_MAX, ERR_IO, false);
            disk_crash(disk, seed);
            memset(&seen, 0, sizeof(seen));
            assert_int_equal(ledger_journal_open(fs, 2048, note, &seen, &journal), 0);
            assert_true(seen.count >= synced && seen.count <= synced + 2);
            add(journal, 99, 10);
            assert_int_equal(ledger_journal_sync(journal), 0);
            ledger_journal_close(journal);
            uint32_t count = seen.count;
            seen = reopen(fs, 0);
            assert_int_equal(seen.count, count + 1);
            fs_destroy(fs);
            disk_destroy(disk);
            points++;
        }
        if (is_over)
            break;
    }
    print_message("%u crash points of the journal\n", points);
    assert_true(points > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger_journal__what_was_synced_comes_back_in_order),
        cmocka_unit_test(test_ledger_journal__a_failed_sync_stops_it_for_good),
        cmocka_unit_test(test_ledger_journal__damage_in_the_middle_is_no_torn_end),
        cmocka_unit_test(test_ledger_journal__a_missing_file_is_damage),
        cmocka_unit_test(test_ledger_journal__damage_where_files_meet),
        cmocka_unit_test(test_ledger_journal__what_is_not_understood_stops_the_opening),
        cmocka_unit_test(test_ledger_journal__power_fails_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
