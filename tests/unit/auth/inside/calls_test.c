/* auth/inside/calls: who may make which call, and that what changes something is signed. */
#include "auth/inside/calls.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static void test_calls__strangers_begin_logins_and_nothing_else(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    for (int call = AUTH_PASSKEY_BEGIN; call <= AUTH_CALL_LAST; call++) {
        struct auth_request request = { .type = AUTH_CALL, .by = AUTH_BY_NOBODY, .call = call,
                                        .body = STR("{}") };
        assert_str(auth_room_refusal(&s.room, request), "login");
        /* A key manages nothing. */
        request.by = AUTH_BY_KEY;
        request.key = STR(ROOM_API_KEY);
        request.secret = STR(ROOM_API_SECRET);
        assert_str(auth_room_refusal(&s.room, request), "role");
    }
    auth_stand_close(&s);
}

static bool is_list(int call)
{
    return call == AUTH_LOGINS_LIST || call == AUTH_MEMBERS_LIST || call == AUTH_KEYS_LIST;
}

static void test_calls__a_copied_cookie_changes_nothing(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    for (int call = AUTH_PASSKEY_BEGIN; call <= AUTH_CALL_LAST; call++) {
        struct auth_request request = { .type = AUTH_CALL, .by = AUTH_BY_COOKIE, .call = call,
                                        .cookie = s.owner.cookie, .body = STR("{}") };
        struct str code = auth_room_refusal(&s.room, request);
        if (is_list(call))
            assert_str(code, "");
        else
            assert_int_equal(s.room.answer.type, AUTH_REFUSED);
    }
    assert_int_equal(s.ledger.decisions, 1); /* the passkey's, at the beginning */
    auth_stand_close(&s);
}

static void test_calls__a_proof_is_for_one_request(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_str(auth_member_call(&s.owner, AUTH_PASSKEY_BEGIN, "{}"), "");
    /* The same proof again; over another body; at another path; of another login. */
    struct auth_request good = auth_member_ask_request(&s.owner, GRANT_REVEAL);
    struct auth_request bad = good;
    bad.path = STR("/api/y");
    assert_str(auth_room_refusal(&s.room, bad), "proof");
    bad = good;
    bad.method = STR("GET");
    assert_str(auth_room_refusal(&s.room, bad), "proof");
    bad = good;
    bad.ask = auth_room_ask_text(&s.room, GRANT_REVEAL);
    assert_str(auth_room_refusal(&s.room, bad), "proof");
    bad = good;
    bad.proof = STR("");
    assert_str(auth_room_refusal(&s.room, bad), "proof");
    assert_str(auth_room_refusal(&s.room, good), "");
    assert_str(auth_room_refusal(&s.room, good), "proof");
    struct auth_request old = auth_member_ask_request(&s.owner, GRANT_REVEAL);
    clock_shift_for_test(60 * 1000 + 1, 0);
    assert_str(auth_room_refusal(&s.room, old), "proof");
    clock_shift_for_test(-60 * 1000 - 1, 0);
    assert_str(auth_room_refusal(&s.room, old), "");
    auth_stand_close(&s);
}

/* The owner's uid looks at the lists; it has no key to sign a decision with. */
static void test_calls__the_uid_looks(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    for (int call = AUTH_PASSKEY_BEGIN; call <= AUTH_CALL_LAST; call++) {
        struct auth_request request = { .type = AUTH_CALL, .by = AUTH_BY_UID, .call = call,
                                        .uid = ROOM_OWNER_UID, .body = STR("{}") };
        struct str code = auth_room_refusal(&s.room, request);
        assert_true(is_list(call) == (code.len == 0));
    }
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls__strangers_begin_logins_and_nothing_else),
        cmocka_unit_test(test_calls__a_copied_cookie_changes_nothing),
        cmocka_unit_test(test_calls__a_proof_is_for_one_request),
        cmocka_unit_test(test_calls__the_uid_looks),
    };
    return RUN(tests);
}
