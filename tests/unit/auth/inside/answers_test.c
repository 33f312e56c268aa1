/* auth/inside/answers: who gets in, who does not, what a grant says, and what lasts. */
#include "auth/inside/answers.h"

#include <string.h>

#include "auth/wire/evidence.h"
#include "auth/wire/grant.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "support/auth_room.h"
#include "support/test.h"
#include "sys/clock.h"

enum { HOUR_MS = 3600 * 1000 };

static struct auth_request by_cookie(enum auth_type type, struct str cookie)
{
    return (struct auth_request){ .type = type, .by = AUTH_BY_COOKIE, .cookie = cookie };
}

static struct auth_request by_key(enum auth_type type, const char *key, const char *secret)
{
    return (struct auth_request){ .type = type, .by = AUTH_BY_KEY, .key = str_from(key),
                                  .secret = str_from(secret) };
}

static struct auth_request by_uid(enum auth_type type, uint32_t uid)
{
    return (struct auth_request){ .type = type, .by = AUTH_BY_UID, .uid = uid };
}

static bool file_is_there(struct auth_room *room, struct str text)
{
    struct bytes content = { 0 };
    bool is_there = fs_read_file(room->fs, "owner-link", 256, &content) == 0 &&
                    str_equal(str_trim(bytes_str(&content)), text);
    bytes_release(&content);
    return is_there;
}

static const char *session_of(struct auth_room *room, struct str cookie)
{
    uint8_t hash[32];
    char *hex = arena_alloc(&room->arena, 33);
    hash_sha256(cookie, hash);
    str_hex(hash, 16, hex);
    return hex;
}

static long long ends_of(struct auth_room *room)
{
    struct login login;
    assert_int_equal(logins_next(&room->auth->logins, 1, 0, &room->arena, &login), 0);
    assert_in_range(login.ends_ms, clock_wall_ms() + 12 * HOUR_MS - 5000,
                    clock_wall_ms() + 12 * HOUR_MS);
    return login.ends_ms;
}

/* ---- the owner's link ----------------------------------------------------------------------- */

static void test_enter__the_link_opens_once(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    assert_true(file_is_there(&room, STR(ROOM_OWNER_LINK)));
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(""))), "link");
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR("LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLM"))),
               "link");
    struct str cookie = auth_room_enter(&room, STR(ROOM_OWNER_LINK));
    assert_true(str_equal(room.answer.json,
               arena_printf(&room.arena, "{\"member\":{\"id\":1,\"name\":\"Owner\","
               "\"role\":\"owner\"},\"login\":\"%s\",\"level\":0,\"ways\":{\"passkeys\":0,"
               "\"password\":false,\"totp\":false},\"frozen\":false,\"ends\":%lld,"
               "\"idle_ms\":900000,\"projects\":[{\"id\":1,\"name\":\"Shop\",\"token\":\""
               ROOM_API_TOKEN "\",\"zone\":\"Asia/Riyadh\",\"demo\":false,\"week_start\":1,"
               "\"roles\":[\"owner\",\"support\"],\"rights\":[\"aggregate\",\"unfolded\","
               "\"rows\",\"reveal\",\"approve\",\"settings\"],\"people_level\":2,\"purposes\":"
               "[\"support\",\"security\",\"legal\",\"quality\",\"export\"]}]}",
               session_of(&room, cookie), ends_of(&room))));
    assert_false(file_is_there(&room, STR(ROOM_OWNER_LINK)));
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))), "link");
    assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_ME, cookie)), AUTH_IS);
    /* And not again after a restart, with the power gone in between. */
    auth_room_restart(&room, true);
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))), "link");
    assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_ME, cookie)), AUTH_IS);
    auth_room_close(&room);
}

