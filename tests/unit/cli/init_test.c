/* cli/init and cli/house: what init makes opens again, keys lie with their holders and nowhere
 * else, a second init is refused, and secrets are kept as hashes. And what auth says later of the
 * same directory, ingest reads: the two rooms meet here first. */
#include "cli/init.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/inside/answers.h"
#include "base/err.h"
#include "cli/house.h"
#include "crypto/random.h"
#include "ingest/settings.h"
#include "json/doc.h"
#include "support/temp.h"
#include "support/test.h"

enum { MORE_MAX = 8 };

/* Runs the command with --json and `more` (ends with NULL), and gives back what it printed. */
static int run_init_with(const char *data, char *const *more, struct bytes *out)
{
    char buf[2048];
    int saved = dup(1), fds[2], argc = 4;
    char *argv[4 + MORE_MAX] = { ARG("init"), ARG("--data"), (char *)(uintptr_t)data,
                                 ARG("--json") };
    while (*more)
        argv[argc++] = *more++;
    assert_int_equal(pipe(fds), 0);
    (void)fflush(stdout);
    (void)dup2(fds[1], 1);
    int status = cli_init(argc, argv);
    (void)fflush(stdout);
    (void)dup2(saved, 1);
    (void)close(fds[1]);
    ssize_t n = read(fds[0], buf, sizeof(buf));
    bytes_append(out, buf, n > 0 ? (size_t)n : 0);
    (void)close(fds[0]);
    (void)close(saved);
    return status;
}

