/* Everything that an ask must bring, one thing wrong at a time: each has its code, and none of them
 * releases anything. */
#include "ledger/inside/gate.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/sign.h"
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

/* Sends it as it is; the code. */
static const char *sent(struct ledger_room_request *r)
{
    uint32_t token = ledger_room_send(&room, r);
    ledger_room_commit(&room);
    ledger_room_request_release(r);
    return ledger_room_code(&room, token);
}

static struct ledger_room_request ask(enum ledger_room_who who, enum grant_kind kind,
                                      uint32_t count)
{
    struct ledger_room_request r;
    ledger_room_ask(&room, who, kind, 0, count, &r);
    return r;
}

static void test_gate__what_is_right_passes(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 3), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_FIND, 0, 1), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_TIMELINE, 0, 1), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_ROWS, 0, 40), "");
    assert_string_equal(ledger_room_try(&room, ROOM_KEY, GRANT_ROWS, 0, 40), "");
}

static void test_gate__the_grant(void **state)
{
    (void)state;
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    ledger_room_sign(&room, &r, false);
    r.grant.ask_hash[3] ^= 1;
    assert_string_equal(sent(&r), "grant_ask");
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.grant.kind = GRANT_FIND;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "grant_ask");
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.grant.issued_boot_ms -= GRANT_LIFE_MS + 1;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "grant_old");
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.grant.life_ms = 3600000; /* nobody's grant lives longer */
    r.grant.issued_boot_ms -= GRANT_LIFE_MS + 1;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "grant_old");
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.grant.issued_boot_ms += 10000; /* not yet */
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "grant_old");
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.grant.boot_id[0] ^= 1;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "grant_boot");
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.grant.project = 8;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "right");
}

/* One bit changed in each of the 256 bytes. */
static void test_gate__every_byte_of_the_grant_is_signed(void **state)
{
    (void)state;
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    struct bytes evidence = { 0 }, body = { 0 };
    uint8_t grant[GRANT_BYTES];
    ledger_room_sign(&room, &r, false);
    grant_sign(&r.grant, room.auth_secret, grant);
    evidence_encode(&r.evidence, &evidence);
    for (size_t i = 0; i < GRANT_BYTES; i++) {
        grant[i] ^= (uint8_t)(1 << (i % 8));
        const struct ledger_release m = {
            .grant = str_of(grant, sizeof(grant)), .ask = bytes_str(&r.text),
            .evidence = bytes_str(&evidence), .refs = r.refs, .ref_count = 1,
        };
        bytes_reset(&body);
        ledger_wire_encode_release(&m, &body);
        uint32_t token = ledger_room_take(&room, LEDGER_SIDE_VAULT, LEDGER_RELEASE, &body);
        ledger_room_commit(&room);
        assert_string_equal(ledger_room_code(&room, token), "grant_signature");
        grant[i] ^= (uint8_t)(1 << (i % 8));
    }
    bytes_release(&evidence);
    bytes_release(&body);
    assert_string_equal(sent(&r), ""); /* untouched it was good all the time */
}

static void test_gate__a_grant_is_spent_once(void **state)
{
    (void)state;
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    ledger_room_sign(&room, &r, false);
    uint32_t first = ledger_room_send(&room, &r), second = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, first), "");
    assert_string_equal(ledger_room_code(&room, second), "grant_spent");
    /* Also after the ledger started again, in the same life of auth. */
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(sent(&r), "grant_spent");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
}

static void test_gate__the_ask(void **state)
{
    (void)state;
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    ledger_room_sign(&room, &r, false);
    r.text.len--;
    assert_string_equal(sent(&r), "ask_malformed");
    /* A release of a kind that no value is released for. */
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    struct ledger_room_request rows = ask(ROOM_SUPPORT, GRANT_ROWS, 1);
    ledger_room_sign(&room, &rows, false);
    rows.ask.kind = GRANT_REVEAL; /* goes the way of a reveal, with the text of the rows */
    assert_string_equal(sent(&rows), "invalid");
    r.ask.purpose = STR("curiosity");
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "purpose");
}

