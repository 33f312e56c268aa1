/* auth/inside/askers: each way of saying who one is, and what cannot be one. */
#include "auth/inside/askers.h"

#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "support/auth_room.h"
#include "support/test.h"
#include "sys/clock.h"

static void test_askers__three_ways_in(void **state)
{
    (void)state;
    static const uint8_t zeros[16];
    struct auth_room room;
    struct asker asker;
    struct access_entry access;
    uint8_t hash[32];
    auth_room_open(&room);
    struct str cookie = auth_room_enter(&room, STR(ROOM_OWNER_LINK));
    struct auth_request request = { .by = AUTH_BY_COOKIE, .cookie = cookie };
    assert_int_equal(askers_identify(room.auth, &request, &room.arena, &asker), 0);
    assert_int_equal(asker.principal, 1);
    assert_int_equal(asker.project, 0);
    assert_int_equal(askers_access(room.auth, &asker, 1, &room.arena, &access), 0);
    assert_int_equal(access.rights, RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS | RIGHT_REVEAL |
                                        RIGHT_APPROVE | RIGHT_SETTINGS);
    assert_str(access.roles, "owner support");
    assert_int_equal(askers_access(room.auth, &asker, 2, &room.arena, &access), ERR_NOT_FOUND);
    assert_str(asker.name, "Owner");
    hash_sha256(cookie, hash);
    assert_memory_equal(asker.login.hash, hash, 32);
    assert_memory_equal(asker.credential, zeros, 16);

    request = (struct auth_request){ .by = AUTH_BY_KEY, .key = STR(ROOM_API_KEY),
                                     .secret = STR(ROOM_API_SECRET) };
    assert_int_equal(askers_identify(room.auth, &request, &room.arena, &asker), 0);
    assert_int_equal(asker.principal, 2);
    assert_int_equal(asker.project, 1);
    assert_int_equal(askers_access(room.auth, &asker, 1, &room.arena, &access), 0);
    assert_str(access.roles, "key");
    assert_int_equal(askers_access(room.auth, &asker, 2, &room.arena, &access), ERR_NOT_FOUND);
    assert_memory_equal(asker.login.hash, zeros, 16);

    request = (struct auth_request){ .by = AUTH_BY_UID, .uid = ROOM_OWNER_UID };
    assert_int_equal(askers_identify(room.auth, &request, &room.arena, &asker), 0);
    assert_int_equal(asker.principal, 3);
    assert_str(asker.name, "os:1000");
    auth_room_close(&room);
}

/* One way's right words do not open another. */
static void test_askers__ways_are_not_mixed(void **state)
{
    (void)state;
    struct auth_room room;
    struct asker asker;
    auth_room_open(&room);
    struct auth_request request = {
        .cookie = auth_room_enter(&room, STR(ROOM_OWNER_LINK)), .key = STR("k_none"),
        .secret = STR(ROOM_API_SECRET), .uid = 1,
    };
    request.by = AUTH_BY_KEY;
    assert_int_equal(askers_identify(room.auth, &request, &room.arena, &asker), ERR_NOT_FOUND);
    request.by = AUTH_BY_UID;
    assert_int_equal(askers_identify(room.auth, &request, &room.arena, &asker), ERR_NOT_FOUND);
    request.uid = ROOM_OWNER_UID;
    request.key = STR(ROOM_API_KEY);
    request.cookie = STR("");
    request.by = AUTH_BY_COOKIE;
    assert_int_equal(askers_identify(room.auth, &request, &room.arena, &asker), ERR_NOT_FOUND);
    auth_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_askers__three_ways_in),
        cmocka_unit_test(test_askers__ways_are_not_mixed),
    };
    return RUN(tests);
}
