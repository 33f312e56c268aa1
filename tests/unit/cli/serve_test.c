/* cli/serve: what it refuses before it starts anything. (Serving itself is shown in
 * tests/unit/cli/supervise_test.c and tests/system.) */
#include "cli/serve.h"

#include <stdio.h>
#include <unistd.h>

#include "support/temp.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/spawn.h"

static void test_serve__a_served_directory_is_waited_for_and_refused(void **state)
{
    (void)state;
    struct temp temp;
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    char *argv[] = { ARG("serve"), ARG("--data"), temp.path, ARG("--keys"), temp.path,
                     ARG("--ingest"), ARG("127.0.0.1:0") };
    assert_int_equal(cli_serve(7, argv), 1);
    assert_int_equal(fs_replace_file(fs, "amana.json", STR("{\"version\":1}"), 0), 0);
    int dir = temp_dir_fd(&temp);
    assert_int_equal(spawn_lock(dir, "lock", 0), 0);
    uint64_t before = clock_boot_ms();
    assert_int_equal(cli_serve(7, argv), 1);
    uint64_t waited = clock_boot_ms() - before;
    assert_true(waited >= 4900 && waited < 7000);
    (void)close(dir);
    fs_destroy(fs);
    temp_remove(&temp);
}

static void test_serve__bad_addresses_are_told(void **state)
{
    (void)state;
    struct temp temp;
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    char *argv[] = { ARG("serve"), ARG("--data"), temp.path, ARG("--keys"), temp.path,
                     ARG("--ingest"), ARG("nowhere") };
    assert_int_equal(fs_replace_file(fs, "amana.json", STR("{\"version\":1}"), 0), 0);
    assert_int_equal(cli_serve(7, argv), 1);
    fs_destroy(fs);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serve__a_served_directory_is_waited_for_and_refused),
        cmocka_unit_test(test_serve__bad_addresses_are_told),
    };
    return RUN(tests);
}
