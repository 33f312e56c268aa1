/* auth/inside/calls_login: a passkey opens, once for each nonce; a link opens with a key, and without
 * one to a login that signs nothing. */
#include "auth/inside/calls_login.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static void test_login__a_passkey_again_and_again(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_true(str_find(s.room.answer.json, STR("\"level\":2")) > 0);
    assert_str(auth_member_login(&s.owner), "");
    assert_int_equal(s.ledger.logins, 3);
    /* A sign count that does not rise is a copy of the passkey. */
    s.owner.count -= 2;
    assert_str(auth_member_login(&s.owner), "login");
    s.owner.count += 2;
    assert_str(auth_member_login(&s.owner), "");
    auth_stand_close(&s);
}

static void test_login__a_passkey_that_nobody_has(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    struct authenticator *former = s.owner.passkey;
    s.owner.passkey = authenticator_create("stranger", "localhost");
    assert_str(auth_member_login(&s.owner), "login");
    authenticator_destroy(s.owner.passkey);
    /* The id of one that is known, and another key behind it. */
    s.owner.passkey = authenticator_create("owner-key", "localhost");
    assert_str(auth_member_login(&s.owner), "login");
    authenticator_destroy(s.owner.passkey);
    s.owner.passkey = authenticator_create("owner-key", "elsewhere.example");
    assert_str(auth_member_login(&s.owner), "login");
    authenticator_destroy(s.owner.passkey);
    s.owner.passkey = former;
    assert_str(auth_member_login(&s.owner), "");
    auth_stand_close(&s);
}

static struct str link_body(struct auth_stand *s, const char *body)
{
    struct auth_request request = { .type = AUTH_CALL, .by = AUTH_BY_NOBODY,
                                    .call = AUTH_LOGIN_LINK, .body = str_from(body) };
    return auth_room_refusal(&s->room, request);
}

static void test_login__links_and_keys_have_a_form(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_str(link_body(&s, ""), "invalid");
    assert_str(link_body(&s, "[]"), "invalid");
    assert_str(link_body(&s, "{}"), "link");
    assert_str(link_body(&s, "{\"link\":\"" ROOM_OWNER_LINK "\"}"), "link");
    static const char *const keys[] = {
        "\"key_type\":\"rsa\",\"public_key\":\"AAAA\"", "\"key_type\":\"ed25519\"",
        "\"key_type\":\"ed25519\",\"public_key\":\"AAAA\"",
        "\"key_type\":\"p256\",\"public_key\":\"AAAA\"",
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct str body = arena_printf(&s.room.arena, "{\"link\":\"" ROOM_OWNER_LINK "\",%s}",
                                       keys[i]);
        assert_str(link_body(&s, body.ptr), "invalid");
    }
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_login__a_passkey_again_and_again),
        cmocka_unit_test(test_login__a_passkey_that_nobody_has),
        cmocka_unit_test(test_login__links_and_keys_have_a_form),
    };
    return RUN(tests);
}
