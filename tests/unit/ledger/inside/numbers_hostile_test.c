/* A damaged index: a number that cannot be known is not given. */
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

/* The roots of the table and of its index, behind the schema's page. */
static void damage(struct fs *fs)
{
    uint8_t junk[2 * 4096];
    struct file *file = NULL;
    memset(junk, 0xee, sizeof(junk));
    assert_int_equal(fs_open(fs, NUMBERS_NAME, FILE_READ | FILE_WRITE, &file), 0);
    assert_int_equal(file_write_at(file, junk, sizeof(junk), 4096), 0);
    file_close(file);
}

static void test_numbers__none_is_given_twice_from_a_damaged_index(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct numbers *numbers;
    struct ref ref;
    assert_int_equal(numbers_open(fs, &numbers), 0);
    for (uint32_t i = 1; i <= 1000; i++) {
        ref = ref_of(i);
        assert_int_equal(numbers_give(numbers, 1, &ref), i);
    }
    assert_int_equal(numbers_flush(numbers, 44), 0);
    numbers_close(numbers);
    damage(fs);
    assert_int_equal(numbers_open(fs, &numbers), 0);
    ref = ref_of(2000);
    assert_int_equal(numbers_give(numbers, 1, &ref), 0);
    assert_int_not_equal(numbers_replay(numbers, 1, &ref, 7), 0);
    assert_int_equal(numbers_pending(numbers), 0);
    numbers_close(numbers);
    fs_destroy(fs);
    disk_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers__none_is_given_twice_from_a_damaged_index),
    };
    return RUN(tests);
}
