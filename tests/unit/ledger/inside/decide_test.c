#include "ledger/inside/decide.h"

#include <stdio.h>
#include <string.h>

#include "auth/wire/webauthn.h"
#include "base/base64.h"
#include "crypto/random.h"
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

static const char *decide(enum ledger_room_who who, enum grant_kind kind, const char *detail)
{
    return ledger_room_decide(&room, who, kind, detail, "", NULL);
}

/* Without grant or ask: what a first start and a first passkey are. */
static const char *bare(uint8_t type, const char *detail)
{
    const struct ledger_decision m = { .detail = str_from(detail) };
    struct bytes body = { 0 };
    ledger_wire_encode_decision(&m, &body);
    uint32_t token = ledger_room_take(&room, LEDGER_SIDE_AUTH, type, &body);
    ledger_room_commit(&room);
    bytes_release(&body);
    return ledger_room_code(&room, token);
}

static void test_decide__the_first_start_is_once(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_boot(&room), "booted");
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(ledger_room_boot(&room), "booted");
    /* No other word comes without an ask, but a first passkey. */
    assert_string_equal(bare(LEDGER_DECIDE, "{\"do\":\"freeze\",\"principal\":2}"), "invalid");
    assert_string_equal(bare(LEDGER_DECIDE, "{\"do\":\"boot\",\"host\":\"x\"}"), "invalid");
    assert_string_equal(bare(LEDGER_DECIDE, "no JSON"), "invalid");
}

static void test_decide__a_bad_start_is_none(void **state)
{
    (void)state;
    struct fs *fs = file_fault_create(), *former = room.fs;
    ledger_room_close(&room);
    room.fs = fs;
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(bare(LEDGER_BOOT, "{\"do\":\"boot\",\"host\":\"localhost\"}"), "invalid");
    assert_string_equal(bare(LEDGER_BOOT, "{\"do\":\"freeze\",\"principal\":2}"), "invalid");
    assert_string_equal(ledger_room_try(&room, ROOM_OWNER, GRANT_REVEAL, 0, 1),
                        "principal_unknown");
    assert_string_equal(ledger_room_boot(&room), "");
    ledger_room_close(&room);
    room.fs = former;
    fs_destroy(fs);
}

/* ---- passkeys -------------------------------------------------------------------------------- */

static void credential_detail(uint32_t principal, struct authenticator *a, char *out, size_t cap)
{
    const uint8_t challenge[32] = { 0 };
    struct authenticator_said said = { 0 };
    struct bytes text = { 0 };
    authenticator_enrol(a, challenge, &said);
    base64_encode(bytes_str(&said.auth_data), &text);
    (void)snprintf(out, cap, "{\"do\":\"credential\",\"principal\":%u,\"auth_data\":\"%.*s\"}",
                   principal, (int)text.len, (char *)text.ptr);
    bytes_release(&text);
    authenticator_said_release(&said);
}

static void test_decide__a_second_passkey_is_vouched_for(void **state)
{
    (void)state;
    char detail[1024];
    struct authenticator *second = authenticator_create("a second", "localhost");
    struct ledger_room_request r;
    credential_detail(2, second, detail, sizeof(detail));
    assert_string_equal(bare(LEDGER_DECIDE, detail), "level"); /* it is not the first */
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_ENROL, 0, 0, &r);
    r.question = str_from(detail);
    ledger_room_sign(&room, &r, false);
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, token), "level");
    ledger_room_request_release(&r);
    /* Not even an owner puts a passkey under somebody else's name. */
    assert_string_equal(decide(ROOM_OWNER, GRANT_ENROL, detail), "right");
    assert_string_equal(decide(ROOM_SUPPORT, GRANT_ENROL, detail), "");
    struct authenticator *first = room.members[ROOM_SUPPORT].passkey;
    room.members[ROOM_SUPPORT].passkey = second;
    assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "");
    assert_string_equal(decide(ROOM_SUPPORT, GRANT_ENROL, "{\"do\":\"end_credential\","
                               "\"principal\":2,\"id\":\"c3VwcG9ydCdz\"}"), "");
    room.members[ROOM_SUPPORT].passkey = first;
    assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "assertion");
    assert_string_equal(bare(LEDGER_DECIDE, "{\"do\":\"credential\",\"principal\":99,"
                             "\"auth_data\":\"AAAA\"}"), "principal_unknown");
    authenticator_destroy(second);
}

