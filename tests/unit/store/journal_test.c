/* store/journal: what was appended comes back in order; what is not listed is cut off; any flipped
 * bit is found. */
#include "store/journal.h"

#include "base/err.h"
#include "support/file_fault.h"
#include "support/test.h"

struct seen { int count; char first[8]; };

static int on_frame(void *ctx, struct str payload)
{
    struct seen *seen = ctx;
    seen->first[seen->count++] = payload.len ? payload.ptr[0] : '-';
    return 0;
}

static int refuse(void *ctx, struct str payload)
{
    (void)ctx;
    (void)payload;
    return ERR_CORRUPT;
}

static struct journal written(struct fs *fs)
{
    struct journal journal;
    assert_int_equal(journal_create(fs, 7, &journal), 0);
    assert_int_equal(journal_append(&journal, STR("abc")), 0);
    assert_int_equal(journal_append(&journal, STR("")), 0);
    assert_int_equal(journal_append(&journal, STR("xyz")), 0);
    assert_int_equal(journal_sync(&journal), 0);
    journal_close(&journal);
    return journal;
}

static void test_journal__frames_come_back_and_the_rest_is_cut(void **state)
{
    (void)state;
    struct fs *fs = file_fault_create();
    struct journal listed = written(fs), journal;
    struct seen seen = { 0 };
    assert_int_equal(journal_open(fs, &listed, on_frame, &seen, &journal), 0);
    assert_string_equal(seen.first, "a-x");
    assert_int_equal(journal_append(&journal, STR("lost")), 0);
    journal_close(&journal);
    seen = (struct seen){ 0 };
    assert_int_equal(journal_open(fs, &listed, on_frame, &seen, &journal), 0);
    assert_string_equal(seen.first, "a-x");
    uint64_t size;
    assert_int_equal(file_size(journal.file, &size), 0);
    assert_int_equal(size, listed.length);
    journal_close(&journal);
    assert_int_equal(journal_read(fs, &listed, refuse, NULL), ERR_CORRUPT);
    fs_destroy(fs);
}

static void test_journal__every_flipped_bit_is_found(void **state)
{
    (void)state;
    struct fs *fs = file_fault_create();
    struct journal listed = written(fs);
    struct file *file;
    assert_int_equal(fs_open(fs, "tables-0000000000000007", FILE_READ | FILE_WRITE, &file), 0);
    for (uint64_t at = 0; at < listed.length; at++) {
        uint8_t byte, flipped;
        size_t got;
        struct seen seen = { 0 };
        assert_int_equal(file_read_at(file, &byte, 1, at, &got), 0);
        flipped = byte ^ 16;
        assert_int_equal(file_write_at(file, &flipped, 1, at), 0);
        assert_int_equal(journal_read(fs, &listed, on_frame, &seen), ERR_CORRUPT);
        assert_int_equal(file_write_at(file, &byte, 1, at), 0);
    }
    file_close(file);
    fs_destroy(fs);
}

static void test_journal__wrong_length_hash_or_file_is_corrupt(void **state)
{
    (void)state;
    struct fs *fs = file_fault_create();
    struct journal listed = written(fs), wrong = listed;
    struct seen seen = { 0 };
    wrong.length += 16;
    assert_int_equal(journal_read(fs, &wrong, on_frame, &seen), ERR_CORRUPT);
    wrong = listed;
    wrong.length = 3;
    seen = (struct seen){ 0 };
    assert_int_equal(journal_read(fs, &wrong, on_frame, &seen), ERR_CORRUPT);
    wrong = listed;
    wrong.hash ^= 1;
    seen = (struct seen){ 0 };
    assert_int_equal(journal_read(fs, &wrong, on_frame, &seen), ERR_CORRUPT);
    wrong = listed;
    wrong.generation = 8;
    assert_int_equal(journal_read(fs, &wrong, on_frame, &seen), ERR_CORRUPT);
    fs_destroy(fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journal__frames_come_back_and_the_rest_is_cut),
        cmocka_unit_test(test_journal__every_flipped_bit_is_found),
        cmocka_unit_test(test_journal__wrong_length_hash_or_file_is_corrupt),
    };
    return RUN(tests);
}
