/* store/part_write: sections are aligned and hashed in pieces; memory and file get the same bytes;
 * the disk's first error comes out at the end. */
#include "store/part_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "support/file_fault.h"
#include "support/test.h"

static const struct part_write_head head = { .project = 3, .id = 9, .arrival1 = 1 };

static void write_one(struct part_write *w, const uint8_t *data, size_t len,
                      struct part_section *section)
{
    part_write_section(w, "abc", 3, section);
    part_write_begin_section(w);
    for (size_t at = 0; at < len; at += 1000)
        part_write_put(w, data + at, len - at < 1000 ? len - at : 1000);
    part_write_end_section(w, section);
}

static void test_part_write__sections(void **state)
{
    (void)state;
    const size_t len = 3 * PART_PIECE_BYTES + 17;
    uint8_t *data = malloc(len);
    struct part_write w;
    struct part_section section;
    assert_non_null(data);
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(i * 31);
    part_write_begin(&w, NULL, &head);
    write_one(&w, data, len, &section);
    assert_int_equal(section.off, 128);
    assert_int_equal(section.len, len);
    assert_int_equal(section.hash, part_read_hash(data, len));
    assert_memory_equal(w.memory.ptr + section.off, data, len);
    part_write_release(&w);
    free(data);
}

static void test_part_write__file_and_memory_are_equal(void **state)
{
    (void)state;
    struct fs *fs = file_fault_create();
    struct file *file;
    struct part_write memory, disk;
    struct part_section section;
    const size_t len = 3 * 1024 * 1024;
    uint8_t *data = calloc(1, len);
    const uint8_t *map;
    size_t map_len;
    assert_int_equal(fs_open(fs, "f", FILE_WRITE | FILE_CREATE, &file), 0);
    part_write_begin(&memory, NULL, &head);
    part_write_begin(&disk, file, &head);
    write_one(&memory, data, len, &section);
    write_one(&disk, data, len, &section);
    assert_int_equal(part_write_finish(&memory), 0);
    assert_int_equal(part_write_finish(&disk), 0);
    assert_int_equal(file_map(file, &map, &map_len), 0);
    assert_int_equal(map_len, memory.memory.len);
    assert_memory_equal(map, memory.memory.ptr, map_len);
    part_write_release(&memory);
    part_write_release(&disk);
    file_close(file);
    free(data);
    fs_destroy(fs);
}

static void test_part_write__first_error_comes_out(void **state)
{
    (void)state;
    struct fs *fs = file_fault_create();
    struct file *file;
    struct part_write w;
    struct part_section section;
    const size_t len = 3 * 1024 * 1024;
    uint8_t *data = calloc(1, len);
    assert_int_equal(fs_open(fs, "f", FILE_WRITE | FILE_CREATE, &file), 0);
    file_fault_set_capacity(fs, 2 * 1024 * 1024);
    part_write_begin(&w, file, &head);
    write_one(&w, data, len, &section);
    assert_int_equal(part_write_finish(&w), ERR_FULL);
    part_write_release(&w);
    file_close(file);
    free(data);
    fs_destroy(fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_part_write__sections),
        cmocka_unit_test(test_part_write__file_and_memory_are_equal),
        cmocka_unit_test(test_part_write__first_error_comes_out),
    };
    return RUN(tests);
}
