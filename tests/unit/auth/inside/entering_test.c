/* auth/inside/entering: the ledger hears of each login with a key, and who is frozen stays out. */
#include "auth/inside/entering.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static void test_entering__the_ledger_hears_or_hears_later(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_int_equal(s.ledger.logins, 2);
    s.room.auth->ledger = NULL;
    assert_str(auth_member_login(&s.owner), "");
    assert_int_equal(s.ledger.logins, 2);
    assert_int_equal(entering_tell_all(s.room.auth), ERR_CLOSED);
    s.room.auth->ledger = s.ledger.link;
    assert_int_equal(entering_tell_all(s.room.auth), 0);
    assert_int_equal(s.ledger.logins, 5); /* every living one */
    /* What it has against a login is its own to say at each ask; but frozen is frozen. */
    s.ledger.refusal = "principal_unknown";
    assert_str(auth_member_login(&s.owner), "");
    s.ledger.refusal = "frozen";
    struct str cookie = s.owner.cookie;
    assert_str(auth_member_login(&s.owner), "frozen");
    assert_true(str_equal(cookie, s.owner.cookie));
    auth_stand_close(&s);
}

static void test_entering__the_frozen_and_the_ended_stay_out(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_int_equal(members_set_frozen(&s.room.auth->members, 1, true, 5), 0);
    assert_str(auth_member_ask(&s.owner, GRANT_ROWS), "frozen");
    assert_str(auth_member_login(&s.owner), "frozen");
    assert_int_equal(members_set_frozen(&s.room.auth->members, 1, false, 5), 0);
    assert_str(auth_member_login(&s.owner), "");
    assert_int_equal(members_end(&s.room.auth->members, 1, 5), 0);
    assert_str(auth_member_ask(&s.owner, GRANT_ROWS), "login");
    assert_str(auth_member_login(&s.owner), "login");
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entering__the_ledger_hears_or_hears_later),
        cmocka_unit_test(test_entering__the_frozen_and_the_ended_stay_out),
    };
    return RUN(tests);
}
