/* sys/file: the helpers over the table, on a real directory. */
#include "sys/file.h"

#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"

static void test_file__replace_is_whole_and_leaves_no_remains(void **state)
{
    (void)state;
    struct temp temp;
    struct bytes content = { 0 };
    struct file *f;
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    assert_int_equal(fs_make_dir(fs, "d"), 0);
    assert_int_equal(fs_replace_file(fs, "d/a", STR("one"), 0), 0);
    assert_int_equal(fs_replace_file(fs, "d/a", STR("second"), 0), 0);
    assert_int_equal(fs_read_file(fs, "d/a", 100, &content), 0);
    assert_str(bytes_str(&content), "second");
    assert_int_equal(fs_open(fs, "d/a.tmp", FILE_READ, &f), ERR_NOT_FOUND);
    bytes_release(&content);
    fs_destroy(fs);
    temp_remove(&temp);
}

static void test_file__reading_has_a_bound(void **state)
{
    (void)state;
    struct temp temp;
    struct bytes content = { 0 };
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    assert_int_equal(fs_replace_file(fs, "a", STR("four"), 0), 0);
    assert_int_equal(fs_read_file(fs, "a", 3, &content), ERR_TOO_LARGE);
    assert_int_equal(fs_read_file(fs, "b", 3, &content), ERR_NOT_FOUND);
    assert_int_equal(content.len, 0);
    char four[4];
    assert_int_equal(fs_read_exactly(fs, "a", four, 4), 0);
    assert_memory_equal(four, "four", 4);
    assert_int_equal(fs_read_exactly(fs, "a", four, 3), ERR_INVALID);
    assert_int_equal(fs_read_exactly(fs, "a", four, 5), ERR_INVALID);
    assert_int_equal(fs_read_exactly(fs, "b", four, 4), ERR_NOT_FOUND);
    fs_destroy(fs);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file__replace_is_whole_and_leaves_no_remains),
        cmocka_unit_test(test_file__reading_has_a_bound),
    };
    return RUN(tests);
}
