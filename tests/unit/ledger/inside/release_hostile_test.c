/* A lying vault, a lying query, auth's key in the wrong hands: what they can write and what they get. */
#include "ledger/inside/release.h"

#include <stdio.h>
#include <string.h>

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

static struct ledger_room_request ask(enum ledger_room_who who, enum grant_kind kind,
                                      uint32_t count)
{
    struct ledger_room_request r;
    ledger_room_ask(&room, who, kind, 0, count, &r);
    return r;
}

static const char *sent(struct ledger_room_request *r, struct ledger_refused *refused)
{
    uint32_t token = ledger_room_send(&room, r);
    ledger_room_commit(&room);
    ledger_room_request_release(r);
    *refused = (struct ledger_refused){ 0 };
    if (room.answers[token].type == LEDGER_REFUSED)
        ledger_room_refused(&room, token, refused);
    return ledger_room_code(&room, token);
}

/* Whoever holds auth's key names principals by the million: nothing is written of them. */
static void test_release__who_is_nobody_fills_no_disk(void **state)
{
    (void)state;
    struct ledger_refused refused;
    uint64_t calls = file_fault_calls(room.fs);
    for (uint32_t i = 0; i < 100; i++) {
        struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
        r.grant.principal = 1000 + i;
        ledger_room_sign(&room, &r, false);
        assert_string_equal(sent(&r, &refused), "principal_unknown");
        assert_int_equal(refused.sequence, 0);
    }
    assert_int_equal(file_fault_calls(room.fs), calls);
}

/* Only a lookup misses: rows that call themselves a miss would cost one. */
static void test_release__rows_are_no_miss(void **state)
{
    (void)state;
    static const enum grant_kind kinds[] = { GRANT_ROWS, GRANT_TIMELINE };
    struct ledger_refused refused;
    for (int k = 0; k < 2; k++)
        for (uint32_t count = 0; count < 4; count += 3) {
            struct ledger_room_request r = ask(ROOM_SUPPORT, kinds[k], count);
            r.is_miss = true;
            ledger_room_sign(&room, &r, false);
            assert_string_equal(sent(&r, &refused), "subjects");
        }
}

/* Values go out for subjects that the asker named, in a report as well. */
static void test_release__a_report_names_its_subjects(void **state)
{
    (void)state;
    for (int names = 0; names < 2; names++) {
        struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REPORT_SUBJECT, names ? 2 : 0);
        uint8_t grant[GRANT_BYTES];
        struct bytes evidence = { 0 }, body = { 0 };
        ledger_room_sign(&room, &r, false);
        grant_sign(&r.grant, room.auth_secret, grant);
        evidence_encode(&r.evidence, &evidence);
        const struct ledger_release m = {
            .grant = str_of(grant, sizeof(grant)), .ask = bytes_str(&r.text),
            .evidence = bytes_str(&evidence), .refs = room.refs, .ref_count = 2,
        };
        ledger_wire_encode_release(&m, &body);
        uint32_t token = ledger_room_take(&room, LEDGER_SIDE_VAULT, LEDGER_RELEASE, &body);
        ledger_room_commit(&room);
        assert_string_equal(ledger_room_code(&room, token), names ? "" : "subjects");
        ledger_room_request_release(&r);
        bytes_release(&evidence);
        bytes_release(&body);
    }
}

/* Query brings the question's text, or the entry would not say what was asked. */
static void test_release__a_question_is_not_left_out(void **state)
{
    (void)state;
    struct ledger_refused refused;
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_ROWS, 3);
    r.question = STR("{\"plan\":\"Pro\"}");
    ledger_room_sign(&room, &r, false);
    r.question = STR("");
    assert_string_equal(sent(&r, &refused), "grant_ask");
}

/* More than a day's budget is refused as such, and tells what is left. */
static void test_release__a_crowd_is_refused_at_once(void **state)
{
    (void)state;
    struct ledger_refused refused;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_ROWS, 0, 1500), "");
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_ROWS, LEDGER_ROOM_REFS);
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r, &refused), "budget");
    assert_int_equal(refused.left, 500);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_ROWS, 0, 2000), "");
}

/* Freezing is for one's own acts: an export that nobody's browser signed freezes nobody. */
static void test_release__a_forged_export_freezes_nobody(void **state)
{
    (void)state;
    struct ledger_refused refused;
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_EXPORT, 1);
    struct ledger_room_member liar = room.members[ROOM_SUPPORT];
    sign_pair(liar.proof_secret, liar.proof_public);
    r.member = &liar;
    ledger_room_sign(&room, &r, false);
    assert_string_equal(sent(&r, &refused), "proof");
    assert_int_equal(room.note_count, 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
}

/* A counter that nobody signed uses up none of the honest ones, also over a restart. */
static void test_release__a_forged_counter_counts_for_nothing(void **state)
{
    (void)state;
    struct ledger_refused refused;
    struct ledger_room_request r = ask(ROOM_SUPPORT, GRANT_REVEAL, 1);
    ledger_room_sign(&room, &r, false);
    r.evidence.counter = UINT64_MAX;
    assert_string_equal(sent(&r, &refused), "proof");
    assert_int_not_equal(refused.sequence, 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
}

/* A refusal stands in the log of the project it is about. */
static void test_release__a_refusal_stands_in_its_tenants_log(void **state)
{
    (void)state;
    struct ledger_refused refused;
    struct bytes json = { 0 };
    char text[64];
    for (uint32_t project = 7; project <= 9; project += 2) {
        struct ledger_room_request r = ask(ROOM_ANALYST, GRANT_REVEAL, 1);
        r.grant.project = project;
        r.ask.project = project;
        ledger_room_sign(&room, &r, false);
        assert_string_equal(sent(&r, &refused), "right");
        (void)snprintf(text, sizeof(text), "{\"read\":\"entry\",\"sequence\":%llu}",
                       (unsigned long long)refused.sequence);
        ledger_room_read(&room, ROOM_OWNER, text, &json); /* of project 7 */
        assert_int_equal(str_find(bytes_str(&json), STR("\"refused\"")) >= 0, project == 7);
    }
    bytes_release(&json);
}

/* Budgets are bounded, so that ten of them fit a number. */
static void test_release__budgets_have_a_bound(void **state)
{
    (void)state;
    static const struct { const char *detail, *code; } cases[] = {
        { "{\"do\":\"budget\",\"principal\":4,\"project\":7,\"named\":429496730,\"rows\":1}", "right" },
        { "{\"do\":\"budget\",\"principal\":4,\"project\":7,\"named\":1,\"rows\":1000001}", "right" },
        { "{\"do\":\"budget\",\"principal\":4,\"project\":7,\"named\":0,\"rows\":1}", "invalid" },
        { "{\"do\":\"budget\",\"principal\":4,\"project\":7,\"named\":1000000,\"rows\":1}", "" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_RAISE, cases[i].detail, "",
                                               NULL), cases[i].code);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_release__who_is_nobody_fills_no_disk), WITH(test_release__rows_are_no_miss),
        WITH(test_release__a_report_names_its_subjects),
        WITH(test_release__a_question_is_not_left_out),
        WITH(test_release__a_crowd_is_refused_at_once),
        WITH(test_release__a_forged_export_freezes_nobody),
        WITH(test_release__a_forged_counter_counts_for_nothing),
        WITH(test_release__a_refusal_stands_in_its_tenants_log),
        WITH(test_release__budgets_have_a_bound),
    };
    return RUN(tests);
}
