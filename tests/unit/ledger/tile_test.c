#include "ledger/tile.h"

#include "base/err.h"
#include "support/test.h"

static void test_tile__paths_are_those_of_the_specification(void **state)
{
    (void)state;
    char path[TILE_PATH_MAX];
    tile_path(0, 1234067, TILE_WIDTH, path);
    assert_string_equal(path, "tile/0/x001/x234/067");
    tile_path(3, 0, 17, path);
    assert_string_equal(path, "tile/3/000.p/17");
    tile_entries_path(999, 256, path);
    assert_string_equal(path, "tile/entries/999");
    tile_entries_path(1000, 255, path);
    assert_string_equal(path, "tile/entries/x001/000.p/255");
    tile_path(7, UINT64_MAX, 1, path);
    assert_string_equal(path, "tile/7/x018/x446/x744/x073/x709/x551/615.p/1");
}

/* The example of the specification: 70,000 entries. */
static void test_tile__a_tree_of_70000(void **state)
{
    (void)state;
    assert_int_equal(tile_full_count(0, 70000), 273);
    assert_int_equal(tile_partial_width(0, 70000), 112);
    assert_int_equal(tile_full_count(1, 70000), 1);
    assert_int_equal(tile_partial_width(1, 70000), 17);
    assert_int_equal(tile_full_count(2, 70000), 0);
    assert_int_equal(tile_partial_width(2, 70000), 1);
    assert_int_equal(tile_partial_width(3, 70000), 0);
    assert_int_equal(tile_full_count(0, 256), 1);
    assert_int_equal(tile_partial_width(0, 256), 0);
    assert_int_equal(tile_partial_width(1, 256), 1);
    assert_int_equal(tile_full_count(TILE_LEVELS, UINT64_MAX), 0);
}

static void test_tile__bundles_come_back(void **state)
{
    (void)state;
    struct bytes bundle = { 0 }, longest = { 0 };
    struct str rest, entry;
    for (int i = 0; i < TILE_ENTRY_MAX; i++)
        bytes_put_u8(&longest, (uint8_t)i);
    tile_entries_append(STR("one"), &bundle);
    tile_entries_append(STR(""), &bundle);
    tile_entries_append(bytes_str(&longest), &bundle);
    assert_int_equal(bundle.ptr[1], 3);
    rest = bytes_str(&bundle);
    assert_int_equal(tile_entries_next(&rest, &entry), 1);
    assert_str(entry, "one");
    assert_int_equal(tile_entries_next(&rest, &entry), 1);
    assert_int_equal(entry.len, 0);
    assert_int_equal(tile_entries_next(&rest, &entry), 1);
    assert_true(str_equal(entry, bytes_str(&longest)));
    assert_int_equal(tile_entries_next(&rest, &entry), 0);
    for (size_t cut = 1; cut < 5; cut++) {
        rest = str_slice(bytes_str(&bundle), 0, cut);
        assert_int_equal(tile_entries_next(&rest, &entry), ERR_INVALID);
    }
    bytes_release(&bundle);
    bytes_release(&longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tile__paths_are_those_of_the_specification),
        cmocka_unit_test(test_tile__a_tree_of_70000),
        cmocka_unit_test(test_tile__bundles_come_back),
    };
    return RUN(tests);
}
