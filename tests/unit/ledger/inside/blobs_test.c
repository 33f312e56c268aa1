#include "ledger/inside/blobs.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "support/disk.h"
#include "support/test.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static const uint32_t numbers[] = { 3, 70000, 70001 };

static void make_entry(uint64_t sequence, int64_t time_ms, uint8_t out[ENTRY_BYTES])
{
    struct entry entry = { .kind = 1, .verdict = ENTRY_RELEASED, .time_ms = time_ms,
                           .sequence = sequence, .persons = 3 };
    entry_encode(&entry, out);
}

static void seal(struct blobs *blobs, uint32_t log, const uint8_t entry[ENTRY_BYTES],
                 struct bytes *out)
{
    static const struct blobs_given given[] = { { { { 9, 8 } }, 70001 } };
    struct blob blob = { .given = given, .given_count = 1 };
    memset(blob.sections.secret, 0x66, sizeof(blob.sections.secret));
    blob.sections.sections[0] = STR("principal 12\n");
    blob.sections.sections[7] = STR("");
    blob.sections.numbers = numbers;
    blob.sections.number_count = 3;
    blobs_seal(blobs, log, entry, &blob, out);
}

static void test_blobs__what_is_sealed_opens(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct blobs *blobs = blobs_create(fs);
    struct bytes sealed = { 0 };
    struct arena arena;
    struct blob out;
    uint8_t entry[ENTRY_BYTES], secret[32];
    arena_init(&arena, 0);
    make_entry(5, 20000 * DAY_MS + 7, entry);
    memset(secret, 0x66, sizeof(secret));
    assert_int_equal(blobs_prepare(blobs, 1, 20000 * DAY_MS), 0);
    seal(blobs, 1, entry, &sealed);
    blobs_destroy(blobs);
    blobs = blobs_create(fs); /* the key is read from its file */
    assert_int_equal(blobs_open(blobs, 1, entry, bytes_str(&sealed), &arena, &out), 0);
    assert_memory_equal(out.sections.secret, secret, 32);
    assert_str(out.sections.sections[0], "principal 12\n");
    assert_int_equal(out.sections.sections[1].len, 0);
    assert_int_equal(out.sections.number_count, 3);
    assert_memory_equal(out.sections.numbers, numbers, sizeof(numbers));
    assert_int_equal(out.given_count, 1);
    assert_int_equal(out.given[0].number, 70001);
    assert_int_equal(out.given[0].ref.bytes[1], 8);
    arena_wipe(&arena);
    bytes_release(&sealed);
    blobs_destroy(blobs);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void test_blobs__it_is_bound_to_its_entry_and_log(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct blobs *blobs = blobs_create(fs);
    struct bytes sealed = { 0 };
    struct arena arena;
    struct blob out;
    uint8_t entry[ENTRY_BYTES], other[ENTRY_BYTES];
    arena_init(&arena, 0);
    make_entry(5, 20000 * DAY_MS, entry);
    make_entry(6, 20000 * DAY_MS, other);
    assert_int_equal(blobs_prepare(blobs, 1, 20000 * DAY_MS), 0);
    assert_int_equal(blobs_prepare(blobs, 2, 20000 * DAY_MS), 0);
    seal(blobs, 1, entry, &sealed);
    assert_int_equal(blobs_open(blobs, 1, other, bytes_str(&sealed), &arena, &out), ERR_CRYPTO);
    assert_int_equal(blobs_open(blobs, 2, entry, bytes_str(&sealed), &arena, &out), ERR_CRYPTO);
    for (size_t i = 0; i < sealed.len; i += 11) {
        sealed.ptr[i] ^= 4;
        assert_int_equal(blobs_open(blobs, 1, entry, bytes_str(&sealed), &arena, &out),
                         ERR_CRYPTO);
        sealed.ptr[i] ^= 4;
    }
    assert_int_equal(blobs_open(blobs, 1, entry, str_of(sealed.ptr, 30), &arena, &out),
                     ERR_CRYPTO);
    arena_wipe(&arena);
    bytes_release(&sealed);
    blobs_destroy(blobs);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* Whoever destroys a day's key makes that day unreadable, and no other. */
static void test_blobs__without_the_days_key_it_is_gone(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct blobs *blobs = blobs_create(fs);
    struct bytes first = { 0 }, second = { 0 };
    struct arena arena;
    struct blob out;
    uint8_t one[ENTRY_BYTES], two[ENTRY_BYTES];
    arena_init(&arena, 0);
    make_entry(5, 20000 * DAY_MS, one);
    make_entry(6, 20001 * DAY_MS - 1, two);
    assert_int_equal(blobs_prepare(blobs, 1, 20000 * DAY_MS), 0);
    seal(blobs, 1, one, &first);
    seal(blobs, 1, two, &second);
    make_entry(7, 20001 * DAY_MS, two);
    assert_int_equal(blobs_prepare(blobs, 1, 20001 * DAY_MS), 0);
    bytes_reset(&second);
    seal(blobs, 1, two, &second);
    blobs_destroy(blobs);
    assert_int_equal(fs_remove(fs, "day-1-20000.key"), 0);
    blobs = blobs_create(fs);
    assert_int_equal(blobs_open(blobs, 1, one, bytes_str(&first), &arena, &out), ERR_NOT_FOUND);
    assert_int_equal(blobs_open(blobs, 1, two, bytes_str(&second), &arena, &out), 0);
    arena_wipe(&arena);
    bytes_release(&first);
    bytes_release(&second);
    blobs_destroy(blobs);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* More days than are kept in memory. */
static void test_blobs__many_days(void **state)
{
    (void)state;
    enum { DAYS = 150 };
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct blobs *blobs = blobs_create(fs);
    static struct bytes sealed[DAYS];
    struct arena arena;
    struct blob out;
    uint8_t entry[ENTRY_BYTES];
    arena_init(&arena, 0);
    for (int i = 0; i < DAYS; i++) {
        make_entry((uint64_t)i, (20000 + i) * DAY_MS, entry);
        assert_int_equal(blobs_prepare(blobs, 1, (20000 + i) * DAY_MS), 0);
        bytes_reset(&sealed[i]);
        seal(blobs, 1, entry, &sealed[i]);
    }
    for (int i = 0; i < DAYS; i++) {
        make_entry((uint64_t)i, (20000 + i) * DAY_MS, entry);
        assert_int_equal(blobs_open(blobs, 1, entry, bytes_str(&sealed[i]), &arena, &out), 0);
        bytes_release(&sealed[i]);
    }
    arena_wipe(&arena);
    blobs_destroy(blobs);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* The key of a blob that was sealed is on disk: wherever the power failed. */
static void test_blobs__a_key_is_durable_before_its_use(void **state)
{
    (void)state;
    uint32_t used = 0, points = 0;
    for (uint64_t at = 0; at < 14; at++)
        for (uint64_t seed = 0; seed < 16; seed++) {
            struct disk *disk = disk_create();
            struct fs *fs = disk_fs(disk);
            struct blobs *blobs = blobs_create(fs);
            struct bytes sealed = { 0 };
            struct arena arena;
            struct blob out;
            uint8_t entry[ENTRY_BYTES];
            arena_init(&arena, 0);
            make_entry(5, 20000 * DAY_MS, entry);
            disk_fail_at(disk, at, ERR_IO, false);
            int r = blobs_prepare(blobs, 1, 20000 * DAY_MS);
            disk_fail_at(disk, UINT64_MAX, ERR_IO, false);
            if (seed % 2) {
                /* Killed there; another process goes on, and then the power fails. */
                blobs_destroy(blobs);
                blobs = blobs_create(fs);
                r = blobs_prepare(blobs, 1, 20000 * DAY_MS);
                assert_int_equal(r, 0);
            }
            if (r == 0)
                seal(blobs, 1, entry, &sealed);
            blobs_destroy(blobs);
            disk_crash(disk, seed);
            blobs = blobs_create(fs);
            if (r == 0)
                assert_int_equal(blobs_open(blobs, 1, entry, bytes_str(&sealed), &arena, &out),
                                 0);
            used += r == 0;
            points++;
            arena_wipe(&arena);
            bytes_release(&sealed);
            blobs_destroy(blobs);
            fs_destroy(fs);
            disk_destroy(disk);
        }
    print_message("%u crash points of day keys\n", points);
    assert_true(used > points / 2 && used < points);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blobs__what_is_sealed_opens),
        cmocka_unit_test(test_blobs__it_is_bound_to_its_entry_and_log),
        cmocka_unit_test(test_blobs__without_the_days_key_it_is_gone),
        cmocka_unit_test(test_blobs__many_days),
        cmocka_unit_test(test_blobs__a_key_is_durable_before_its_use),
    };
    crypto_init();
    return RUN(tests);
}