static void test_gate__the_principal(void **state)
{
    (void)state;
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.grant.principal = 99;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "principal_unknown");
    /* Whatever rights the grant claims: the roster's count. */
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_REVEAL, 0, 1), "right");
    assert_string_equal(ledger_room_try(&room, ROOM_SECOND, GRANT_ROWS, 0, 1), "right");
    r = ask(ROOM_ANALYST, GRANT_ROWS, 1);
    r.grant.project = 9;
    r.ask.project = 9;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "right");
    r = ask(ROOM_SUPPORT, GRANT_ROWS, 1);
    r.grant.project = 77;
    r.ask.project = 77;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "right");
}

static void test_gate__the_frozen(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_FREEZE,
                                           "{\"do\":\"freeze\",\"principal\":2}", "", NULL), "");
    assert_int_equal(room.note_count, 1);
    assert_int_equal(room.notes[0].principal, 2);
    assert_true(room.notes[0].is_frozen);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "frozen");
    assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "frozen");
    /* Somebody else thaws, with a passkey; budgets and logins are as they were. */
    assert_string_equal(ledger_room_decide(&room, ROOM_SUPPORT, GRANT_UNFREEZE,
                                           "{\"do\":\"thaw\",\"principal\":2}", "", NULL),
                        "frozen");
    assert_string_equal(ledger_room_decide(&room, ROOM_SECOND, GRANT_UNFREEZE,
                                           "{\"do\":\"thaw\",\"principal\":2}", "", NULL), "");
    assert_false(room.notes[1].is_frozen);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
}

static void test_gate__the_proof(void **state)
{
    (void)state;
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    ledger_room_sign(&room, &r, false);
    r.evidence.path = STR("/api/other");
    assert_string_equal(sent(&r), "proof");
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    ledger_room_sign(&room, &r, false);
    r.evidence.counter++;
    assert_string_equal(sent(&r), "proof");
    /* A key that no login assertion covers: auth's own. */
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    struct ledger_room_member liar = room.members[ROOM_SUPPORT];
    sign_pair(liar.proof_secret, liar.proof_public);
    r.member = &liar;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "proof");
    /* Another member's browser. */
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.grant.principal = 1;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "proof");
    /* A login that nobody pinned. */
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.grant.login_session[0] ^= 1;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "proof");
    /* Used already. */
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "");
    uint64_t counter = room.members[ROOM_SUPPORT].counter;
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.evidence.counter = counter;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "proof");
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    r.evidence.counter = counter;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "proof");
}

static void test_gate__the_proofs_time(void **state)
{
    (void)state;
    static const struct { int64_t off_ms; const char *code; } cases[] = {
        { -61000, "proof" }, { -59000, "" }, { 59000, "" }, { 61000, "proof" },
    };
    for (int i = 0; i < 4; i++) {
        struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
        r.evidence.time_ms += cases[i].off_ms;
        ledger_room_sign(&room, &r, false);
        assert_string_equal(sent(&r), cases[i].code);
    }
    /* The wall's clock was wrong, and is put right: browsers follow it, and so does the check. */
    clock_shift_for_test((int64_t)3600 * 1000, 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
    clock_shift_for_test((int64_t)-7200 * 1000, 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
    clock_shift_for_test((int64_t)3600 * 1000, 0);
}

static void test_gate__the_secret_of_a_key(void **state)
{
    (void)state;
    struct ledger_room_request r = ask(ROOM_KEY, GRANT_ROWS, 1);
    r.evidence.secret = STR("another");
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "proof");
    /* A secret is no browser, and a browser no key. */
    r = ask(ROOM_SUPPORT, GRANT_ROWS, 1);
    r.evidence = (struct evidence){ .kind = EVIDENCE_SECRET, .secret = STR(LEDGER_ROOM_SECRET) };
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "proof");
    r = ask(ROOM_ANALYST, GRANT_ROWS, 1);
    r.grant.principal = 5;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r), "proof");
    assert_string_equal(ledger_room_try(&room, ROOM_KEY, GRANT_REVEAL, 0, 1), "right");
}

