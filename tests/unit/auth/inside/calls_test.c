/* auth/inside/calls: who may make which call, and that what changes something is signed. */
#include "auth/inside/calls.h"

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


static void test_calls__strangers_begin_logins_and_nothing_else(void **state)
{
    (void)state;
    struct stand s;
    open_stand(&s);
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
    close_stand(&s);
}

static bool is_list(int call)
{
    return call == AUTH_LOGINS_LIST || call == AUTH_MEMBERS_LIST || call == AUTH_KEYS_LIST;
}

static void test_calls__a_copied_cookie_changes_nothing(void **state)
{
    (void)state;
    struct stand s;
    open_stand(&s);
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
    close_stand(&s);
}

static void test_calls__a_proof_is_for_one_request(void **state)
{
    (void)state;
    struct stand s;
    open_stand(&s);
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
    close_stand(&s);
}

/* The owner's uid looks at the lists; it has no key to sign a decision with. */
static void test_calls__the_uid_looks(void **state)
{
    (void)state;
    struct stand s;
    open_stand(&s);
    for (int call = AUTH_PASSKEY_BEGIN; call <= AUTH_CALL_LAST; call++) {
        struct auth_request request = { .type = AUTH_CALL, .by = AUTH_BY_UID, .call = call,
                                        .uid = ROOM_OWNER_UID, .body = STR("{}") };
        struct str code = auth_room_refusal(&s.room, request);
        assert_true(is_list(call) == (code.len == 0));
    }
    close_stand(&s);
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
