/* auth/inside/members_json: who decides sees all and what waits, others themselves. */
#include "auth/inside/members_json.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static void test_members_json__shows_what_one_may_see(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
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
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_json__shows_what_one_may_see),
    };
    return RUN(tests);
}
