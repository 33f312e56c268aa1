/* api/log_path: each file of a log has one address, and nothing else has any. */
#include "api/log_path.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

static void takes(const char *path, enum log_path_kind kind, bool is_partial)
{
    struct log_path got;
    if (!log_path_parse(str_from(path), &got) || got.kind != kind ||
        got.is_partial != is_partial || strcmp(got.file, path) != 0)
        fail_msg("%s", path);
}

static void test_log_path__what_the_ledger_writes(void **state)
{
    (void)state;
    takes("house/checkpoint", LOG_PATH_CHECKPOINT, false);
    takes("0/checkpoint", LOG_PATH_CHECKPOINT, false);
    takes("4294967295/checkpoint", LOG_PATH_CHECKPOINT, false);
    takes("house/tile/0/000", LOG_PATH_HASHES, false);
    takes("house/tile/63/999", LOG_PATH_HASHES, false);
    takes("1/tile/0/x001/x234/067", LOG_PATH_HASHES, false);
    takes("1/tile/0/x001/000.p/1", LOG_PATH_HASHES, true);
    takes("1/tile/2/000.p/255", LOG_PATH_HASHES, true);
    takes("1/tile/entries/x123/x000/456", LOG_PATH_ENTRIES, false);
    takes("1/tile/entries/000.p/99", LOG_PATH_ENTRIES, true);
    takes("1/tile/0/x001/x002/x003/x004/x005/006", LOG_PATH_HASHES, false);
}

static void test_log_path__nothing_else(void **state)
{
    static const char *const paths[] = {
        "", "/", "house", "house/", "house/checkpoint/", "house/checkpoint/x", "House/checkpoint",
        "house//checkpoint", "/house/checkpoint", "00/checkpoint", "01/checkpoint", "-1/checkpoint",
        "4294967296/checkpoint", "99999999999/checkpoint", "../house/checkpoint", "./checkpoint",
        "house/../checkpoint", "house/tile", "house/tile/", "house/tile/0", "house/tile/0/",
        "house/tile/64/000", "house/tile/00/000", "house/tile/+1/000", "house/tile/0/00",
        "house/tile/0/0000", "house/tile/0/000/", "house/tile/0/000/000", "house/tile/0/x000/001",
        "house/tile/0/x001", "house/tile/0/x01/001", "house/tile/0/001/x001",
        "house/tile/0/x001.p/001", "house/tile/0/000.p", "house/tile/0/000.p/",
        "house/tile/0/000.p/0", "house/tile/0/000.p/256", "house/tile/0/000.p/01",
        "house/tile/0/000.p/1/", "house/tile/0/000.p/1/2", "house/tile/0/000.P/1",
        "house/tile/0/.p/1", "house/tile/entries", "house/tile/entries/", "house/tile/Entries/000",
        "house/tile/0/..", "house/tile/0/../../../keys", "house/tile/0/%30", "house/tile/0/00 ",
        "house/tile/8/0/000", "house/tile/0/x001/x002/x003/x004/x005/x006/007",
        "house/checkpoint\n", "1/checkpoint.tmp", "journal/000",
    };
    struct log_path got;
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (log_path_parse(str_from(paths[i]), &got))
            fail_msg("%s is taken", paths[i]);
    assert_false(log_path_parse(str_of("house/checkpoint\0x", 18), &got));
}

static void test_log_path__long_ones_are_refused(void **state)
{
    char path[200] = "1/tile/0/";
    struct log_path got;
    (void)state;
    for (size_t len = strlen(path); len < sizeof(path) - 8; len = strlen(path)) {
        (void)snprintf(path + len, sizeof(path) - len, "x001/");
        assert_false(log_path_parse(str_from(path), &got));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_path__what_the_ledger_writes),
        cmocka_unit_test(test_log_path__nothing_else),
        cmocka_unit_test(test_log_path__long_ones_are_refused),
    };
    return RUN(tests);
}
