/* auth/inside/ledger_teller: the ledger hears whom the house began with, and after each start every login. */
#include "auth/inside/ledger_teller.h"

#include <string.h>

#include "auth/inside/secret.h"
#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static bool comes_true(struct auth_stand *s, const uint32_t *count, uint32_t wanted)
{
    for (int i = 0; i < 500; i++) {
        (void)pthread_mutex_lock(&s->ledger.lock);
        bool is_so = *count >= wanted;
        (void)pthread_mutex_unlock(&s->ledger.lock);
        if (is_so)
            return true;
        clock_sleep_ms(10);
    }
    return false;
}

static void test_ledger_teller__boot_names_everybody(void **state)
{
    (void)state;
    struct auth_stand s;
    struct bytes detail = { 0 };
    auth_stand_open(&s);
    assert_int_equal(ledger_teller_write_boot(s.room.auth, &detail), 0);
    uint8_t hash[32];
    char hex[65];
    secret_hash(STR(ROOM_API_SECRET), hash);
    str_hex(hash, 32, hex);
    struct str expected = arena_printf(
        &s.room.arena, "{\"do\":\"boot\",\"host\":\"localhost\",\"projects\":[{\"id\":1,\"group\":1,"
        "\"demo\":false}],\"principals\":[{\"principal\":1,\"kind\":\"member\",\"rights\":{\"1\":["
        "\"aggregate\",\"unfolded\",\"rows\",\"reveal\",\"approve\",\"settings\"]}},"
        "{\"principal\":2,\"kind\":\"key\",\"rights\":{\"1\":[\"collect\",\"aggregate\",\"unfolded\","
        "\"rows\"]},\"secret_sha256\":\"%s\"},{\"principal\":3,\"kind\":\"os\",\"rights\":{\"1\":["
        "\"aggregate\",\"unfolded\",\"settings\"]}}]}", hex);
    assert_true(str_equal(bytes_str(&detail), expected));
    bytes_release(&detail);
    auth_stand_close(&s);
}

static void test_ledger_teller__tells_until_it_is_known(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    s.room.auth->is_booted = false;
    s.ledger.refusal = "stopped";
    struct ledger_teller *teller = ledger_teller_create(s.room.auth, 10);
    ledger_teller_start(teller);
    assert_true(comes_true(&s, &s.ledger.boots, 3));
    assert_false(s.room.auth->is_booted);
    (void)pthread_mutex_lock(&s.ledger.lock);
    s.ledger.refusal = "booted";   /* it has a roster from before */
    uint32_t logins = s.ledger.logins;
    (void)pthread_mutex_unlock(&s.ledger.lock);
    assert_true(comes_true(&s, &s.ledger.logins, logins + 2));
    ledger_teller_destroy(teller);
    assert_true(s.room.auth->is_booted);
    uint32_t boots = s.ledger.boots;
    clock_sleep_ms(50);
    assert_int_equal(s.ledger.boots, boots);
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger_teller__boot_names_everybody),
        cmocka_unit_test(test_ledger_teller__tells_until_it_is_known),
    };
    return RUN(tests);
}
