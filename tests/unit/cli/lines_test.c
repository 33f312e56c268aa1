/* cli/lines: plain, gzip and several members give the same lines; damage is told. */
#include "cli/lines.h"

#include <stdio.h>
#include <string.h>

#include <zlib.h>

#include "base/bytes.h"
#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"

static struct lines *open_lines(struct fs *fs, size_t max)
{
    struct file *file;
    struct lines *lines;
    assert_int_equal(fs_open(fs, "f", FILE_READ, &file), 0);
    assert_int_equal(lines_open(file, max, &lines), 0);
    return lines;
}

static void gzip(struct str text, struct bytes *out)
{
    z_stream z = { 0 };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    bytes_reserve(out, text.len + 1000);
    z.next_in = (Bytef *)(uintptr_t)text.ptr;
    z.avail_in = (uInt)text.len;
    z.next_out = out->ptr + out->len;
    z.avail_out = (uInt)(text.len + 1000);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    (void)deflateEnd(&z);
}

static void expect_three(struct fs *fs)
{
    struct str line;
    struct lines *lines = open_lines(fs, 100);
    assert_int_equal(lines_next(lines, &line), 1);
    assert_str(line, "one");
    assert_int_equal(lines_next(lines, &line), 1);
    assert_str(line, "");
    assert_int_equal(lines_next(lines, &line), 1);
    assert_str(line, "three");
    assert_int_equal(lines_next(lines, &line), 0);
    assert_int_equal(lines_consumed(lines), lines_size(lines));
    lines_close(lines);
}

static void test_lines__plain_gzip_and_members_read_alike(void **state)
{
    (void)state;
    struct temp temp;
    struct bytes form = { 0 };
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    assert_int_equal(fs_replace_file(fs, "f", STR("one\r\n\nthree"), 0), 0);
    expect_three(fs);
    gzip(STR("one\n\nthree"), &form);
    assert_int_equal(fs_replace_file(fs, "f", bytes_str(&form), 0), 0);
    expect_three(fs);
    bytes_reset(&form);
    gzip(STR("one\n\nth"), &form);
    gzip(STR("ree\n"), &form);
    assert_int_equal(fs_replace_file(fs, "f", bytes_str(&form), 0), 0);
    expect_three(fs);
    bytes_release(&form);
    fs_destroy(fs);
    temp_remove(&temp);
}

static void test_lines__cut_gzip_and_long_lines_are_told(void **state)
{
    (void)state;
    struct temp temp;
    struct bytes form = { 0 };
    struct str line;
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    gzip(STR("one\ntwo\n"), &form);
    assert_int_equal(fs_replace_file(fs, "f", str_of(form.ptr, form.len - 9), 0), 0);
    struct lines *lines = open_lines(fs, 100);
    int r;
    while ((r = lines_next(lines, &line)) == 1)
        ;
    assert_int_equal(r, ERR_CORRUPT);
    lines_close(lines);
    assert_int_equal(fs_replace_file(fs, "f", STR("0123456789\n"), 0), 0);
    lines = open_lines(fs, 5);
    assert_int_equal(lines_next(lines, &line), ERR_TOO_LARGE);
    lines_close(lines);
    bytes_release(&form);
    fs_destroy(fs);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines__plain_gzip_and_members_read_alike),
        cmocka_unit_test(test_lines__cut_gzip_and_long_lines_are_told),
    };
    return RUN(tests);
}