/* A passkey that nobody vouched for signs nothing of weight for a day. */
static void test_decide__a_new_passkey_is_too_new(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL,
        "{\"do\":\"member\",\"rights\":{\"7\":[\"settings\",\"approve\",\"reveal\"]}}",
        "{\"principal\":20}", NULL), "");
    clock_shift_for_test(LEDGER_DELAY_MS, LEDGER_DELAY_MS);
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_NEW), "");
    assert_string_equal(ledger_room_login(&room, ROOM_NEW, 2), "");
    assert_string_equal(decide(ROOM_NEW, GRANT_RAISE, "{\"do\":\"budget\",\"principal\":2,"
                               "\"project\":7,\"named\":900,\"rows\":9000}"), "too_new");
    clock_shift_for_test(LEDGER_DELAY_MS, LEDGER_DELAY_MS);
    assert_string_equal(ledger_room_login(&room, ROOM_NEW, 2), "");
    assert_string_equal(decide(ROOM_NEW, GRANT_RAISE, "{\"do\":\"budget\",\"principal\":2,"
                               "\"project\":7,\"named\":900,\"rows\":9000}"), "");
}

/* ---- logins ---------------------------------------------------------------------------------- */

enum login_fault { AS_IT_IS, OTHER_KEY, OTHER_NONCE, OTHER_MEMBER, SHORT_KEY, NO_WORD, LEVEL_3,
                   AN_API_KEY, UNKNOWN, TWO_LINES, OTHER_ORIGIN, OTHER_KEY_LATER };

static const char *login(enum login_fault fault)
{
    struct ledger_room_member *m = &room.members[ROOM_SUPPORT];
    struct authenticator_said said = { 0 };
    struct authenticator_faults faults = {
        .origin = fault == OTHER_ORIGIN ? "https://elsewhere" : NULL };
    struct bytes body = { 0 };
    uint8_t challenge[32], nonce[16] = { 5 };
    struct ledger_login l = {
        .principal = m->principal, .level = 2, .key_type = EVIDENCE_ED25519,
        .public_key = str_of(m->proof_public, 32), .nonce = str_of(nonce, sizeof(nonce)),
        .ends_ms = clock_wall_ms() + 1000, .address = STR("2001:db8::1"),
    };
    memset(l.login_session, 0x70 + (int)(fault == OTHER_KEY_LATER ? AS_IT_IS : fault), 16);
    webauthn_login_challenge(l.nonce, l.public_key, challenge);
    authenticator_assert(fault == OTHER_MEMBER ? room.members[ROOM_OWNER].passkey : m->passkey,
                         challenge, &faults, &said);
    l.credential_id = authenticator_id(m->passkey);
    l.auth_data = bytes_str(&said.auth_data);
    l.client_data = bytes_str(&said.client_data);
    l.signature = fault == NO_WORD ? STR("") : bytes_str(&said.signature);
    if (fault == OTHER_KEY)
        l.public_key = str_of(room.members[ROOM_OWNER].proof_public, 32);
    if (fault == OTHER_KEY_LATER) {
        l.level = 0;
        l.public_key = str_of(room.members[ROOM_OWNER].proof_public, 32);
    }
    nonce[0] = fault == OTHER_NONCE ? 6 : 5;
    l.public_key.len = fault == SHORT_KEY ? 31 : 32;
    l.level = fault == LEVEL_3 ? 3 : l.level;
    l.principal = fault == AN_API_KEY ? 5 : fault == UNKNOWN ? 99 : l.principal;
    l.address = fault == TWO_LINES ? STR("x\nboot 00") : l.address;
    ledger_wire_encode_login(&l, &body);
    uint32_t token = ledger_room_take(&room, LEDGER_SIDE_AUTH, LEDGER_LOGIN_SEEN, &body);
    ledger_room_commit(&room);
    bytes_release(&body);
    authenticator_said_release(&said);
    return ledger_room_code(&room, token);
}