static void test_enter__the_link_lives_a_day_from_the_first_serve(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    clock_shift_for_test(24 * HOUR_MS - 5000, 0);
    auth_room_restart(&room, false);
    assert_true(file_is_there(&room, STR(ROOM_OWNER_LINK)));
    clock_shift_for_test(5000, 0);
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))), "link");
    auth_tick(room.auth);
    assert_false(file_is_there(&room, STR(ROOM_OWNER_LINK)));
    clock_shift_for_test(-24 * HOUR_MS, 0);
    /* Forgotten, not only over. */
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))), "link");
    auth_room_close(&room);
}

static void test_new_owner_link__replaces_the_former_and_is_the_owners_alone(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    assert_str(auth_room_refusal(&room, by_uid(AUTH_NEW_OWNER_LINK, 0)), "login");
    assert_str(auth_room_refusal(&room, by_uid(AUTH_NEW_OWNER_LINK, ROOM_OWNER_UID + 1)), "login");
    assert_str(auth_room_refusal(&room, by_key(AUTH_NEW_OWNER_LINK, ROOM_API_KEY, ROOM_API_SECRET)),
               "login");
    struct auth_request cookie = { .type = AUTH_NEW_OWNER_LINK, .by = AUTH_BY_COOKIE,
                                   .uid = ROOM_OWNER_UID };
    assert_str(auth_room_refusal(&room, cookie), "login");
    assert_true(file_is_there(&room, STR(ROOM_OWNER_LINK)));
    assert_int_equal(auth_room_ask(&room, by_uid(AUTH_NEW_OWNER_LINK, ROOM_OWNER_UID)),
                     AUTH_LINKED);
    struct str link = room.answer.link;
    assert_int_equal(link.len, 43);
    assert_true(file_is_there(&room, link));
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))), "link");
    auth_room_restart(&room, true);
    assert_true(file_is_there(&room, link));
    (void)auth_room_enter(&room, link);
    assert_false(file_is_there(&room, link));
    /* A new one lives a day from now, no longer. */
    assert_int_equal(auth_room_ask(&room, by_uid(AUTH_NEW_OWNER_LINK, ROOM_OWNER_UID)),
                     AUTH_LINKED);
    link = room.answer.link;
    clock_shift_for_test(24 * HOUR_MS, 0);
    assert_str(auth_room_refusal(&room, auth_room_link(&room, link)), "link");
    clock_shift_for_test(-24 * HOUR_MS, 0);
    auth_room_close(&room);
}

/* ---- login sessions ------------------------------------------------------------------------- */

/* The owner may see people: 15 minutes without use end it. A viewer's lasts. */
static void test_login__lasts_12_hours_or_until_it_ends(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    struct str cookie = auth_room_enter(&room, STR(ROOM_OWNER_LINK));
    clock_shift_for_test(15 * 60 * 1000 - 5000, 0);
    assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_ME, cookie)), AUTH_IS);
    auth_tick(room.auth);
    clock_shift_for_test(15 * 60 * 1000 - 5000, 0);
    auth_room_restart(&room, true);
    assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_ME, cookie)), AUTH_IS);
    clock_shift_for_test(15 * 60 * 1000, 0);
    assert_str(auth_room_refusal(&room, by_cookie(AUTH_ME, cookie)), "login");
    clock_shift_for_test(-45 * 60 * 1000 + 10000, 0);

    auth_room_set_roles(&room, 1, "viewer");
    clock_shift_for_test(12 * HOUR_MS - 5000, 0);
    auth_room_restart(&room, true);
    assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_ME, cookie)), AUTH_IS);
    clock_shift_for_test(5000, 0);
    assert_str(auth_room_refusal(&room, by_cookie(AUTH_ME, cookie)), "login");
    assert_str(auth_room_refusal(&room, by_cookie(AUTH_AUTHORIZE, cookie)), "login");
    clock_shift_for_test(-12 * HOUR_MS, 0);
    assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_ME, cookie)), AUTH_IS);
    assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_LEAVE, cookie)), AUTH_DONE);
    assert_str(auth_room_refusal(&room, by_cookie(AUTH_ME, cookie)), "login");
    assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_LEAVE, cookie)), AUTH_DONE);
    assert_str(auth_room_refusal(&room, by_uid(AUTH_LEAVE, ROOM_OWNER_UID)), "invalid");
    auth_room_restart(&room, true);
    assert_str(auth_room_refusal(&room, by_cookie(AUTH_ME, cookie)), "login");
    auth_room_close(&room);
}

