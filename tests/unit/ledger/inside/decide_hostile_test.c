/* Who takes auth's key, or has settings in one project, and wants more. */
#include "ledger/inside/decide.h"

#include <stdio.h>
#include <string.h>

#include "auth/wire/webauthn.h"
#include "base/base64.h"
#include "support/file_fault.h"
#include "support/ledger_room.h"
#include "support/test.h"
#include "sys/clock.h"

static struct ledger_room room;

static int begin(void **state)
{
    (void)state;
    ledger_room_start(&room);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ledger_room_finish(&room);
    return 0;
}

/* A decision without a passkey's word on it. */
static const char *decide(enum ledger_room_who who, enum grant_kind kind, const char *detail,
                          const char *made)
{
    struct ledger_room_request r;
    ledger_room_ask(&room, who, kind, 0, 0, &r);
    r.question = str_from(detail);
    r.made = str_from(made);
    ledger_room_sign(&room, &r, false);
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    ledger_room_request_release(&r);
    return ledger_room_code(&room, token);
}

static const char *end_passkey(enum ledger_room_who who, enum ledger_room_who of)
{
    char detail[256];
    struct bytes id = { 0 };
    base64_encode(authenticator_id(room.members[of].passkey), &id);
    (void)snprintf(detail, sizeof(detail),
                   "{\"do\":\"end_credential\",\"principal\":%u,\"id\":\"%.*s\"}",
                   room.members[of].principal, (int)id.len, (char *)id.ptr);
    bytes_release(&id);
    return decide(who, GRANT_ENROL, detail, "");
}

/* Auth says that the owner is here, with a key of its own: nobody's passkey vouches for it. */
static void test_decide__auths_word_alone_decides_nothing(void **state)
{
    (void)state;
    for (uint8_t level = 0; level < 2; level++) {
        assert_string_equal(ledger_room_login(&room, ROOM_OWNER, level), "");
        assert_string_equal(end_passkey(ROOM_OWNER, ROOM_OWNER), "level");
        assert_string_equal(end_passkey(ROOM_OWNER, ROOM_SECOND), "level");
        assert_string_equal(decide(ROOM_OWNER, GRANT_ENROL, "{\"do\":\"end\",\"principal\":4}",
                                   ""), "level");
        assert_string_equal(decide(ROOM_OWNER, GRANT_ENROL,
                                   "{\"do\":\"member\",\"rights\":{\"7\":[\"aggregate\"]}}",
                                   "{\"principal\":20}"), "level");
        assert_string_equal(decide(ROOM_OWNER, GRANT_ENROL, "{\"do\":\"purpose\",\"project\":7,"
                                   "\"purposes\":[\"x\"]}", ""), "level");
    }
    /* Containment does not wait for a passkey. */
    assert_string_equal(decide(ROOM_OWNER, GRANT_FREEZE, "{\"do\":\"freeze\",\"principal\":2}",
                               ""), "");
}

/* The first passkey comes once; another first one only after a recovery. */
static void test_decide__a_first_passkey_comes_once(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_SECOND), "level");
    assert_string_equal(end_passkey(ROOM_OWNER, ROOM_SECOND), "");
    authenticator_destroy(room.members[ROOM_SECOND].passkey);
    room.members[ROOM_SECOND].passkey = authenticator_create("of auth", "localhost");
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_SECOND), "level");
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL,
                        "{\"do\":\"recover\",\"principal\":4}", "", NULL), "");
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_SECOND), "level"); /* it waits */
    clock_shift_for_test(LEDGER_DELAY_MS + 1000, LEDGER_DELAY_MS + 1000);
    ledger_tick(room.ledger);
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_SECOND), "");
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_SECOND), "level");
}

/* A login ends with the passkey that vouched for it, also over a restart. */
static void test_decide__a_login_ends_with_its_passkey(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_ROWS, 0, 1), "");
    assert_string_equal(end_passkey(ROOM_OWNER, ROOM_ANALYST), "");
    for (int round = 0; round < 2; round++) {
        assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_ROWS, 0, 1), "proof");
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
        ledger_room_close(&room);
        assert_int_equal(ledger_room_open(&room), 0);
    }
}

/* What auth made is written beside the detail: nothing in it may become a member of its own. */
static void test_decide__what_auth_made_is_one_object(void **state)
{
    (void)state;
    static const char detail[] = "{\"do\":\"member\",\"rights\":{\"7\":[\"settings\"]}}";
    struct bytes many = { 0 };
    struct ledger_decided decided = { 0 };
    /* So many that the second "from" is too far from the first to be seen as one. */
    bytes_printf(&many, "{\"principal\":20},\"from\":1");
    for (int i = 0; i < 300; i++)
        bytes_printf(&many, ",\"a%d\":0", i);
    bytes_put_u8(&many, 0);
    const char *const bad[] = { (const char *)many.ptr, "{\"principal\":20},\"x\":1", "20", "[20]",
                                "{\"principal\":20", "null,\"from\":1", "{} {}" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL, detail, bad[i],
                                               NULL), "invalid");
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL, detail,
                                           "{\"principal\":20}", &decided), "");
    assert_true(decided.in_force_ms >= clock_wall_ms() + LEDGER_DELAY_MS - 60000);
    bytes_release(&many);
}