static void test_decide__a_login_is_the_passkeys_word_for_a_key(void **state)
{
    (void)state;
    static const struct { enum login_fault fault; const char *code; } cases[] = {
        { AS_IT_IS, "" }, { AS_IT_IS, "" } /* told again */, { OTHER_KEY, "assertion" },
        { OTHER_NONCE, "assertion" }, { OTHER_MEMBER, "assertion" }, { SHORT_KEY, "invalid" },
        { NO_WORD, "assertion" }, { LEVEL_3, "invalid" }, { AN_API_KEY, "principal_unknown" },
        { UNKNOWN, "principal_unknown" }, { TWO_LINES, "invalid" },
        { OTHER_ORIGIN, "assertion" }, { OTHER_KEY_LATER, "proof" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(login(cases[i].fault), cases[i].code);
}

/* Auth may say that a login lasts for ever: twelve hours. */
static void test_decide__a_login_ends(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
    clock_shift_for_test(13 * 3600 * 1000, 13 * 3600 * 1000);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "proof");
}

/* What a login used up stays used up when auth tells it once more. */
static void test_decide__a_login_told_again_forgets_nothing(void **state)
{
    (void)state;
    struct ledger_room_request r;
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1, &r);
    ledger_room_sign(&room, &r, false);
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, token), "");
    assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "");
    r.grant.counter = ++room.grants; /* a lying auth signs another grant for the same proof */
    token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, token), "proof");
    ledger_room_request_release(&r);
}

/* ---- decisions ------------------------------------------------------------------------------- */

static void test_decide__each_word_has_its_kind(void **state)
{
    (void)state;
    static const char freeze[] = "{\"do\":\"freeze\",\"principal\":2}";
    assert_string_equal(decide(ROOM_OWNER, GRANT_ENROL, freeze), "invalid");
    assert_string_equal(decide(ROOM_OWNER, GRANT_FREEZE, "{\"do\":\"member\",\"rights\":{}}"),
                        "invalid");
    assert_string_equal(decide(ROOM_OWNER, GRANT_FREEZE, "{\"do\":\"boot\"}"), "invalid");
    assert_string_equal(decide(ROOM_OWNER, GRANT_FREEZE, "no JSON"), "invalid");
    assert_string_equal(decide(ROOM_SUPPORT, GRANT_FREEZE, freeze), "right");
    assert_string_equal(decide(ROOM_OWNER, GRANT_FREEZE, "{\"do\":\"freeze\",\"principal\":99}"),
                        "right");
    assert_string_equal(decide(ROOM_OWNER, GRANT_FREEZE, freeze), "");
}

static void test_decide__the_detail_is_what_was_signed(void **state)
{
    (void)state;
    struct ledger_room_request r;
    ledger_room_ask(&room, ROOM_OWNER, GRANT_FREEZE, 0, 0, &r);
    r.question = STR("{\"do\":\"freeze\",\"principal\":2}");
    ledger_room_sign(&room, &r, true);
    r.question = STR("{\"do\":\"freeze\",\"principal\":4}");
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, token), "grant_ask");
    assert_int_equal(room.note_count, 0);
    ledger_room_request_release(&r);
}

static const char *without_passkey(enum grant_kind kind, const char *detail, const char *made)
{
    struct ledger_room_request r;
    ledger_room_ask(&room, ROOM_OWNER, kind, 0, 0, &r);
    r.question = str_from(detail);
    r.made = str_from(made);
    ledger_room_sign(&room, &r, false);
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    ledger_room_request_release(&r);
    return ledger_room_code(&room, token);
}

static void test_decide__what_adds_takes_a_passkey(void **state)
{
    (void)state;
    static const char more[] = "{\"do\":\"rights\",\"principal\":3,\"rights\":{\"7\":[\"rows\","
                               "\"reveal\"]}}";
    static const char less[] = "{\"do\":\"rights\",\"principal\":3,\"rights\":{}}";
    assert_string_equal(without_passkey(GRANT_ENROL, more, ""), "level");
    assert_string_equal(without_passkey(GRANT_RAISE, "{\"do\":\"budget\",\"principal\":3,"
                        "\"project\":7,\"named\":900,\"rows\":9000}", ""), "level");
    assert_string_equal(without_passkey(GRANT_ENROL, "{\"do\":\"recover\",\"principal\":3}", ""),
                        "level");
    assert_string_equal(without_passkey(GRANT_UNFREEZE, "{\"do\":\"thaw\",\"principal\":3}", ""),
                        "level");
    assert_string_equal(without_passkey(GRANT_ENROL, less, ""), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_ROWS, 0, 1), "right");
}