static void test_login__all_failures_are_answered_alike(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    static const char *const secrets[] = { "", ROOM_API_SECRET "S", "wrong", "SSSS" };
    for (size_t i = 0; i < 4; i++)
        assert_str(auth_room_refusal(&room, by_key(AUTH_AUTHORIZE, ROOM_API_KEY, secrets[i])),
                   "login");
    assert_str(auth_room_refusal(&room, by_key(AUTH_AUTHORIZE, "k_none", ROOM_API_SECRET)), "login");
    assert_str(auth_room_refusal(&room, by_key(AUTH_AUTHORIZE, "", "")), "login");
    assert_str(auth_room_refusal(&room, by_key(AUTH_ME, ROOM_API_TOKEN, "")), "login");
    assert_str(auth_room_refusal(&room, by_cookie(AUTH_AUTHORIZE, STR(""))), "login");
    assert_str(auth_room_refusal(&room, by_cookie(AUTH_ME, STR(ROOM_OWNER_LINK))), "login");
    assert_str(auth_room_refusal(&room, by_uid(AUTH_AUTHORIZE, ROOM_OWNER_UID + 1)), "login");
    assert_str(auth_room_refusal(&room, by_uid(AUTH_ME, 0)), "login");
    assert_str(auth_room_refusal(&room, by_uid(AUTH_CHANGE_PROJECT, 0)), "login");
    auth_room_close(&room);
}

static void test_me__a_key_sees_its_project_and_the_owner_all(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    auth_room_add_project(&room);
    assert_int_equal(auth_room_ask(&room, by_key(AUTH_ME, "k_other", ROOM_API_SECRET)), AUTH_IS);
    assert_str(room.answer.me,
               "{\"member\":{\"id\":4,\"name\":\"k_other\",\"role\":\"key\"},\"projects\":[{\"id\":2,"
               "\"name\":\"Second\",\"token\":\"second-token\",\"zone\":\"UTC\",\"demo\":true,"
               "\"week_start\":7,\"roles\":[\"key\"],\"rights\":[\"aggregate\"],"
               "\"people_level\":0,\"purposes\":[\"support\",\"security\",\"legal\",\"quality\","
               "\"export\"]}]}");
    assert_int_equal(auth_room_ask(&room, by_uid(AUTH_ME, ROOM_OWNER_UID)), AUTH_IS);
    assert_true(str_find(room.answer.me, STR("\"name\":\"os:1000\",\"role\":\"owner\"")) > 0);
    assert_true(str_find(room.answer.me, STR("Shop")) > 0);
    assert_true(str_find(room.answer.me, STR("Second")) > 0);
    auth_room_close(&room);
}

/* ---- authorizing ---------------------------------------------------------------------------- */

static struct grant open_grant(struct auth_room *room)
{
    struct grant grant;
    assert_int_equal(room->answer.type, AUTH_GRANTED);
    assert_int_equal(grant_open(room->answer.grant, room->public_key, &grant), 0);
    return grant;
}

