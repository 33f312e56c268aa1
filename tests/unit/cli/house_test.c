/* cli/house: what is refused as a data directory, and what a save keeps. */
#include "cli/house.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"

static void test_house__strange_directories_are_refused(void **state)
{
    (void)state;
    static struct house house;
    struct temp temp;
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    assert_int_equal(house_open(&house, "/nowhere/at/all", NULL, false), ERR_NOT_FOUND);
    assert_int_equal(house_open(&house, temp.path, NULL, false), ERR_NOT_FOUND);
    assert_int_equal(fs_replace_file(fs, "amana.json", STR("{"), 0), 0);
    assert_int_equal(house_open(&house, temp.path, NULL, false), ERR_INVALID);
    assert_int_equal(fs_replace_file(fs, "amana.json", STR("{\"version\":2}"), 0), 0);
    assert_int_equal(house_open(&house, temp.path, NULL, false), ERR_UNSUPPORTED);
    fs_destroy(fs);
    temp_remove(&temp);
}

static void test_house__save_is_read_back(void **state)
{
    (void)state;
    static struct house house;
    struct temp temp;
    char address[HOUSE_PATH_MAX];
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    struct str config = STR("{\"version\":1,\"keys\":\"k\"}");
    assert_int_equal(fs_replace_file(fs, "amana.json", config, 0), 0);
    assert_int_equal(house_open(&house, temp.path, NULL, false), 0);
    assert_string_equal(house.ingest, "127.0.0.1:8123");
    assert_int_equal(house.uid_base, -1);
    (void)snprintf(house.ingest, sizeof(house.ingest), "127.0.0.1:9");
    house.uid_base = 61500;
    assert_int_equal(house_save(&house), 0);
    house_close(&house);
    assert_int_equal(house_open(&house, temp.path, NULL, false), 0);
    assert_string_equal(house.ingest, "127.0.0.1:9");
    assert_string_equal(house.keys, "k");
    assert_int_equal(house.uid_base, 61500);
    house_socket(&house, "ingest", address);
    assert_true(str_ends(str_from(address), STR("/run/ingest.sock")));
    assert_int_not_equal(house_open(&house, temp.path, "/nowhere/keys", true), 0);
    fs_destroy(fs);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_house__strange_directories_are_refused),
        cmocka_unit_test(test_house__save_is_read_back),
    };
    return RUN(tests);
}