/* A day later, or at once by another owner's word. */
static void test_decide__what_adds_waits_for_a_day_or_another(void **state)
{
    (void)state;
    static const char more[] = "{\"do\":\"rights\",\"principal\":3,\"rights\":{\"7\":[\"rows\","
                               "\"reveal\"]}}";
    struct ledger_decided decided = { 0 };
    char approve[64];
    int64_t now = clock_wall_ms();
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL, more, "", &decided), "");
    assert_true(decided.in_force_ms >= now + LEDGER_DELAY_MS - 1000);
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_REVEAL, 0, 1), "right");
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    (void)snprintf(approve, sizeof(approve), "{\"do\":\"approve\",\"sequence\":%llu}",
                   (unsigned long long)decided.sequence);
    assert_string_equal(decide(ROOM_OWNER, GRANT_APPROVE, approve), "right");
    assert_string_equal(decide(ROOM_SECOND, GRANT_APPROVE, approve), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_REVEAL, 0, 1), "");
    assert_string_equal(decide(ROOM_SECOND, GRANT_APPROVE, approve), "right");
}

/* Oneself one does not thaw; and who ended is nobody. */
static void test_decide__thawing_takes_another(void **state)
{
    (void)state;
    assert_string_equal(decide(ROOM_OWNER, GRANT_UNFREEZE, "{\"do\":\"thaw\",\"principal\":1}"),
                        "right");
    assert_string_equal(decide(ROOM_OWNER, GRANT_ENROL, "{\"do\":\"end\",\"principal\":3}"), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_ROWS, 0, 1),
                        "principal_unknown");
    assert_string_equal(ledger_room_login(&room, ROOM_ANALYST, 2), "principal_unknown");
}

/* Who decides in project 7 decides nothing about who is in others, too; and an owner stays. */
static void test_decide__only_in_ones_own_projects(void **state)
{
    (void)state;
    assert_string_equal(decide(ROOM_OWNER, GRANT_ENROL, "{\"do\":\"end\",\"principal\":2}"),
                        "right");
    assert_string_equal(decide(ROOM_OWNER, GRANT_ENROL, "{\"do\":\"rights\",\"principal\":3,"
                               "\"rights\":{\"9\":[\"aggregate\"]}}"), "right");
    assert_string_equal(decide(ROOM_OWNER, GRANT_ENROL, "{\"do\":\"purpose\",\"project\":9,"
                               "\"purposes\":[\"x\"]}"), "right");
    /* Below a passkey's login there is containment alone. */
    assert_string_equal(ledger_room_login(&room, ROOM_OWNER, 1), "");
    assert_string_equal(without_passkey(GRANT_ENROL, "{\"do\":\"end\",\"principal\":3}", ""),
                        "level");
    assert_string_equal(without_passkey(GRANT_FREEZE, "{\"do\":\"freeze\",\"principal\":3}", ""),
                        "");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_decide__the_first_start_is_once), WITH(test_decide__a_bad_start_is_none),
        WITH(test_decide__a_second_passkey_is_vouched_for),
        WITH(test_decide__a_new_passkey_is_too_new),
        WITH(test_decide__a_login_is_the_passkeys_word_for_a_key),
        WITH(test_decide__a_login_ends), WITH(test_decide__a_login_told_again_forgets_nothing),
        WITH(test_decide__each_word_has_its_kind),
        WITH(test_decide__the_detail_is_what_was_signed),
        WITH(test_decide__what_adds_takes_a_passkey),
        WITH(test_decide__what_adds_waits_for_a_day_or_another),
        WITH(test_decide__thawing_takes_another), WITH(test_decide__only_in_ones_own_projects),
    };
    return RUN(tests);
}