static void test_authorize__a_grant_tells_the_truth(void **state)
{
    (void)state;
    static const uint8_t zeros[32];
    struct auth_room room;
    uint8_t hash[32];
    auth_room_open(&room);
    struct str cookie = auth_room_enter(&room, STR(ROOM_OWNER_LINK));
    struct auth_request request = by_cookie(AUTH_AUTHORIZE, cookie);
    request.rights = RIGHT_AGGREGATE;
    memset(request.ask_hash, 9, sizeof(request.ask_hash));
    uint64_t boot = clock_boot_ms(), wall = (uint64_t)clock_wall_ms();
    assert_int_equal(auth_room_ask(&room, request), AUTH_GRANTED);
    struct grant g = open_grant(&room);
    assert_int_equal(g.kind, GRANT_QUESTION);
    assert_int_equal(g.level, 0);
    assert_int_equal(g.principal, 1);
    assert_int_equal(g.project, 1);
    assert_int_equal(g.rights, RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS | RIGHT_REVEAL |
                                   RIGHT_APPROVE | RIGHT_SETTINGS);
    assert_in_range(g.issued_boot_ms, boot, boot + 5000);
    assert_in_range(g.wall_ms, wall, wall + 5000);
    assert_int_equal(g.life_ms, 5000);
    assert_int_equal(g.key_epoch, 1);
    assert_int_equal(g.counter, 1);
    assert_memory_equal(g.ask_hash, request.ask_hash, 32);
    hash_sha256(cookie, hash);
    assert_memory_equal(g.login_session, hash, 16);
    assert_memory_equal(g.credential, zeros, 16);
    assert_memory_equal(g.found_ref, zeros, 16);
    assert_memory_equal(g.proof_key, zeros, 16);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(g.boot_id[i], 7);
    assert_int_equal(room.answer.principal, 1);
    assert_int_equal(room.answer.project, 1);
    assert_int_equal(room.answer.rights, g.rights);
    assert_str(room.answer.settings,
               "{\"zone\":\"Asia/Riyadh\",\"week_start\":1,\"group_min\":10,\"classes\":{}}");
    assert_int_equal(auth_room_ask(&room, request), AUTH_GRANTED);
    assert_int_equal(open_grant(&room).counter, 2);
    auth_room_close(&room);
}

static void test_authorize__keys_and_the_owners_uid(void **state)
{
    (void)state;
    struct auth_room room;
    uint8_t hash[32];
    auth_room_open(&room);
    auth_room_add_project(&room);
    struct auth_request request = by_key(AUTH_AUTHORIZE, ROOM_API_KEY, ROOM_API_SECRET);
    request.rights = RIGHT_COLLECT | RIGHT_AGGREGATE | RIGHT_UNFOLDED;
    assert_int_equal(auth_room_ask(&room, request), AUTH_GRANTED);
    struct grant g = open_grant(&room);
    assert_int_equal(g.principal, 2);
    assert_int_equal(g.project, 1);
    assert_int_equal(g.rights, RIGHT_COLLECT | RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS);
    hash_sha256(STR(ROOM_API_KEY), hash);
    assert_memory_equal(g.credential, hash, 16);
    request.rights = RIGHT_SETTINGS;
    assert_str(auth_room_refusal(&room, request), "role");
    request.rights = (uint64_t)1 << 40;
    assert_str(auth_room_refusal(&room, request), "role");

    struct auth_request other = by_key(AUTH_AUTHORIZE, "k_other", ROOM_API_SECRET);
    other.rights = RIGHT_AGGREGATE;
    assert_int_equal(auth_room_ask(&room, other), AUTH_GRANTED);
    g = open_grant(&room);
    assert_int_equal(g.project, 2);
    assert_int_equal(g.key_epoch, 2);
    assert_str(room.answer.settings, "{\"zone\":\"UTC\",\"week_start\":7,\"group_min\":3,"
                                     "\"classes\":{\"code\":\"secret\",\"plan\":\"open\"}}");
    other.rights = RIGHT_UNFOLDED;
    assert_str(auth_room_refusal(&room, other), "role");

    struct auth_request os = by_uid(AUTH_AUTHORIZE, ROOM_OWNER_UID);
    os.project = 2;
    os.rights = RIGHT_SETTINGS | RIGHT_UNFOLDED;
    assert_int_equal(auth_room_ask(&room, os), AUTH_GRANTED);
    g = open_grant(&room);
    assert_int_equal(g.principal, 3);
    assert_int_equal(g.project, 2);
    os.rights = RIGHT_COLLECT;
    assert_str(auth_room_refusal(&room, os), "role");
    auth_room_close(&room);
}

