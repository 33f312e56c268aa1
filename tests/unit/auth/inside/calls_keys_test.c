/* auth/inside/calls_keys: keys are made by decision, with scope, an end, and places. */
#include "auth/inside/calls_keys.h"

#include <string.h>

#include "auth/inside/secret.h"
#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static struct str add(struct auth_stand *s, const char *rights, long long expires, const char *rest,
                      bool is_asserted)
{
    struct str detail = arena_printf(&s->room.arena, "{\"do\":\"key\",\"name\":\"ci\",\"project\":1,"
                                     "\"rights\":%s,\"expires\":%lld%s}", rights, expires, rest);
    return auth_member_decide(&s->owner, AUTH_KEY_ADD, GRANT_ENROL, detail.ptr, is_asserted);
}

static void test_keys__open_from_their_places_until_they_end(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    long long end = clock_wall_ms() + 100000;
    assert_str(add(&s, "[\"collect\",\"aggregate\"]", end,
                   ",\"addresses\":[\"192.0.2.0/24\",\"::1\"]", false), "");
    assert_true(s.room.auth->settings_changed);
    struct auth_request me = { .type = AUTH_ME, .by = AUTH_BY_KEY,
                               .key = auth_member_said(&s.owner, "key"),
                               .secret = auth_member_said(&s.owner, "secret"),
                               .address = STR("192.0.2.7") };
    assert_int_equal(auth_room_ask(&s.room, me), AUTH_IS);
    me.address = STR("::1");
    assert_int_equal(auth_room_ask(&s.room, me), AUTH_IS);
    me.address = STR("198.51.100.1");
    assert_str(auth_room_refusal(&s.room, me), "login");
    me.address = STR("192.0.2.7");
    s.room.auth->settings_changed = false;
    auth_advance(s.room.auth);
    assert_false(s.room.auth->settings_changed);
    clock_shift_for_test(100000, 0);
    assert_str(auth_room_refusal(&s.room, me), "login");
    auth_advance(s.room.auth);
    assert_true(s.room.auth->settings_changed);
    clock_shift_for_test(-100000, 0);
    assert_int_equal(auth_room_ask(&s.room, me), AUTH_IS);
    assert_str(auth_member_decide(&s.owner, AUTH_KEY_END, GRANT_ENROL,
                                  "{\"do\":\"end\",\"principal\":4}", false), "");
    assert_str(auth_room_refusal(&s.room, me), "login");
    auth_stand_close(&s);
}

/* What the ledger gets is the hash alone; the list never has more than the name. */
static void test_keys__the_secret_is_told_once(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_str(add(&s, "[\"aggregate\"]", clock_wall_ms() + 1000, "", false), "");
    struct str secret = auth_member_said(&s.owner, "secret");
    assert_int_equal(secret.len, 43);
    assert_true(str_find(bytes_str(&s.ledger.made), secret) < 0);
    uint8_t hash[32];
    char hex[65];
    secret_hash(secret, hash);
    str_hex(hash, 32, hex);
    assert_true(str_find(bytes_str(&s.ledger.made), str_from(hex)) > 0);
    assert_str(auth_member_call(&s.owner, AUTH_KEYS_LIST, "{}"), "");
    assert_true(str_find(s.room.answer.json, STR("\"name\":\"ci\"")) > 0);
    assert_true(str_find(s.room.answer.json, secret) < 0);
    assert_true(str_find(s.room.answer.json, str_from(hex)) < 0);
    auth_stand_close(&s);
}

static void test_keys__rows_need_a_passkey_and_end_within_90_days(void **state)
{
    (void)state;
    static const long long day = 86400000;
    struct auth_stand s;
    auth_stand_open(&s);
    long long now = clock_wall_ms();
    assert_str(add(&s, "[\"rows\"]", now + 10 * day, "", false), "level");
    assert_str(add(&s, "[\"rows\"]", now + 91 * day, "", true), "invalid");
    assert_str(add(&s, "[\"aggregate\"]", now - 1, "", true), "invalid");
    assert_str(add(&s, "[\"reveal\"]", now + day, "", true), "invalid");
    assert_str(add(&s, "[]", now + day, "", true), "invalid");
    assert_str(add(&s, "[\"aggregate\"]", now + day, ",\"addresses\":[\"here\"]", true), "invalid");
    assert_str(add(&s, "[\"rows\"]", now + 89 * day, "", true), "");
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys__open_from_their_places_until_they_end),
        cmocka_unit_test(test_keys__the_secret_is_told_once),
        cmocka_unit_test(test_keys__rows_need_a_passkey_and_end_within_90_days),
    };
    return RUN(tests);
}
