/* cli/init and cli/house: what init makes opens again, keys lie with their holders and nowhere
 * else, a second init is refused, and secrets are kept as hashes. */
#include "cli/init.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/house.h"
#include "crypto/random.h"
#include "ingest/settings.h"
#include "json/doc.h"
#include "support/temp.h"
#include "support/test.h"

/* Runs the command with --json and gives back what it printed. */
static int run_init(const char *data, struct bytes *out)
{
    char buf[2048];
    int saved = dup(1), fds[2];
    char *argv[] = { ARG("init"), ARG("--data"), (char *)(uintptr_t)data, ARG("--json") };
    assert_int_equal(pipe(fds), 0);
    (void)fflush(stdout);
    (void)dup2(fds[1], 1);
    int status = cli_init(4, argv);
    (void)fflush(stdout);
    (void)dup2(saved, 1);
    (void)close(fds[1]);
    ssize_t n = read(fds[0], buf, sizeof(buf));
    bytes_append(out, buf, n > 0 ? (size_t)n : 0);
    (void)close(fds[0]);
    (void)close(saved);
    return status;
}

static void read_all(struct fs *fs, const char *name, struct bytes *out)
{
    bytes_reset(out);
    if (fs_read_file(fs, name, 1 << 20, out) != 0)
        fail_msg("%s is missing", name);
}

static void test_init__makes_a_house_that_opens(void **state)
{
    (void)state;
    static struct house house;
    struct temp temp;
    struct bytes out = { 0 }, content = { 0 };
    struct json_doc *said;
    struct settings *settings;
    char data[200];
    crypto_init();
    temp_make(&temp);
    (void)snprintf(data, sizeof(data), "%s/d", temp.path);
    assert_int_equal(run_init(data, &out), 0);
    assert_int_equal(json_doc_parse(bytes_str(&out), 4096, &said), 0);
    const struct json_node *root = json_doc_root(said);
    struct str token = json_doc_get_string(root, "token", STR(""));
    struct str secret = json_doc_get_string(json_doc_member(root, "api_key"), "secret", STR(""));
    assert_int_equal(token.len, 32);
    assert_int_equal(secret.len, 43);
    assert_true(str_starts(json_doc_get_string(root, "owner_link", STR("")), STR("/enter#")));

    assert_int_equal(house_open(&house, data, NULL, true), 0);
    assert_int_equal(house.owner_uid, getuid());
    struct fs *fs = temp_fs(&temp);
    read_all(fs, "d/ingest/settings.json", &content);
    assert_int_equal(settings_parse(bytes_str(&content), &settings), 0);
    assert_true(str_equal(settings->projects[0].token, token));
    assert_true(str_find(bytes_str(&content), secret) < 0);
    settings_unpin(settings);
    read_all(fs, "d/amana.json", &content);
    assert_true(str_find(bytes_str(&content), secret) < 0);

    out.len = 0;
    assert_int_equal(run_init(data, &out), 1);
    fs_destroy(fs);
    house_close(&house);
    json_doc_destroy(said);
    bytes_release(&out);
    bytes_release(&content);
    temp_remove(&temp);
}

static void test_init__every_key_has_its_holder_and_mode(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "ingest/vault.pub", "ingest/ledger.pub", "ingest/intake.key", "ingest/project-1-1.key",
        "auth/grant.key", "auth/project-1-1.key", "vault/secret.key", "vault/intake.key",
        "vault/custody.key", "ledger/secret.key", "ledger/log.key", "query/auth.pub",
    };
    static const char *const absent[] = { "ingest/secret.key", "query/project-1-1.key",
                                          "vault/project-1-1.key", "web/grant.key" };
    struct temp temp;
    struct bytes out = { 0 };
    struct stat st;
    char data[200], path[300];
    crypto_init();
    temp_make(&temp);
    (void)snprintf(data, sizeof(data), "%s/d", temp.path);
    assert_int_equal(run_init(data, &out), 0);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/d.keys/%s", temp.path, keys[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_true(st.st_size == 32 || st.st_size == 64);
    }
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/d.keys/%s", temp.path, absent[i]);
        assert_int_not_equal(stat(path, &st), 0);
    }
    (void)snprintf(path, sizeof(path), "%s/d.keys/vault", temp.path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    bytes_release(&out);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init__makes_a_house_that_opens),
        cmocka_unit_test(test_init__every_key_has_its_holder_and_mode),
    };
    return RUN(tests);
}
