/* auth/inside/members_json: who decides sees all and what waits, others themselves. */
#include "auth/inside/members_json.h"

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


static void test_members_json__shows_what_one_may_see(void **state)
{
    (void)state;
    struct stand s;
    open_stand(&s);
    s.ledger.delay_ms = 1000000;
    assert_str(auth_member_decide(&s.owner, AUTH_MEMBER_INVITE, GRANT_ENROL,
                                  "{\"do\":\"member\",\"name\":\"Ali\",\"rights\":{\"1\":[\"aggregate\","
                                  "\"unfolded\",\"rows\"]},\"roles\":{\"1\":[\"analyst\"]}}", true), "");
    assert_str(auth_member_call(&s.owner, AUTH_MEMBERS_LIST, ""), "");
    struct str all = s.room.answer.json;
    assert_true(str_find(all, STR("\"name\":\"Owner\",\"roles\":{\"1\":[\"owner\",\"support\"]},"
                                  "\"passkeys\":[{\"id\":\"b3duZXIta2V5\",\"name\":\"key\"")) > 0);
    assert_true(str_find(all, STR("\"name\":\"Ali\",\"roles\":{}")) > 0);
    assert_true(str_find(all, STR("\"state\":\"invited\"")) > 0);
    assert_true(str_find(all, STR("\"waiting\":[{\"sequence\":102,")) > 0);
    auth_room_set_roles(&s.room, 1, "viewer");
    assert_str(auth_member_call(&s.owner, AUTH_MEMBERS_LIST, ""), "");
    assert_true(str_find(s.room.answer.json, STR("Ali")) < 0);
    assert_true(str_find(s.room.answer.json, STR("\"name\":\"Owner\"")) > 0);
    assert_true(str_ends(s.room.answer.json, STR("\"waiting\":[]}")));
    close_stand(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_json__shows_what_one_may_see),
    };
    return RUN(tests);
}
