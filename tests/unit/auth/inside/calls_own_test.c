/* auth/inside/calls_own: one's own passkeys and logins. */
#include "auth/inside/calls_own.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static struct str end_passkey(struct auth_stand *s, const char *id, uint32_t principal)
{
    struct str detail = arena_printf(&s->room.arena, "{\"do\":\"end_credential\",\"principal\":%u,"
                                     "\"id\":\"%s\"}", principal, id);
    return auth_member_decide(&s->owner, AUTH_PASSKEY_END, GRANT_ENROL, detail.ptr, false);
}

static void test_own__the_first_passkey_is_the_ledgers_too(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_int_equal(s.ledger.ask.len, 0);
    assert_true(str_starts(bytes_str(&s.ledger.detail),
                           STR("{\"do\":\"credential\",\"principal\":1,\"auth_data\":\"")));
    /* A further one without the word of the first is none, whoever holds the login. */
    struct authenticator *first = s.owner.passkey;
    s.owner.passkey = NULL;
    assert_str(auth_member_add_passkey(&s.owner, "second"), "invalid");
    authenticator_destroy(s.owner.passkey);
    s.owner.passkey = first;
    assert_int_equal(s.ledger.decisions, 1);
    uint32_t count;
    assert_int_equal(passkeys_count(&s.room.auth->passkeys, 1, &count), 0);
    assert_int_equal(count, 1);
    auth_stand_close(&s);
}

static void test_own__a_passkey_ends_with_the_ledgers_word(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    const char *id = "b3duZXIta2V5"; /* owner-key */
    assert_str(end_passkey(&s, "AAAA", 1), "invalid");
    assert_str(end_passkey(&s, id, 2), "invalid");
    s.ledger.refusal = "stopped";
    assert_str(end_passkey(&s, id, 1), "stopped");
    s.ledger.refusal = NULL;
    assert_str(auth_member_login(&s.owner), "");
    assert_str(end_passkey(&s, id, 1), "");
    assert_str(auth_member_login(&s.owner), "login");
    auth_stand_close(&s);
}

static void test_own__logins_are_listed_and_ended(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_str(auth_member_call(&s.owner, AUTH_LOGINS_LIST, ""), "");
    assert_true(str_find(s.room.answer.json, STR("\"agent\":\"Test\"")) > 0);
    assert_true(str_find(s.room.answer.json, STR("\"address\":\"192.0.2.9\"")) > 0);
    assert_true(str_find(s.room.answer.json, STR("\"current\":true")) > 0);
    assert_str(auth_member_call(&s.owner, AUTH_LOGIN_END, "{\"id\":99}"), "invalid");
    assert_str(auth_member_call(&s.owner, AUTH_LOGIN_END, "{\"id\":\"1\"}"), "invalid");
    assert_str(auth_member_call(&s.owner, AUTH_LOGIN_END, "{\"id\":1}"), "");
    assert_str(auth_member_call(&s.owner, AUTH_LOGIN_END, "{\"id\":1}"), "invalid");
    assert_str(auth_member_call(&s.owner, AUTH_LOGIN_END, "{\"id\":2}"), "");
    assert_str(auth_member_call(&s.owner, AUTH_LOGINS_LIST, ""), "login");
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own__the_first_passkey_is_the_ledgers_too),
        cmocka_unit_test(test_own__a_passkey_ends_with_the_ledgers_word),
        cmocka_unit_test(test_own__logins_are_listed_and_ended),
    };
    return RUN(tests);
}
