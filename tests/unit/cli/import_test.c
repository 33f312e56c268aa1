/* cli/import: what it says when it cannot begin. (That it imports, resumes and counts refusals is
 * shown over a running house in tests/system.) */
#include "cli/import.h"

#include <stdio.h>

#include "support/temp.h"
#include "support/test.h"

static void test_import__needs_a_house_a_file_and_a_server(void **state)
{
    (void)state;
    struct temp temp;
    char file[200];
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    (void)snprintf(file, sizeof(file), "%s/events.jsonl", temp.path);
    char *argv[] = { ARG("import"), ARG("--data"), temp.path, file };
    assert_int_equal(cli_import(3, argv), 2);
    assert_int_equal(cli_import(4, argv), 1);
    assert_int_equal(fs_replace_file(fs, "amana.json", STR("{\"version\":1}"), 0), 0);
    assert_int_equal(cli_import(4, argv), 1);
    assert_int_equal(fs_replace_file(fs, "events.jsonl", STR("{}\n"), 0), 0);
    assert_int_equal(cli_import(4, argv), 1);
    fs_destroy(fs);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_import__needs_a_house_a_file_and_a_server),
    };
    return RUN(tests);
}