/* What is about single people needs an ask; a question never opens it. */
static void test_authorize__a_key_asks_for_rows_alone(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    struct auth_request request = by_key(AUTH_AUTHORIZE, ROOM_API_KEY, ROOM_API_SECRET);
    request.rights = RIGHT_REVEAL;
    assert_str(auth_room_refusal(&room, request), "role");
    for (uint8_t kind = GRANT_REVEAL; kind <= GRANT_FREEZE; kind++) {
        request.ask_kind = kind;
        request.ask = STR("");
        assert_str(auth_room_refusal(&room, request), "ask");
        request.ask = auth_room_ask_text(&room, kind);
        assert_true(str_equal(auth_room_refusal(&room, request),
                              kind == GRANT_ROWS || kind == GRANT_TIMELINE ? STR("")
                                                                           : STR("role")));
    }
    request.ask_kind = GRANT_ROWS;
    request.ask = auth_room_ask_text(&room, GRANT_ROWS);
    assert_int_equal(auth_room_ask(&room, request), AUTH_GRANTED);
    struct evidence evidence;
    assert_int_equal(evidence_decode(room.answer.evidence, &evidence), 0);
    assert_int_equal(evidence.kind, EVIDENCE_SECRET);
    assert_str(evidence.secret, ROOM_API_SECRET);
    /* Who is nobody learns nothing of that. */
    request.secret = STR("wrong");
    assert_str(auth_room_refusal(&room, request), "login");
    auth_room_close(&room);
}

static void test_authorize__projects_of_others_are_none(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    auth_room_add_project(&room);
    struct auth_request request = by_key(AUTH_AUTHORIZE, ROOM_API_KEY, ROOM_API_SECRET);
    static const uint64_t strange[] = { 2, 3, UINT64_MAX, (uint64_t)1 << 63 };
    for (size_t i = 0; i < 4; i++) {
        request.project = strange[i];
        assert_str(auth_room_refusal(&room, request), "project");
    }
    request.project = 1;
    assert_int_equal(auth_room_ask(&room, request), AUTH_GRANTED);
    struct auth_request os = by_uid(AUTH_AUTHORIZE, ROOM_OWNER_UID);
    for (size_t i = 1; i < 4; i++) {
        os.project = strange[i];
        assert_str(auth_room_refusal(&room, os), "project");
    }
    auth_room_close(&room);
}

static void test_authorize__does_not_touch_the_disk(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    struct str cookie = auth_room_enter(&room, STR(ROOM_OWNER_LINK));
    uint64_t steps = disk_steps(room.disk);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_AUTHORIZE, cookie)), AUTH_GRANTED);
        assert_int_equal(auth_room_ask(&room, by_key(AUTH_AUTHORIZE, ROOM_API_KEY,
                                                     ROOM_API_SECRET)), AUTH_GRANTED);
        assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_ME, cookie)), AUTH_IS);
    }
    assert_int_equal(disk_steps(room.disk), steps);
    auth_tick(room.auth);
    assert_true(disk_steps(room.disk) > steps);
    auth_room_close(&room);
}

/* ---- changing ------------------------------------------------------------------------------- */

