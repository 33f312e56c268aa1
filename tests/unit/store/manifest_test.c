/* store/manifest: comes back as it was, is replaced at once, and any flipped bit is found. */
#include "store/manifest.h"

#include "base/err.h"
#include "support/file_fault.h"
#include "support/test.h"

static struct manifest_project projects[] = { { 5, 100, 7, 2 }, { 9, 0, 0, 0 } };
static struct manifest_part parts[] = { { 5, 1, 4096, 77 }, { 5, 3, 128, 78 }, { 9, 4, 1, 2 } };

static struct manifest sample(void)
{
    return (struct manifest){ .generation = 3, .position = { 2, 999 }, .next_part = 5,
                              .tables = { .generation = 1, .length = 64, .hash = 12 },
                              .projects = projects, .project_count = 2, .parts = parts,
                              .part_count = 3 };
}

static void test_manifest__comes_back(void **state)
{
    (void)state;
    struct fs *fs = file_fault_create();
    struct manifest manifest = sample(), back;
    assert_int_equal(manifest_read(fs, &back), ERR_NOT_FOUND);
    assert_int_equal(manifest_replace(fs, &manifest), 0);
    assert_int_equal(manifest_read(fs, &back), 0);
    assert_int_equal(back.generation, 3);
    assert_int_equal(back.position.offset, 999);
    assert_int_equal(back.next_part, 5);
    assert_int_equal(back.tables.length, 64);
    assert_int_equal(back.project_count, 2);
    assert_int_equal(back.projects[0].next_arrival, 100);
    assert_int_equal(back.projects[0].links, 2);
    assert_int_equal(back.part_count, 3);
    assert_int_equal(back.parts[1].directory_hash, 78);
    manifest_release(&back);
    fs_destroy(fs);
}

static void test_manifest__bad_bytes_are_refused(void **state)
{
    (void)state;
    struct manifest manifest = sample(), back;
    struct bytes bytes = { 0 };
    manifest_encode(&manifest, &bytes);
    for (size_t at = 0; at < bytes.len; at++) {
        bytes.ptr[at] ^= 1;
        assert_int_equal(manifest_decode(bytes_str(&bytes), &back), ERR_CORRUPT);
        bytes.ptr[at] ^= 1;
        assert_int_equal(manifest_decode(str_slice(bytes_str(&bytes), 0, at), &back),
                         ERR_CORRUPT);
    }
    assert_int_equal(manifest_decode(bytes_str(&bytes), &back), 0);
    manifest_release(&back);
    bytes_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest__comes_back),
        cmocka_unit_test(test_manifest__bad_bytes_are_refused),
    };
    return RUN(tests);
}
