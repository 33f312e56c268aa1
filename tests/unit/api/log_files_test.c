/* api/log_files: the logs' public files as they lie on the disk, for anybody. */
#include "api/log_files.h"

#include <stdio.h>
#include <string.h>

#include "support/front.h"
#include "support/test.h"

static int setup(void **state)
{
    static struct front f;
    front_open(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    front_close(*state);
    return 0;
}

/* Makes each folder of dirs, then the file in the last. */
static void put(struct front *f, const char *dirs, const char *name, const char *content)
{
    char path[128];
    for (const char *at = dirs; at; at = strchr(at + 1, '/')) {
        (void)snprintf(path, sizeof(path), "%.*s", (int)(at - dirs), dirs);
        if (at > dirs)
            assert_int_equal(fs_make_dir(f->log, path), 0);
    }
    assert_int_equal(fs_make_dir(f->log, dirs), 0);
    (void)snprintf(path, sizeof(path), "%s/%s", dirs, name);
    assert_int_equal(fs_replace_file(f->log, path, str_from(content), 0), 0);
}

static void expect(struct front *f, const char *line, const char *content, const char *type,
                   const char *cache)
{
    char out[FRONT_TEXT], header[128];
    front_talk(f, line, "", "", out);
    if (front_status(out) != 200 || strcmp(front_body(out), content) != 0)
        fail_msg("%s gave %s", line, out);
    (void)snprintf(header, sizeof(header), "Content-Type: %s\r\n", type);
    assert_non_null(strstr(out, header));
    (void)snprintf(header, sizeof(header), "Cache-Control: %s\r\n", cache);
    assert_non_null(strstr(out, header));
    assert_non_null(strstr(out, "Access-Control-Allow-Origin: *\r\n"));
    assert_null(strstr(out, "Set-Cookie"));
}

static void test_log_files__nobody_in_particular_may_read_them(void **state)
{
    struct front *f = *state;
    put(f, "house", "checkpoint", "origin\n3\n");
    put(f, "1/tile/0/x001", "002", "hashes");
    put(f, "1/tile/0", "000", "hashes too");
    put(f, "1/tile/entries/000.p", "3", "entries");
    expect(f, "GET /log/house/checkpoint", "origin\n3\n", "text/plain; charset=utf-8", "no-store");
    expect(f, "GET /log/1/tile/0/000", "hashes too", "application/octet-stream",
           "public, max-age=31536000, immutable");
    expect(f, "GET /log/1/tile/0/x001/002", "hashes", "application/octet-stream",
           "public, max-age=31536000, immutable");
    expect(f, "GET /log/1/tile/entries/000.p/3", "entries", "application/octet-stream", "no-cache");
}

static void test_log_files__nothing_else_of_the_folder(void **state)
{
    static const char *const lines[] = { "GET /log/1/tile/0/001", "GET /log/1/secret",
                                         "GET /log/2/checkpoint", "GET /log/1/tile/0/x001",
                                         "GET /log/1/tile/0/x001/", "GET /log/1/tile/../secret",
                                         "GET /log/1/tile/%2e%2e/secret", "GET /log/1/" };
    struct front *f = *state;
    char out[FRONT_TEXT];
    put(f, "1", "secret", "not public");
    put(f, "1/tile/0/x001", "002", "hashes");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        front_talk(f, lines[i], "", "", out);
        if (front_status(out) != 404)
            fail_msg("%s gave %s", lines[i], out);
    }
    front_talk(f, "POST /log/1/tile/0/x001/002", "", "", out);
    assert_int_equal(front_status(out), 405);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_log_files__nobody_in_particular_may_read_them, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_log_files__nothing_else_of_the_folder, setup,
                                        teardown),
    };
    return RUN(tests);
}