static void test_change_project__is_kept_and_told(void **state)
{
    (void)state;
    struct auth_room room;
    struct bytes json = { 0 };
    auth_room_open(&room);
    struct auth_request request = by_uid(AUTH_CHANGE_PROJECT, ROOM_OWNER_UID);
    request.name = STR("  \xd9\x85\xd8\xaa\xd8\xac\xd8\xb1 ");
    request.zone = STR("Africa/Cairo");
    assert_int_equal(auth_room_ask(&room, request), AUTH_IS);
    assert_true(str_find(room.answer.me, STR("\"name\":\"\xd9\x85\xd8\xaa\xd8\xac\xd8\xb1\"")) > 0);
    assert_true(str_find(room.answer.me, STR("Africa/Cairo")) > 0);
    assert_true(room.auth->settings_changed);
    auth_room_restart(&room, true);
    assert_false(room.auth->settings_changed);
    assert_int_equal(auth_write_ingest_settings(room.auth, &json), 0);
    assert_true(str_find(bytes_str(&json), STR("Africa/Cairo")) > 0);
    /* One of the two alone; and what changes nothing is not told. */
    request.name = STR("");
    assert_int_equal(auth_room_ask(&room, request), AUTH_IS);
    assert_false(room.auth->settings_changed);
    request.zone = STR("");
    request.name = STR("New");
    assert_int_equal(auth_room_ask(&room, request), AUTH_IS);
    assert_true(str_find(room.answer.me, STR("Africa/Cairo")) > 0);
    assert_true(str_find(room.answer.me, STR("\"name\":\"New\"")) > 0);
    assert_true(room.auth->settings_changed);
    bytes_release(&json);
    auth_room_close(&room);
}

static void test_change_project__refuses_what_has_no_form_or_no_right(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    struct auth_request request = by_uid(AUTH_CHANGE_PROJECT, ROOM_OWNER_UID);
    assert_str(auth_room_refusal(&room, request), "invalid");
    request.name = STR("   ");
    assert_str(auth_room_refusal(&room, request), "invalid");
    request.name = STR("fine");
    request.zone = STR("../etc/passwd");
    assert_str(auth_room_refusal(&room, request), "invalid");
    request.zone = STR("UTC");
    request.project = 9;
    assert_str(auth_room_refusal(&room, request), "project");
    struct auth_request key = by_key(AUTH_CHANGE_PROJECT, ROOM_API_KEY, ROOM_API_SECRET);
    key.name = STR("stolen");
    assert_str(auth_room_refusal(&room, key), "role");
    assert_false(room.auth->settings_changed);
    assert_int_equal(auth_room_ask(&room, by_uid(AUTH_ME, ROOM_OWNER_UID)), AUTH_IS);
    assert_true(str_find(room.answer.me, STR("\"name\":\"Shop\"")) > 0);
    auth_room_close(&room);
}

/* ---- a disk that fails ---------------------------------------------------------------------- */

static void test_answers__the_first_failed_write_closes_the_door(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    disk_fail_at(room.disk, 0, ERR_IO, true);
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))), "io");
    /* The disk is well again; what is on it is not known. */
    assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))), "io");
    assert_str(auth_room_refusal(&room, by_key(AUTH_ME, ROOM_API_KEY, ROOM_API_SECRET)), "io");
    auth_room_restart(&room, true);
    (void)auth_room_enter(&room, STR(ROOM_OWNER_LINK));
    auth_room_close(&room);
}

static int few_bytes(struct fs *fs, uint64_t *out)
{
    (void)fs;
    *out = 1 << 20;
    return 0;
}