/* The owner decides in 7; in 8 and 9 it does not, whatever project the ask is of. */
static void test_decide__another_project_is_not_ones_own(void **state)
{
    (void)state;
    static const struct { enum grant_kind kind; const char *detail, *made; } cases[] = {
        { GRANT_ENROL, "{\"do\":\"rights\",\"principal\":1,\"rights\":{\"7\":[\"settings\","
          "\"approve\",\"rows\",\"reveal\"],\"8\":[\"rows\",\"reveal\"],\"9\":[\"reveal\"]}}", "" },
        { GRANT_ENROL, "{\"do\":\"rights\",\"principal\":2,\"rights\":{}}", "" },
        { GRANT_ENROL, "{\"do\":\"member\",\"rights\":{\"9\":[\"aggregate\"]}}",
          "{\"principal\":20}" },
        { GRANT_ENROL, "{\"do\":\"key\",\"project\":9,\"rights\":[\"collect\"]}",
          "{\"principal\":20,\"secret_sha256\":"
          "\"1111111111111111111111111111111111111111111111111111111111111111\"}" },
        { GRANT_ENROL, "{\"do\":\"purpose\",\"project\":9,\"purposes\":[\"x\"]}", "" },
        { GRANT_ENROL, "{\"do\":\"end\",\"principal\":2}", "" },
        { GRANT_ENROL, "{\"do\":\"recover\",\"principal\":2}", "" },
        { GRANT_RAISE, "{\"do\":\"budget\",\"principal\":2,\"project\":9,\"named\":9,\"rows\":9}",
          "" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, cases[i].kind, cases[i].detail,
                                               cases[i].made, NULL), "right");
    /* What stays as it was needs no say there; and one project in common is enough to contain. */
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL,
                        "{\"do\":\"rights\",\"principal\":2,\"rights\":{\"7\":[\"rows\"],"
                        "\"8\":[\"rows\",\"reveal\"],\"9\":[\"rows\",\"reveal\"]}}", "", NULL), "");
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_FREEZE,
                        "{\"do\":\"freeze\",\"principal\":2}", "", NULL), "");
}

static void test_decide__an_owner_stays(void **state)
{
    (void)state;
    static const char *const last[] = {
        "{\"do\":\"end\",\"principal\":4}", "{\"do\":\"recover\",\"principal\":4}",
        "{\"do\":\"rights\",\"principal\":4,\"rights\":{\"7\":[\"approve\"]}}",
    };
    /* The first owner has rights in a project that the second may not decide about. */
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL,
                        "{\"do\":\"rights\",\"principal\":1,\"rights\":{\"8\":[\"rows\","
                        "\"reveal\"]}}", "", NULL), "");
    for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++)
        assert_string_equal(ledger_room_decide(&room, ROOM_SECOND, GRANT_ENROL, last[i], "", NULL),
                            "right");
    assert_string_equal(end_passkey(ROOM_SECOND, ROOM_SECOND), "right");
    assert_string_equal(ledger_room_decide(&room, ROOM_SECOND, GRANT_FREEZE,
                        "{\"do\":\"freeze\",\"principal\":4}", "", NULL), "right");
}

/* Who may decide no more brings nothing into force that waited. */
static void test_decide__what_waits_ends_with_its_right(void **state)
{
    (void)state;
    char detail[128];
    struct ledger_decided decided;
    assert_string_equal(ledger_room_decide(&room, ROOM_SECOND, GRANT_ENROL,
                        "{\"do\":\"member\",\"rights\":{\"7\":[\"settings\"]}}",
                        "{\"principal\":20}", &decided), "");
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL,
                        "{\"do\":\"rights\",\"principal\":4,\"rights\":{}}", "", NULL), "");
    (void)snprintf(detail, sizeof(detail), "{\"do\":\"approve\",\"sequence\":%llu}",
                   (unsigned long long)decided.sequence);
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_APPROVE, detail, "", NULL),
                        "right");
    clock_shift_for_test(LEDGER_DELAY_MS + 1000, LEDGER_DELAY_MS + 1000);
    ledger_tick(room.ledger);
    assert_string_equal(ledger_room_login(&room, ROOM_NEW, 0), "principal_unknown");
}

/* A passkey that nothing vouches for is small for a day, however long its member has been there. */
static void test_decide__a_new_passkey_is_small(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL,
                        "{\"do\":\"member\",\"rights\":{\"7\":[\"reveal\"]}}",
                        "{\"principal\":20}", NULL), "");
    clock_shift_for_test(10 * LEDGER_DELAY_MS, 10 * LEDGER_DELAY_MS);
    ledger_tick(room.ledger);
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_NEW), "");
    assert_string_equal(ledger_room_login(&room, ROOM_NEW, 2), "");
    assert_string_equal(ledger_room_try(&room, ROOM_NEW, GRANT_REVEAL, 0, 21), "budget");
    assert_string_equal(ledger_room_try(&room, ROOM_NEW, GRANT_REVEAL, 0, 20), "");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_decide__auths_word_alone_decides_nothing),
        WITH(test_decide__a_first_passkey_comes_once),
        WITH(test_decide__a_login_ends_with_its_passkey),
        WITH(test_decide__what_auth_made_is_one_object),
        WITH(test_decide__another_project_is_not_ones_own), WITH(test_decide__an_owner_stays),
        WITH(test_decide__what_waits_ends_with_its_right),
        WITH(test_decide__a_new_passkey_is_small),
    };
    return RUN(tests);
}