static void test_gate__the_level(void **state)
{
    (void)state;
    /* A grant may say what it likes: the login was pinned without a passkey. */
    for (uint8_t level = 0; level < 2; level++) {
        assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, level), "");
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "level");
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_ROWS, 0, 1), "level");
        /* A demo's people are made up. */
        struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
        r.grant.project = 8;
        r.ask.project = 8;
        ledger_room_sign(&room, &r, false);
        assert_string_equal(sent(&r), "");
    }
    assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
}

/* A wrong word of a passkey is refused, also where none was needed. */
static void test_gate__the_assertion(void **state)
{
    (void)state;
    static const struct authenticator_faults faults[] = {
        { .without_user = true }, { .origin = "https://evil.example" },
        { .origin = "https://localhost.evil.example" },
    };
    struct ledger_room_request r;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
        ledger_room_sign(&room, &r, true);
        authenticator_said_release(&r.said);
        authenticator_assert(r.member->passkey, r.grant.ask_hash, &faults[i], &r.said);
        r.evidence.auth_data = bytes_str(&r.said.auth_data);
        r.evidence.client_data = bytes_str(&r.said.client_data);
        r.evidence.assertion = bytes_str(&r.said.signature);
        assert_string_equal(sent(&r), "assertion");
    }
    /* For another ask. */
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    struct ledger_room_request other = ask(ROOM_SUPPORT, GRANT_REVEAL, 2);
    ledger_room_sign(&room, &other, true);
    ledger_room_sign(&room, &r, true);
    r.evidence.auth_data = other.evidence.auth_data;
    r.evidence.client_data = other.evidence.client_data;
    r.evidence.assertion = other.evidence.assertion;
    assert_string_equal(sent(&r), "assertion");
    ledger_room_request_release(&other);
    /* Somebody else's passkey. */
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    struct authenticator *own = r.member->passkey;
    r.member->passkey = room.members[ROOM_OWNER].passkey;
    ledger_room_sign(&room, &r, true);
    r.member->passkey = own;
    assert_string_equal(sent(&r), "assertion");
    r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    ledger_room_sign(&room, &r, true);
    assert_string_equal(sent(&r), "");
}

/* What was signed before does not count again: the counter of the passkey rises. */
static void test_gate__the_passkeys_counter(void **state)
{
    (void)state;
    static const struct { uint32_t count; const char *code; } cases[] = {
        { 5, "" }, { 5, "assertion" }, { 4, "assertion" }, { 6, "" }, { 0, "assertion" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct authenticator_faults faults = { .count = cases[i].count };
        struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
        ledger_room_sign(&room, &r, true);
        authenticator_said_release(&r.said);
        authenticator_assert(r.member->passkey, r.grant.ask_hash, &faults, &r.said);
        r.evidence.auth_data = bytes_str(&r.said.auth_data);
        r.evidence.client_data = bytes_str(&r.said.client_data);
        r.evidence.assertion = bytes_str(&r.said.signature);
        assert_string_equal(sent(&r), cases[i].code);
    }
}

/* A grant for reading is of the kind question, over exactly the text. */
static void test_gate__reading(void **state)
{
    (void)state;
    struct bytes json = { 0 };
    ledger_room_read(&room, ROOM_SUPPORT, "{\"read\":\"line\"}", &json);
    assert_true(str_find(bytes_str(&json), STR("\"named\"")) >= 0);
    room.boot_id[0] ^= 1;
    ledger_room_read(&room, ROOM_SUPPORT, "{\"read\":\"line\"}", &json);
    assert_true(str_find(bytes_str(&json), STR("grant_boot")) >= 0);
    room.boot_id[0] ^= 1;
    bytes_release(&json);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_gate__what_is_right_passes), WITH(test_gate__the_grant),
        WITH(test_gate__every_byte_of_the_grant_is_signed),
        WITH(test_gate__a_grant_is_spent_once), WITH(test_gate__the_ask),
        WITH(test_gate__the_principal), WITH(test_gate__the_frozen), WITH(test_gate__the_proof),
        WITH(test_gate__the_proofs_time), WITH(test_gate__the_secret_of_a_key),
        WITH(test_gate__the_level), WITH(test_gate__the_assertion),
        WITH(test_gate__the_passkeys_counter), WITH(test_gate__reading),
    };
    return RUN(tests);
}
