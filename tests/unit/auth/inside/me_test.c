/* auth/inside/me: what one is told: the login's name, level, ways in, roles and rights by project. */
#include "auth/inside/me.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

struct stand { struct auth_room room; struct auth_ledger ledger; struct auth_member owner; };

/* The owner, who came by the link, has a passkey and is logged in with it. */
static void open_stand(struct stand *s)
{
    auth_room_open(&s->room);
    auth_ledger_start(&s->ledger, &s->room);
    auth_member_create(&s->owner, &s->room);
    assert_str(auth_member_enter(&s->owner, STR(ROOM_OWNER_LINK)), "");
    assert_str(auth_member_add_passkey(&s->owner, "owner-key"), "");
    assert_str(auth_member_login(&s->owner), "");
}

static void close_stand(struct stand *s)
{
    auth_ledger_stop(&s->ledger);
    auth_member_release(&s->owner);
    auth_room_close(&s->room);
}


static void test_me__tells_level_ways_and_roles(void **state)
{
    (void)state;
    struct stand s;
    char session[33];
    open_stand(&s);
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
    close_stand(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_me__tells_level_ways_and_roles),
    };
    return RUN(tests);
}
