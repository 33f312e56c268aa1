#include "ledger/inside/numbers.h"

#include <string.h>

#include "base/err.h"
#include "support/disk.h"
#include "support/test.h"

static struct ref ref_of(uint32_t n)
{
    struct ref ref = { { 0xaa } };
    memcpy(ref.bytes + 8, &n, sizeof(n));
    return ref;
}

static uint32_t find(struct numbers *numbers, uint32_t log, uint32_t n)
{
    struct ref ref = ref_of(n);
    uint32_t number;
    assert_int_equal(numbers_find(numbers, log, &ref, &number), 0);
    return number;
}

static uint32_t give(struct numbers *numbers, uint32_t log, uint32_t n)
{
    struct ref ref = ref_of(n);
    return numbers_give(numbers, log, &ref);
}

static void test_numbers__each_log_counts_for_itself(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct numbers *numbers;
    assert_int_equal(numbers_open(fs, &numbers), 0);
    assert_int_equal(find(numbers, 1, 7), 0);
    assert_int_equal(give(numbers, 1, 7), 1);
    assert_int_equal(give(numbers, 1, 8), 2);
    assert_int_equal(give(numbers, 2, 7), 1);
    assert_int_equal(find(numbers, 1, 7), 1);
    assert_int_equal(find(numbers, 2, 8), 0);
    assert_int_equal(numbers_pending(numbers), 3);
    numbers_close(numbers);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void test_numbers__what_is_flushed_stays(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct numbers *numbers;
    struct ref out, wanted = ref_of(8);
    assert_int_equal(numbers_open(fs, &numbers), 0);
    assert_int_equal(numbers_position(numbers), 0);
    (void)give(numbers, 1, 7);
    (void)give(numbers, 1, 8);
    assert_int_equal(numbers_flush(numbers, 44), 0);
    assert_int_equal(numbers_pending(numbers), 0);
    (void)give(numbers, 1, 9); /* not flushed: the journal has it */
    numbers_close(numbers);
    assert_int_equal(numbers_open(fs, &numbers), 0);
    assert_int_equal(numbers_position(numbers), 44);
    assert_int_equal(find(numbers, 1, 8), 2);
    assert_int_equal(find(numbers, 1, 9), 0);
    assert_int_equal(numbers_ref(numbers, 1, 2, &out), 0);
    assert_true(ref_equal(&out, &wanted));
    assert_int_equal(numbers_ref(numbers, 1, 3, &out), ERR_NOT_FOUND);
    numbers_close(numbers);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* From the journal: no number is given twice, whether it stood in the index already or not. */
static void test_numbers__replayed_numbers_are_not_given_again(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct numbers *numbers;
    struct ref seven = ref_of(7), nine = ref_of(9), out;
    assert_int_equal(numbers_open(fs, &numbers), 0);
    assert_int_equal(give(numbers, 1, 7), 1);
    assert_int_equal(numbers_flush(numbers, 1), 0);
    numbers_close(numbers);
    assert_int_equal(numbers_open(fs, &numbers), 0);
    numbers_replay(numbers, 1, &seven, 1);
    numbers_replay(numbers, 1, &nine, 5);
    assert_int_equal(find(numbers, 1, 9), 5);
    assert_int_equal(numbers_ref(numbers, 1, 5, &out), 0);
    assert_true(ref_equal(&out, &nine));
    assert_int_equal(give(numbers, 1, 10), 6);
    assert_int_equal(numbers_flush(numbers, 3), 0);
    assert_int_equal(find(numbers, 1, 7), 1);
    assert_int_equal(find(numbers, 1, 9), 5);
    assert_int_equal(find(numbers, 1, 10), 6);
    numbers_close(numbers);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void test_numbers__a_failed_flush_changes_nothing(void **state)
{
    (void)state;
    uint32_t failures = 0;
    for (uint64_t at = 0;; at++) {
        struct disk *disk = disk_create();
        struct fs *fs = disk_fs(disk);
        struct numbers *numbers;
        assert_int_equal(numbers_open(fs, &numbers), 0);
        (void)give(numbers, 1, 7);
        assert_int_equal(numbers_flush(numbers, 1), 0);
        (void)give(numbers, 1, 8);
        disk_fail_at(disk, at, ERR_IO, true);
        int r = numbers_flush(numbers, 2);
        failures += r != 0;
        numbers_close(numbers);
        disk_crash(disk, at);
        assert_int_equal(numbers_open(fs, &numbers), 0);
        /* The journal replays what lies behind the position: there may be more, never less. */
        uint64_t position = numbers_position(numbers);
        assert_true(position == 2 || (position == 1 && r != 0));
        assert_int_equal(find(numbers, 1, 7), 1);
        assert_int_equal(find(numbers, 1, 8), position == 2 ? 2 : 0);
        numbers_close(numbers);
        fs_destroy(fs);
        disk_destroy(disk);
        if (r == 0)
            break;
    }
    assert_true(failures > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers__each_log_counts_for_itself),
        cmocka_unit_test(test_numbers__what_is_flushed_stays),
        cmocka_unit_test(test_numbers__replayed_numbers_are_not_given_again),
        cmocka_unit_test(test_numbers__a_failed_flush_changes_nothing),
    };
    return RUN(tests);
}