/* A nearly full disk: nothing is written, and those who are in still ask. */
static void test_answers__a_full_disk_stops_changes_only(void **state)
{
    (void)state;
    static struct fs_ops full;
    struct auth_room room;
    auth_room_open(&room);
    struct str cookie = auth_room_enter(&room, STR(ROOM_OWNER_LINK));
    assert_int_equal(auth_room_ask(&room, by_uid(AUTH_NEW_OWNER_LINK, ROOM_OWNER_UID)),
                     AUTH_LINKED);
    struct str link = room.answer.link;
    const struct fs_ops *enough = room.fs->ops;
    full = *enough;
    full.free_bytes = few_bytes;
    room.fs->ops = &full;
    uint64_t steps = disk_steps(room.disk);
    struct auth_request change = by_uid(AUTH_CHANGE_PROJECT, ROOM_OWNER_UID);
    change.name = STR("N");
    assert_str(auth_room_refusal(&room, auth_room_link(&room, link)), "io");
    assert_str(auth_room_refusal(&room, by_uid(AUTH_NEW_OWNER_LINK, ROOM_OWNER_UID)), "io");
    assert_str(auth_room_refusal(&room, by_cookie(AUTH_LEAVE, cookie)), "io");
    assert_str(auth_room_refusal(&room, change), "io");
    assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_AUTHORIZE, cookie)), AUTH_GRANTED);
    auth_tick(room.auth);
    assert_int_equal(disk_steps(room.disk), steps);
    room.fs->ops = enough;
    (void)auth_room_enter(&room, link);
    assert_int_equal(auth_room_ask(&room, change), AUTH_IS);
    auth_room_close(&room);
}

/* The power fails after each step of an entrance: the link still opens, or the cookie was never
 * given; a cookie that was given holds, and its link is dead. */
static void test_enter__a_crash_at_any_step_leaves_one_way_in(void **state)
{
    (void)state;
    int entered = 0, refused = 0;
    for (uint64_t step = 0; step < 60; step++) {
        struct auth_room room;
        auth_room_open(&room);
        disk_fail_at(room.disk, step, ERR_IO, false);
        bool is_in = auth_room_ask(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))) == AUTH_ANSWERED;
        struct str cookie = room.answer.cookie;
        disk_fail_at(room.disk, UINT64_MAX, 0, false);
        auth_room_restart(&room, true);
        if (is_in) {
            entered++;
            assert_int_equal(auth_room_ask(&room, by_cookie(AUTH_ME, cookie)), AUTH_IS);
            assert_str(auth_room_refusal(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))), "link");
            assert_false(file_is_there(&room, STR(ROOM_OWNER_LINK)));
        } else {
            refused++;
            assert_str(room.answer.code, "io");
            /* Unanswered, it may have lasted or not: but file and database say the same. */
            bool is_alive = file_is_there(&room, STR(ROOM_OWNER_LINK));
            assert_int_equal(auth_room_ask(&room, auth_room_link(&room, STR(ROOM_OWNER_LINK))),
                             is_alive ? AUTH_ANSWERED : AUTH_REFUSED);
            assert_int_equal(auth_room_ask(&room, by_uid(AUTH_NEW_OWNER_LINK, ROOM_OWNER_UID)),
                             AUTH_LINKED);
        }
        auth_room_close(&room);
    }
    assert_true(entered > 0 && refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enter__the_link_opens_once),
        cmocka_unit_test(test_enter__the_link_lives_a_day_from_the_first_serve),
        cmocka_unit_test(test_new_owner_link__replaces_the_former_and_is_the_owners_alone),
        cmocka_unit_test(test_login__lasts_12_hours_or_until_it_ends),
        cmocka_unit_test(test_login__all_failures_are_answered_alike),
        cmocka_unit_test(test_me__a_key_sees_its_project_and_the_owner_all),
        cmocka_unit_test(test_authorize__a_grant_tells_the_truth),
        cmocka_unit_test(test_authorize__keys_and_the_owners_uid),
        cmocka_unit_test(test_authorize__a_key_asks_for_rows_alone),
        cmocka_unit_test(test_authorize__projects_of_others_are_none),
        cmocka_unit_test(test_authorize__does_not_touch_the_disk),
        cmocka_unit_test(test_change_project__is_kept_and_told),
        cmocka_unit_test(test_change_project__refuses_what_has_no_form_or_no_right),
        cmocka_unit_test(test_answers__the_first_failed_write_closes_the_door),
        cmocka_unit_test(test_answers__a_full_disk_stops_changes_only),
        cmocka_unit_test(test_enter__a_crash_at_any_step_leaves_one_way_in),
    };
    return RUN(tests);
}
