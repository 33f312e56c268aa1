/* auth/inside/passwords: long enough, throttled, and a second factor for those who see nobody. */
#include "auth/inside/passwords.h"

#include <string.h>

#include <stdio.h>

#include "crypto/totp.h"
#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static struct str log_in(struct auth_stand *s, const char *name, const char *password, const char *code)
{
    struct auth_request request = { .type = AUTH_CALL, .by = AUTH_BY_NOBODY,
                                    .call = AUTH_LOGIN_BEGIN, .body = STR("{}"),
                                    .address = STR("192.0.2.50") };
    assert_str(auth_room_refusal(&s->room, request), "");
    struct str nonce = auth_member_said(&s->owner, "nonce");
    request.call = AUTH_LOGIN_PASSWORD;
    request.body = arena_printf(
        &s->room.arena, "{\"nonce\":\"" STR_FMT "\",\"name\":\"%s\",\"password\":\"%s\",\"totp\":\"%s\","
        "\"key_type\":\"ed25519\",\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
        STR_ARG(nonce), name, password, code);
    return auth_room_refusal(&s->room, request);
}

static void test_passwords__have_15_characters_alone(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_str(auth_member_call(&s.owner, AUTH_PASSWORD_SET, "{\"new\":\"fourteen chars\"}"), "invalid");
    assert_str(auth_member_call(&s.owner, AUTH_PASSWORD_SET, "{\"new\":\"fifteen charact\"}"), "");
    assert_str(log_in(&s, "owner", "fifteen charact", ""), "");
    assert_true(str_find(s.room.answer.json, STR("\"level\":0")) > 0);
    assert_str(log_in(&s, "owner", "fifteen charack", ""), "login");
    assert_str(log_in(&s, "nobody", "fifteen charact", ""), "login");
    /* Whoever holds a login does not change it without the former one. */
    assert_str(auth_member_call(&s.owner, AUTH_PASSWORD_SET, "{\"new\":\"another fifteen\"}"), "login");
    assert_str(auth_member_call(&s.owner, AUTH_PASSWORD_SET, "{\"new\":\"another fifteen\","
                                "\"old\":\"fifteen charact\"}"), "");
    auth_stand_close(&s);
}

/* A hash on a busy machine may outlast the first wait: here it takes no time. */
static void back_to_the_last_try(const struct throttle *throttle)
{
    uint64_t last = 0;
    for (size_t i = 0; i < 2 * THROTTLE_CELLS; i++) {
        uint64_t tried = throttle->cells[i / THROTTLE_CELLS][i % THROTTLE_CELLS].last_boot_ms;
        last = tried > last ? tried : last;
    }
    clock_shift_for_test(0, (int64_t)last - (int64_t)clock_boot_ms());
}

static void test_passwords__tries_are_slowed_down_before_hashing(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    for (int i = 0; i < THROTTLE_FREE; i++) {
        assert_str(log_in(&s, "nobody", "x", ""), "login");
        back_to_the_last_try(&s.room.auth->throttle);
    }
    assert_str(log_in(&s, "nobody", "x", ""), "throttled");
    assert_str(log_in(&s, "owner", "x", ""), "throttled");
    s.room.auth->hashing = PASSWORDS_AT_ONCE;
    clock_shift_for_test(0, 3600 * 1000 + 1);
    assert_str(log_in(&s, "nobody", "x", ""), "throttled");
    clock_shift_for_test(0, -3600 * 1000 - 1);
    s.room.auth->hashing = 0;
    auth_stand_close(&s);
}

static struct str code_at(struct auth_stand *s, int64_t ms, char text[8])
{
    const struct auth_pending_totp *p = &s->room.auth->pending_totp[0];
    (void)snprintf(text, 8, "%06u", totp_code(str_of(p->secret, sizeof(p->secret)),
                                              (uint64_t)ms / TOTP_STEP_MS, TOTP_DIGITS));
    return str_from(text);
}

static void test_passwords__a_second_factor_is_used_once(void **state)
{
    (void)state;
    struct auth_stand s;
    char code[8], next[8];
    auth_stand_open(&s);
    assert_str(auth_member_call(&s.owner, AUTH_TOTP_BEGIN, "{}"), "role");
    auth_room_set_roles(&s.room, 1, "viewer");
    assert_str(auth_member_call(&s.owner, AUTH_TOTP_SET, "{\"code\":\"000000\"}"), "invalid");
    assert_str(auth_member_call(&s.owner, AUTH_TOTP_BEGIN, "{}"), "");
    assert_true(str_find(s.room.answer.json, STR("otpauth://totp/amana:1?secret=")) > 0);
    int64_t now = clock_wall_ms();
    struct str right = code_at(&s, now, code), later = code_at(&s, now + TOTP_STEP_MS, next);
    assert_str(auth_member_call(&s.owner, AUTH_TOTP_SET, "{\"code\":\"12345\"}"), "totp");
    struct str body = arena_printf(&s.room.arena, "{\"code\":\"" STR_FMT "\"}", STR_ARG(right));
    assert_str(auth_member_call(&s.owner, AUTH_TOTP_SET, body.ptr), "");
    assert_str(auth_member_call(&s.owner, AUTH_PASSWORD_SET, "{\"new\":\"eight ch\"}"), "");
    assert_str(log_in(&s, "owner", "eight ch", ""), "totp");
    assert_str(log_in(&s, "owner", "eight ch", code), "totp"); /* used to confirm it */
    assert_str(log_in(&s, "owner", "eight ch", next), "");
    assert_true(str_find(s.room.answer.json, STR("\"level\":1")) > 0);
    assert_str(log_in(&s, "owner", "eight ch", next), "totp");
    assert_int_equal(later.len, 6);
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passwords__have_15_characters_alone),
        cmocka_unit_test(test_passwords__tries_are_slowed_down_before_hashing),
        cmocka_unit_test(test_passwords__a_second_factor_is_used_once),
    };
    return RUN(tests);
}
