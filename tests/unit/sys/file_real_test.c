/* sys/file_real: offsets, ends, maps and flags on the real disk. */
#include "sys/file_real.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"

static void test_file_real__writes_and_reads_at_offsets(void **state)
{
    (void)state;
    struct temp temp;
    struct file *f;
    char buf[16];
    size_t got;
    uint64_t size;
    const uint8_t *map;
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    assert_int_equal(fs_open(fs, "a", FILE_READ | FILE_WRITE | FILE_CREATE, &f), 0);
    assert_int_equal(file_allocate(f, 0, 10), 0);
    assert_int_equal(file_write_at(f, "xyz", 3, 4), 0);
    assert_int_equal(file_sync(f), 0);
    assert_int_equal(file_size(f, &size), 0);
    assert_int_equal(size, 10);
    assert_int_equal(file_read_at(f, buf, 16, 3, &got), 0);
    assert_int_equal(got, 7);
    assert_memory_equal(buf, "\0xyz\0\0\0", 7);
    assert_int_equal(file_map(f, &map, &got), 0);
    assert_memory_equal(map + 4, "xyz", 3);
    assert_int_equal(file_truncate(f, 5), 0);
    assert_int_equal(file_size(f, &size), 0);
    assert_int_equal(size, 5);
    file_close(f);
    fs_destroy(fs);
    temp_remove(&temp);
}

static void count_name(void *ctx, struct str name)
{
    (void)name;
    ++*(int *)ctx;
}

static void test_file_real__exclusive_listing_and_links(void **state)
{
    (void)state;
    struct temp temp;
    struct file *f;
    char path[256];
    int count = 0, fd;
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    assert_int_equal(fs_open(fs, "a", FILE_WRITE | FILE_CREATE | FILE_EXCLUSIVE, &f), 0);
    file_close(f);
    assert_int_equal(fs_open(fs, "a", FILE_WRITE | FILE_CREATE | FILE_EXCLUSIVE, &f), ERR_EXISTS);
    assert_int_equal(fs_make_dir(fs, "d"), 0);
    assert_int_equal(fs_make_dir(fs, "d"), 0);
    assert_int_equal(fs_rename(fs, "a", "d/b"), 0);
    (void)snprintf(path, sizeof(path), "%s/link", temp.path);
    assert_int_equal(symlink("d/b", path), 0);
    assert_int_not_equal(fs_open(fs, "link", FILE_READ, &f), 0);
    assert_int_equal(fs_list(fs, ".", count_name, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(fs_remove(fs, "d/b"), 0);
    assert_int_equal(fs_remove(fs, "d/b"), ERR_NOT_FOUND);
    assert_int_equal(file_real_open_dir("/nowhere/at/all", false, &fd), ERR_NOT_FOUND);
    assert_int_equal(file_real_open_file(-1, "/nowhere/at/all", &fd), ERR_NOT_FOUND);
    assert_int_equal(file_real_open_file(-1, temp.path, &fd), ERR_INVALID);
    assert_int_equal(fd, -1);
    assert_int_equal(fs_replace_file(fs, "d/c", STR("x"), FILE_PRIVATE), 0);
    int dir = temp_dir_fd(&temp);
    assert_int_equal(file_real_open_file(dir, "d/c", &fd), 0);
    assert_int_equal(write(fd, "y", 1), -1);
    (void)close(fd);
    (void)close(dir);
    fs_destroy(fs);
    temp_remove(&temp);
}

static void test_file_real__facts_are_of_the_entry_itself(void **state)
{
    (void)state;
    struct temp temp;
    struct file_real_facts facts;
    char path[256];
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    int fd = temp_dir_fd(&temp);
    assert_int_equal(fs_replace_file(fs, "a", STR("12345"), FILE_PRIVATE), 0);
    assert_int_equal(file_real_facts(fd, "a", &facts), 0);
    assert_int_equal(facts.uid, getuid());
    assert_int_equal(facts.gid, getgid());
    assert_int_equal(facts.mode, 0600);
    assert_int_equal(facts.size, 5);
    assert_false(facts.is_dir);
    assert_int_equal(fs_replace_file(fs, "key", STR("12345"), FILE_KEY), 0);
    assert_int_equal(fs_replace_file(fs, "key", STR("54321"), FILE_KEY), 0);
    assert_int_equal(file_real_facts(fd, "key", &facts), 0);
    assert_int_equal(facts.mode, 0400);
    assert_int_equal(file_real_facts(fd, ".", &facts), 0);
    assert_true(facts.is_dir);
    assert_int_equal(facts.mode, 0700);
    (void)snprintf(path, sizeof(path), "%s/link", temp.path);
    assert_int_equal(symlink(".", path), 0);
    assert_int_equal(file_real_facts(fd, "link", &facts), 0);
    assert_false(facts.is_dir);
    assert_int_equal(file_real_facts(fd, "none", &facts), ERR_NOT_FOUND);
    (void)close(fd);
    fs_destroy(fs);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_real__writes_and_reads_at_offsets),
        cmocka_unit_test(test_file_real__exclusive_listing_and_links),
        cmocka_unit_test(test_file_real__facts_are_of_the_entry_itself),
    };
    return RUN(tests);
}
