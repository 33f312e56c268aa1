/* auth/inside/logins: 43 characters, hashed; over to the millisecond; the old are swept. */
#include "auth/inside/logins.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_room.h"
#include "support/test.h"

static int64_t count(struct auth_room *room, const char *sql)
{
    struct db_statement *s = db_prepare(room->auth->db, sql);
    db_reset(s);
    assert_int_equal(db_step(s), 1);
    int64_t n = db_get_i64(s, 0);
    db_reset(s);
    return n;
}

static int begin(struct logins *logins, uint32_t member, int64_t now_ms, char cookie[44])
{
    uint8_t hash[SECRET_HASH_BYTES];
    const struct logins_new login = { .member = member };
    logins_make_cookie(cookie, hash);
    return logins_begin(logins, &login, hash, now_ms);
}

static void test_logins__end_to_the_millisecond_and_are_swept(void **state)
{
    (void)state;
    struct auth_room room;
    struct login login;
    char first[44], second[44];
    auth_room_open(&room);
    struct logins *logins = &room.auth->logins;
    assert_int_equal(begin(logins, 1, 1000, first), 0);
    assert_int_equal(strlen(first), 43);
    assert_int_equal(logins_find(logins, str_from(first), 1000, &login), 0);
    assert_int_equal(login.member, 1);
    assert_int_equal(logins_find(logins, str_from(first), 1000 + LOGINS_LIFE_MS - 1, &login), 0);
    assert_int_equal(logins_find(logins, str_from(first), 1000 + LOGINS_LIFE_MS, &login),
                     ERR_NOT_FOUND);
    assert_int_equal(logins_find(logins, str_of(first, 42), 1000, &login), ERR_NOT_FOUND);
    assert_int_equal(begin(logins, 1, 2000, second), 0);
    assert_string_not_equal(first, second);
    assert_int_equal(count(&room, "SELECT count(*) FROM login"), 2);
    assert_int_equal(begin(logins, 1, 1500 + LOGINS_LIFE_MS, first), 0);
    assert_int_equal(count(&room, "SELECT count(*) FROM login"), 2);
    assert_int_equal(logins_find(logins, str_from(second), 2000, &login), 0);
    assert_int_equal(logins_end(logins, str_from(second)), 0);
    assert_int_equal(logins_find(logins, str_from(second), 2000, &login), ERR_NOT_FOUND);
    assert_int_equal(begin(logins, 99, 2000, second), ERR_EXISTS);
    auth_room_close(&room);
}

static void test_logins__last_seen_is_written_when_flushed(void **state)
{
    (void)state;
    struct auth_room room;
    struct login login;
    char cookie[44];
    auth_room_open(&room);
    struct logins *logins = &room.auth->logins;
    assert_int_equal(begin(logins, 1, 1000, cookie), 0);
    assert_int_equal(logins_find(logins, str_from(cookie), 5000, &login), 0);
    assert_int_equal(login.seen_ms, 1000);
    logins_note(logins, &login, 5000);
    assert_int_equal(logins_find(logins, str_from(cookie), 5001, &login), 0);
    assert_int_equal(login.seen_ms, 5000);
    assert_int_equal(count(&room, "SELECT seen_ms FROM login"), 1000);
    assert_int_equal(logins_flush(logins), 0);
    assert_int_equal(count(&room, "SELECT seen_ms FROM login"), 5000);
    auth_room_close(&room);
}

/* Whoever gets the database has nobody's cookie. */
static void test_logins__the_cookie_is_nowhere_on_disk(void **state)
{
    (void)state;
    struct auth_room room;
    struct bytes file = { 0 };
    auth_room_open(&room);
    struct str cookie = auth_room_enter(&room, STR(ROOM_OWNER_LINK));
    assert_int_equal(fs_read_file(room.fs, "auth.db", 1 << 24, &file), 0);
    assert_true(str_find(bytes_str(&file), STR("CREATE TABLE login")) > 0);
    assert_true(str_find(bytes_str(&file), cookie) < 0);
    assert_true(str_find(bytes_str(&file), STR(ROOM_API_SECRET)) < 0);
    assert_true(str_find(bytes_str(&file), STR(ROOM_OWNER_LINK)) < 0);
    bytes_release(&file);
    auth_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logins__end_to_the_millisecond_and_are_swept),
        cmocka_unit_test(test_logins__last_seen_is_written_when_flushed),
        cmocka_unit_test(test_logins__the_cookie_is_nowhere_on_disk),
    };
    return RUN(tests);
}