static int run_init(const char *data, struct bytes *out)
{
    static char *const nothing[] = { NULL };
    return run_init_with(data, nothing, out);
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
        "vault/log.pub", "query/log.pub", "ledger/auth.pub", "vault/auth.pub",
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
        assert_int_equal(st.st_mode & 0777, 0400);
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

/* auth over the room that init filled. */
static struct auth *open_auth(const struct house *house, struct fs **fs)
{
    static const uint8_t grant_key[64];
    struct auth *auth;
    int fd;
    assert_int_equal(house_open_room(house, "auth", &fd), 0);
    *fs = fs_real_create(fd);
    const struct auth_config config = { .fs = *fs, .grant_key = grant_key,
                                        .owner_uid = (uint32_t)house->owner_uid };
    assert_int_equal(auth_open(&config, &auth), 0);
    return auth;
}

static void test_init__auth_and_ingest_agree_on_the_project(void **state)
{
    (void)state;
    static struct house house;
    static char *const more[] = { ARG("--name"), ARG(" \xd9\x85\xd8\xaa\xd8\xac\xd8\xb1 "),
                                  ARG("--zone"), ARG("Asia/Riyadh"), ARG("--demo"), NULL };
    struct temp temp;
    struct bytes out = { 0 }, said = { 0 }, written = { 0 };
    struct settings *settings;
    struct auth_answer answer;
    struct arena arena;
    struct fs *fs;
    char data[200];
    crypto_init();
    arena_init(&arena, 0);
    temp_make(&temp);
    (void)snprintf(data, sizeof(data), "%s/d", temp.path);
    assert_int_equal(run_init_with(data, more, &out), 0);
    assert_int_equal(house_open(&house, data, NULL, true), 0);
    struct auth *auth = open_auth(&house, &fs);
    const struct auth_request me = { .type = AUTH_ME, .by = AUTH_BY_UID,
                                     .uid = (uint32_t)house.owner_uid };
    answers_make(auth, &me, &arena, &answer);
    assert_int_equal(answer.type, AUTH_IS);
    assert_true(str_find(answer.me, STR("\"name\":\"\xd9\x85\xd8\xaa\xd8\xac\xd8\xb1\"")) > 0);
    assert_true(str_find(answer.me, STR("\"zone\":\"Asia/Riyadh\",\"demo\":true")) > 0);

    struct fs *all = temp_fs(&temp);
    read_all(all, "d/ingest/settings.json", &written);
    assert_int_equal(auth_write_ingest_settings(auth, &said), 0);
    assert_true(str_equal(bytes_str(&said), bytes_str(&written)));
    /* With everything in it that there can be. */
    assert_int_equal(db_begin(auth->db), 0);
    assert_int_equal(projects_set_class(&auth->projects, 1, STR("na\"me"), STR("open")), 0);
    assert_int_equal(projects_add_proxy(&auth->projects, STR("192.0.2.1")), 0);
    assert_int_equal(db_commit(auth->db), 0);
    bytes_reset(&said);
    assert_int_equal(auth_write_ingest_settings(auth, &said), 0);
    assert_int_equal(settings_parse(bytes_str(&said), &settings), 0);
    assert_int_equal(settings->project_count, 1);
    const struct ingest_project *project = settings_find_id(settings, 1);
    assert_int_equal(project->key_epoch, 1);
    assert_int_equal(project->write_key_count, 1);
    assert_int_equal(settings_class(project, STR("na\"me")), SCHEMA_OPEN);
    assert_int_equal(settings->trusted_proxy_count, 1);
    assert_str(settings->trusted_proxies[0], "192.0.2.1");
    settings_unpin(settings);
    auth_close(auth);
    fs_destroy(fs);
    fs_destroy(all);
    house_close(&house);
    bytes_release(&out);
    bytes_release(&said);
    bytes_release(&written);
    arena_release(&arena);
    temp_remove(&temp);
}

/* What was printed opens, and lies where serve looks for it. */
static void test_init__the_printed_link_and_key_open(void **state)
{
    (void)state;
    static struct house house;
    struct temp temp;
    struct bytes out = { 0 }, link = { 0 };
    struct json_doc *said;
    struct auth_answer answer;
    struct arena arena;
    struct stat st;
    struct fs *fs;
    char data[200], path[300];
    crypto_init();
    arena_init(&arena, 0);
    temp_make(&temp);
    (void)snprintf(data, sizeof(data), "%s/d", temp.path);
    assert_int_equal(run_init(data, &out), 0);
    assert_int_equal(json_doc_parse(bytes_str(&out), 4096, &said), 0);
    const struct json_node *root = json_doc_root(said), *key = json_doc_member(root, "api_key");
    (void)snprintf(path, sizeof(path), "%s/auth/owner-link", data);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(house_open(&house, data, NULL, true), 0);
    struct auth *auth = open_auth(&house, &fs);
    read_all(fs, "owner-link", &link);
    struct str text = str_trim(bytes_str(&link));
    assert_true(str_equal(text, str_from_index(json_doc_get_string(root, "owner_link", STR("")),
                                               strlen("/enter#"))));
    struct auth_request request = { .type = AUTH_AUTHORIZE, .by = AUTH_BY_KEY,
                                    .key = json_doc_get_string(key, "key", STR("")),
                                    .secret = json_doc_get_string(key, "secret", STR("")),
                                    .rights = RIGHT_AGGREGATE | RIGHT_UNFOLDED };
    answers_make(auth, &request, &arena, &answer);
    assert_int_equal(answer.type, AUTH_GRANTED);
    request = (struct auth_request){
        .type = AUTH_CALL, .by = AUTH_BY_NOBODY, .call = AUTH_LOGIN_LINK, .method = STR("POST"),
        .path = STR("/api/enter"), .address = STR("192.0.2.1"),
        .body = arena_printf(&arena, "{\"link\":\"" STR_FMT "\"}", STR_ARG(text)),
    };
    answers_make(auth, &request, &arena, &answer);
    assert_int_equal(answer.type, AUTH_ANSWERED);
    assert_int_not_equal(stat(path, &st), 0);
    auth_close(auth);
    fs_destroy(fs);
    house_close(&house);
    json_doc_destroy(said);
    bytes_release(&out);
    bytes_release(&link);
    arena_release(&arena);
    temp_remove(&temp);
}

static void test_init__refuses_a_zone_or_name_without_making_anything(void **state)
{
    (void)state;
    static char *const wrong[][3] = { { ARG("--zone"), ARG("../x"), NULL },
                                      { ARG("--zone"), ARG(""), NULL },
                                      { ARG("--name"), ARG("  "), NULL },
                                      { ARG("--name"), ARG("a\x1b[2J"), NULL } };
    struct temp temp;
    struct bytes out = { 0 };
    struct stat st;
    char data[200];
    temp_make(&temp);
    (void)snprintf(data, sizeof(data), "%s/d", temp.path);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(run_init_with(data, wrong[i], &out), 2);
    assert_int_not_equal(stat(data, &st), 0);
    assert_int_equal(out.len, 0);
    bytes_release(&out);
    temp_remove(&temp);
}

/* An init that broke off before amana.json is done again. */
static void test_init__is_repeated_over_what_broke_off(void **state)
{
    (void)state;
    struct temp temp;
    struct bytes out = { 0 };
    char data[200], path[300];
    crypto_init();
    temp_make(&temp);
    (void)snprintf(data, sizeof(data), "%s/d", temp.path);
    assert_int_equal(run_init(data, &out), 0);
    (void)snprintf(path, sizeof(path), "%s/amana.json", data);
    assert_int_equal(unlink(path), 0);
    bytes_reset(&out);
    assert_int_equal(run_init(data, &out), 0);
    assert_true(out.len > 100);
    bytes_release(&out);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init__makes_a_house_that_opens),
        cmocka_unit_test(test_init__every_key_has_its_holder_and_mode),
        cmocka_unit_test(test_init__auth_and_ingest_agree_on_the_project),
        cmocka_unit_test(test_init__the_printed_link_and_key_open),
        cmocka_unit_test(test_init__refuses_a_zone_or_name_without_making_anything),
        cmocka_unit_test(test_init__is_repeated_over_what_broke_off),
    };
    return RUN(tests);
}
