/* auth/inside/auth: another uid becomes a principal, times are flushed, failures are the end. */
#include "auth/inside/auth.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "support/auth_room.h"
#include "support/golden.h"
#include "support/test.h"

static int64_t number(struct auth *auth, const char *sql)
{
    struct db_statement *s = db_prepare(auth->db, sql);
    db_reset(s);
    assert_int_equal(db_step(s), 1);
    int64_t n = db_get_i64(s, 0);
    db_reset(s);
    return n;
}

static void ask_with_key(struct auth_room *room)
{
    struct auth_request request = { .type = AUTH_ME, .by = AUTH_BY_KEY, .key = STR(ROOM_API_KEY),
                                    .secret = STR(ROOM_API_SECRET) };
    assert_int_equal(auth_room_ask(room, request), AUTH_IS);
}

static void test_auth__a_directory_that_changed_hands_has_a_new_principal(void **state)
{
    (void)state;
    struct auth_room room;
    struct auth_config config = { .owner_uid = 77 };
    uint32_t principal;
    auth_room_open(&room);
    auth_close(room.auth);
    config.fs = room.fs;
    config.grant_key = room.secret_key;
    assert_int_equal(auth_open(&config, &room.auth), 0);
    assert_int_equal(members_find_os(&room.auth->members, 77, &principal), 0);
    assert_int_equal(principal, 4);
    auth_close(room.auth);
    assert_int_equal(auth_open(&config, &room.auth), 0);
    assert_int_equal(number(room.auth, "SELECT count(*) FROM os_user"), 2);
    auth_room_close(&room);
}

static void test_auth__times_are_flushed_by_tick_and_close(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    ask_with_key(&room);
    assert_int_equal(number(room.auth, "SELECT used_ms IS NULL FROM api_key"), 1);
    auth_tick(room.auth);
    int64_t first = number(room.auth, "SELECT used_ms FROM api_key");
    assert_true(first > 0);
    uint64_t steps = disk_steps(room.disk);
    auth_tick(room.auth);
    assert_int_equal(disk_steps(room.disk), steps);
    struct db_statement *s = db_prepare(room.auth->db, "UPDATE api_key SET used_ms = 1");
    db_reset(s);
    assert_int_equal(db_step(s), 0);
    ask_with_key(&room);
    auth_room_restart(&room, false);
    assert_true(number(room.auth, "SELECT used_ms FROM api_key") >= first);
    auth_room_close(&room);
}

static void test_auth__a_failed_flush_is_the_end(void **state)
{
    (void)state;
    struct auth_room room;
    struct bytes json = { 0 };
    auth_room_open(&room);
    ask_with_key(&room);
    disk_fail_at(room.disk, 0, ERR_IO, true);
    auth_tick(room.auth);
    assert_true(room.auth->has_failed);
    assert_int_equal(auth_write_ingest_settings(room.auth, &json), ERR_IO);
    auth_tick(room.auth);
    bytes_release(&json);
    auth_room_close(&room);
}

static void test_auth__does_not_open_over_a_failing_disk(void **state)
{
    (void)state;
    struct auth_room room;
    struct auth *auth = NULL;
    auth_room_open(&room);
    auth_close(room.auth);
    struct auth_config config = { .fs = room.fs, .grant_key = room.secret_key, .owner_uid = 5 };
    disk_fail_at(room.disk, 0, ERR_IO, false);
    assert_int_equal(auth_open(&config, &auth), ERR_IO);
    assert_null(auth);
    room.auth = NULL;
    auth_room_close(&room);
}


/* ---- files of the first version ------------------------------------------------------------- */

static void assert_golden_askers(struct auth_room *room)
{
    struct auth_request cookie = { .type = AUTH_ME, .by = AUTH_BY_COOKIE,
                                   .cookie = STR("CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC") };
    struct auth_request uid = { .type = AUTH_ME, .by = AUTH_BY_UID, .uid = ROOM_OWNER_UID };
    struct auth_request second = { .type = AUTH_AUTHORIZE, .by = AUTH_BY_KEY, .key = STR("k_other"),
                                   .secret = STR(ROOM_API_SECRET), .ask_kind = GRANT_QUESTION,
                                   .rights = RIGHT_AGGREGATE };
    ask_with_key(room);
    struct access_entry access;
    /* The first owner is owner and support of what was there; who may see people does not stay in
     * for ever, and this login was last used long ago. */
    assert_int_equal(access_find(&room->auth->access, 1, 2, &room->arena, &access), 0);
    assert_str(access.roles, "owner support");
    assert_int_equal(access.rights, access_role_rights(STR("owner")) |
                                        access_role_rights(STR("support")));
    assert_str(auth_room_refusal(room, cookie), "login");
    assert_int_equal(auth_room_ask(room, uid), AUTH_IS);
    assert_true(str_find(room->answer.me, STR("\"name\":\"Shop\"")) >= 0);
    assert_true(str_find(room->answer.me, STR("\"name\":\"Second\"")) >= 0);
    cookie.cookie = STR("DCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC");
    assert_str(auth_room_refusal(room, cookie), "login");
    assert_int_equal(auth_room_ask(room, second), AUTH_GRANTED);
    assert_int_equal(room->answer.project, 2);
    assert_str(room->answer.settings, "{\"zone\":\"UTC\",\"week_start\":7,\"group_min\":3,"
                                      "\"classes\":{\"code\":\"secret\",\"plan\":\"open\"}}");
    second.secret = STR(ROOM_OWNER_LINK);
    assert_str(auth_room_refusal(room, second), "login");
}

static void test_auth__files_of_the_first_version_open(void **state)
{
    (void)state;
    struct auth_room room = { 0 };
    struct auth_config config = { .owner_uid = ROOM_OWNER_UID };
    struct bytes json = { 0 };
    struct temp temp;
    crypto_init();
    sign_pair(room.secret_key, room.public_key);
    arena_init(&room.arena, 0);
    room.fs = golden_copy("auth-1", &temp);
    config.fs = room.fs;
    config.grant_key = room.secret_key;
    assert_int_equal(auth_open(&config, &room.auth), 0);
    assert_int_equal(number(room.auth, "SELECT count(*) FROM os_user"), 1);
    assert_golden_askers(&room);
    assert_int_equal(auth_write_ingest_settings(room.auth, &json), 0);
    assert_true(str_find(bytes_str(&json), STR("\"token\":\"" ROOM_API_TOKEN "\"")) >= 0);
    assert_true(str_find(bytes_str(&json), STR("\"trusted_proxies\":[\"192.0.2.1\"]")) >= 0);
    /* And are written on: init's link, whose day began just now, opens once. */
    assert_int_equal(auth_room_enter(&room, STR(ROOM_OWNER_LINK)).len, 43);
    auth_close(room.auth);
    assert_int_equal(auth_open(&config, &room.auth), 0);
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))), "link");
    assert_int_equal(number(room.auth, "SELECT count(*) FROM login"), 2);
    auth_close(room.auth);
    fs_destroy(room.fs);
    bytes_release(&json);
    arena_wipe(&room.arena);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auth__a_directory_that_changed_hands_has_a_new_principal),
        cmocka_unit_test(test_auth__times_are_flushed_by_tick_and_close),
        cmocka_unit_test(test_auth__a_failed_flush_is_the_end),
        cmocka_unit_test(test_auth__does_not_open_over_a_failing_disk),
        cmocka_unit_test(test_auth__files_of_the_first_version_open),
    };
    return RUN(tests);
}
