/* auth/inside/me: what one is told: the login's name, level, ways in, roles and rights by project. */
#include "auth/inside/me.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static void test_me__tells_level_ways_and_roles(void **state)
{
    (void)state;
    struct auth_stand s;
    char session[33];
    auth_stand_open(&s);
    struct auth_request request = { .type = AUTH_ME, .by = AUTH_BY_COOKIE,
                                    .cookie = s.owner.cookie };
    assert_int_equal(auth_room_ask(&s.room, request), AUTH_IS);
    str_hex(s.owner.session, 16, session);
    assert_true(str_find(s.room.answer.me, str_from(session)) > 0);
    assert_true(str_find(s.room.answer.me, STR("\"level\":2,\"ways\":{\"passkeys\":1,\"password\":false,"
                                               "\"totp\":false},\"frozen\":false")) > 0);
    assert_true(str_find(s.room.answer.me, STR("\"idle_ms\":900000")) > 0);
    assert_true(str_find(s.room.answer.me, STR("\"people_level\":2")) > 0);
    auth_room_set_roles(&s.room, 1, "responder viewer");
    assert_int_equal(auth_room_ask(&s.room, request), AUTH_IS);
    assert_true(str_find(s.room.answer.me, STR("\"roles\":[\"responder\",\"viewer\"],\"rights\":"
                                               "[\"aggregate\",\"unfolded\",\"approve\"]")) > 0);
    assert_true(str_find(s.room.answer.me, STR("\"role\":\"responder\"")) > 0);
    assert_true(str_find(s.room.answer.me, STR("\"idle_ms\":0")) > 0);
    /* A project in which one holds nothing is not there. */
    auth_room_add_project(&s.room);
    assert_int_equal(auth_room_ask(&s.room, request), AUTH_IS);
    assert_true(str_find(s.room.answer.me, STR("Second")) < 0);
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_me__tells_level_ways_and_roles),
    };
    return RUN(tests);
}
