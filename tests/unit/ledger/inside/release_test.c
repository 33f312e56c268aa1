#include "ledger/inside/release.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/seal.h"
#include "ledger/inside/budget.h"
#include "ledger/inside/shares.h"
#include "support/file_fault.h"
#include "support/ledger_room.h"
#include "support/test.h"
#include "sys/clock.h"

#define DAY ((int64_t)24 * 3600 * 1000)

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

/* Time passes, on the wall and for the machine. */
static void wait_ms(int64_t ms)
{
    clock_shift_for_test(ms, ms);
}

static uint32_t left(uint32_t token)
{
    struct ledger_refused refused;
    ledger_room_refused(&room, token, &refused);
    return refused.left;
}

/* ---- what comes back ------------------------------------------------------------------------- */

static void read_released(uint32_t token, struct arena *arena, struct ledger_released *out,
                          struct receipt *receipt)
{
    const struct ledger_room_answer *a = &room.answers[token];
    assert_int_not_equal(a->type, LEDGER_REFUSED);
    assert_int_equal(ledger_wire_decode_released(bytes_str(&a->body), arena, out), 0);
    assert_int_equal(receipt_decode(out->receipt, receipt), 0);
}

static void test_release__a_receipt_proves_the_entry(void **state)
{
    (void)state;
    static const char *const origins[] = { "localhost/amana/1", "localhost/amana/2" };
    for (int tenant = 0; tenant < 2; tenant++) {
        struct receipt_seen seen = { 0 };
        for (uint32_t i = 0; i < 20; i++) {
            struct ledger_room_request r;
            struct ledger_released released;
            struct receipt receipt;
            struct entry entry;
            struct arena arena;
            arena_init(&arena, 0);
            ledger_room_ask(&room, ROOM_SUPPORT, i % 2 ? GRANT_ROWS : GRANT_REVEAL, i, 2, &r);
            r.grant.project = tenant ? 9 : 7;
            r.ask.project = r.grant.project;
            r.seen_size = seen.size;
            ledger_room_sign(&room, &r, false);
            uint32_t token = ledger_room_send(&room, &r);
            ledger_room_commit(&room);
            read_released(token, &arena, &released, &receipt);
            struct receipt_expect expect = {
                .origin = origins[tenant], .public_key = room.log_public, .principal = 2,
                .project = (uint32_t)r.ask.project, .persons = 2,
            };
            memcpy(expect.ask_hash, r.grant.ask_hash, 32);
            assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), 0);
            assert_int_equal(seen.size, i + 1);
            assert_int_equal(entry.sequence, released.sequence);
            assert_int_equal(entry.kind, r.ask.kind);
            assert_int_equal(entry.verdict, ENTRY_RELEASED);
            assert_int_equal(entry.level, 2);
            ledger_room_request_release(&r);
            arena_release(&arena);
        }
    }
}

static void test_release__numbers_are_given_once(void **state)
{
    (void)state;
    uint32_t numbers[4];
    for (int round = 0; round < 2; round++) {
        struct ledger_room_request r;
        struct ledger_released released;
        struct receipt receipt;
        struct arena arena;
        arena_init(&arena, 0);
        ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 10, 4, &r);
        ledger_room_sign(&room, &r, false);
        uint32_t token = ledger_room_send(&room, &r);
        ledger_room_commit(&room);
        read_released(token, &arena, &released, &receipt);
        assert_int_equal(released.subject_count, 4);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(released.subjects[i].status, LEDGER_SUBJECT_OK);
            assert_true(round == 0 || numbers[i] == released.subjects[i].number);
            numbers[i] = released.subjects[i].number;
        }
        assert_int_equal(numbers[3], numbers[0] + 3);
        ledger_room_request_release(&r);
        arena_release(&arena);
        ledger_room_close(&room);
        assert_int_equal(ledger_room_open(&room), 0);
    }
}

/* Shares: for exactly the subjects and fields of the ask, by the property's own name. */
static void test_release__shares(void **state)
{
    (void)state;
    struct ledger_room_request r;
    struct ledger_released released;
    struct receipt receipt;
    struct arena arena;
    uint8_t e[32] = { 1, 2 }, epoch[32], wanted[32];
    seal_public(e, epoch);
    struct ledger_triple triples[] = { { .subject = 1, .field = 0 }, { .subject = 0, .field = 1 } };
    memcpy(triples[0].epoch, epoch, 32);
    memcpy(triples[1].epoch, epoch, 32);
    arena_init(&arena, 0);
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 5, 2, &r);
    r.ask.fields[0] = STR("first%20name");
    r.triples = triples;
    r.triple_count = 2;
    r.ask.fields[1] = STR("phone");
    ledger_room_sign(&room, &r, false);
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    read_released(token, &arena, &released, &receipt);
    assert_int_equal(released.shares.len, 64);
    struct shares *shares = shares_create(room.secret);
    assert_int_equal(shares_make(shares, epoch, 7, &room.refs[6], STR("first name"), wanted), 0);
    assert_memory_equal(released.shares.ptr, wanted, 32);
    assert_int_equal(shares_make(shares, epoch, 7, &room.refs[5], STR("phone"), wanted), 0);
    assert_memory_equal(released.shares.ptr + 32, wanted, 32);
    shares_destroy(shares);
    ledger_room_request_release(&r);
    arena_release(&arena);
}

/* ---- a lying vault --------------------------------------------------------------------------- */

static const char *with_triple(uint32_t subject, uint8_t field, const uint8_t epoch[32])
{
    struct ledger_room_request r;
    struct ledger_triple triple = { .subject = subject, .field = field };
    memcpy(triple.epoch, epoch, 32);
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 2, &r);
    r.triples = &triple;
    r.triple_count = 1;
    ledger_room_sign(&room, &r, false);
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    ledger_room_request_release(&r);
    return ledger_room_code(&room, token);
}

static void test_release__only_what_the_ask_names(void **state)
{
    (void)state;
    uint8_t e[32] = { 1 }, epoch[32];
    seal_public(e, epoch);
    assert_string_equal(with_triple(1, 1, epoch), "");
    assert_string_equal(with_triple(2, 1, epoch), "subjects");
    assert_string_equal(with_triple(0, 2, epoch), "field");
    memset(epoch, 0, sizeof(epoch));
    assert_string_equal(with_triple(0, 0, epoch), "invalid");
    struct ledger_room_request r;
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 2, &r);
    ledger_room_sign(&room, &r, false);
    r.refs = room.refs + 1; /* somebody else's */
    uint32_t other = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, other), "subjects");
    ledger_room_request_release(&r);
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 2, &r);
    ledger_room_sign(&room, &r, false);
    r.ref_count = 3;
    other = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, other), "subjects");
    ledger_room_request_release(&r);
}

static void test_release__never_more_than_the_limit(void **state)
{
    (void)state;
    struct ledger_room_request r;
    for (uint32_t count = 50; count <= 51; count++) {
        ledger_room_ask(&room, ROOM_SUPPORT, GRANT_ROWS, 0, count, &r);
        r.ask.limit = 50;
        ledger_room_sign(&room, &r, false);
        uint32_t token = ledger_room_send(&room, &r);
        ledger_room_commit(&room);
        assert_string_equal(ledger_room_code(&room, token), count > 50 ? "limit" : "");
        ledger_room_request_release(&r);
    }
}

static void test_release__the_question_is_the_one_that_was_signed(void **state)
{
    (void)state;
    struct ledger_room_request r;
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_ROWS, 0, 5, &r);
    r.question = STR("{\"plan\":\"Pro\"}");
    ledger_room_sign(&room, &r, false);
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, token), "");
    ledger_room_request_release(&r);
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_ROWS, 0, 5, &r);
    r.question = STR("{\"plan\":\"Pro\"}");
    ledger_room_sign(&room, &r, false);
    r.question = STR("{\"plan\":\"All\"}");
    token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, token), "grant_ask");
    ledger_room_request_release(&r);
}

/* ---- budgets --------------------------------------------------------------------------------- */

static void test_release__all_or_nothing_of_a_budget(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 170), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 170, 31), "budget");
    assert_int_equal(left(0), 30);
    /* Whoever was shown already costs nothing. */
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 100, 100), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 200), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 200, 1), "budget");
    assert_int_equal(left(0), 0);
    /* Rows are counted for themselves, and so is everybody. */
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_ROWS, 0, 2000), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_ROWS, 1999, 2), "budget");
    assert_string_equal(ledger_room_try(&room, ROOM_OWNER, GRANT_REVEAL, 200, 1), "");
}

/* Another day, the same budget; and no budget is forgotten by a restart. */
static void test_release__windows(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 200), "");
    wait_ms(DAY - 3600 * 1000);
    assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 200, 1), "budget");
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 200, 1), "budget");
    for (uint32_t day = 1; day <= 9; day++) {
        wait_ms(DAY + 3600 * 1000);
        assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "");
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, day * 200, 200),
                            "");
    }
    wait_ms(DAY + 3600 * 1000);
    assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 2000, 1), "budget");
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 2000, 1), "budget");
}

/* The clock on the wall buys no fresh day: windows move as time passes. */
static void test_release__setting_the_clock_buys_nothing(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_try(&room, ROOM_OWNER, GRANT_REVEAL, 0, 200), "");
    clock_shift_for_test(25 * 3600 * 1000, 0);
    assert_string_equal(ledger_room_try(&room, ROOM_OWNER, GRANT_REVEAL, 200, 1), "budget");
    clock_shift_for_test(-50 * 3600 * 1000, 0);
    assert_string_equal(ledger_room_try(&room, ROOM_OWNER, GRANT_REVEAL, 200, 1), "budget");
    clock_shift_for_test(25 * 3600 * 1000, 0);
}

/* 64 asks at once for a person each, with ten left. */
static void test_release__a_race_for_the_last_ten(void **state)
{
    (void)state;
    static struct ledger_room_request r[64];
    uint32_t tokens[64], released = 0;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 190), "");
    for (uint32_t i = 0; i < 64; i++) {
        ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 200 + i, 1, &r[i]);
        ledger_room_sign(&room, &r[i], false);
    }
    for (uint32_t i = 0; i < 64; i++)
        tokens[i] = ledger_room_send(&room, &r[i]);
    ledger_room_commit(&room);
    for (uint32_t i = 0; i < 64; i++) {
        const char *code = ledger_room_code(&room, tokens[i]);
        released += code[0] == 0;
        assert_true(i >= 10 || code[0] == 0);
        assert_true(code[0] == 0 || strcmp(code, "budget") == 0 || strcmp(code, "frozen") == 0);
        ledger_room_request_release(&r[i]);
    }
    assert_int_equal(released, 10);
}

static void test_release__misses(void **state)
{
    (void)state;
    for (int i = 0; i < BUDGET_MISSES_DAY; i++)
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_FIND, 0, 0), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_FIND, 0, 0), "misses");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_FIND, 0, 1), ""); /* a hit */
    /* A miss that names somebody, a hit that names nobody: neither is one. */
    struct ledger_room_request r;
    ledger_room_ask(&room, ROOM_OWNER, GRANT_FIND, 0, 1, &r);
    r.is_miss = true;
    ledger_room_sign(&room, &r, false);
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, token), "subjects");
    ledger_room_request_release(&r);
    ledger_room_ask(&room, ROOM_OWNER, GRANT_FIND, 0, 0, &r);
    ledger_room_sign(&room, &r, false);
    token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, token), "subjects");
    ledger_room_request_release(&r);
}

static void test_release__the_projects_total(void **state)
{
    (void)state;
    /* Budgets of their own do not help when all of them together took 10,000. */
    static const enum ledger_room_who who[] = { ROOM_OWNER, ROOM_SUPPORT, ROOM_ANALYST, ROOM_KEY };
    struct ledger_decided decided;
    for (int i = 0; i < 4; i++) {
        char detail[128];
        (void)snprintf(detail, sizeof(detail), "{\"do\":\"budget\",\"principal\":%u,\"project\":7,"
                       "\"named\":300,\"rows\":3000}", room.members[who[i]].principal);
        assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_RAISE, detail, "",
                                               &decided), "");
        (void)snprintf(detail, sizeof(detail), "{\"do\":\"approve\",\"sequence\":%llu}",
                       (unsigned long long)decided.sequence);
        assert_string_equal(ledger_room_decide(&room, ROOM_SECOND, GRANT_APPROVE, detail, "",
                                               NULL), "");
    }
    /* The same people count once for the project, too: 6,000 of them, and nobody is over. */
    for (int i = 0; i < 4; i++)
        assert_string_equal(ledger_room_try(&room, who[i], GRANT_ROWS, i % 2 ? 3000 : 0, 3000),
                            "");
    assert_string_equal(ledger_room_try(&room, ROOM_OWNER, GRANT_ROWS, 3000, 1), "budget");
}

/* A new member sees twenty in the first day, whatever the role. */
static void test_release__the_new_are_small(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL,
        "{\"do\":\"member\",\"rights\":{\"7\":[\"reveal\",\"rows\"]}}", "{\"principal\":20}",
        NULL), "");
    assert_string_equal(ledger_room_try(&room, ROOM_NEW, GRANT_REVEAL, 0, 1),
                        "principal_unknown");
    wait_ms(LEDGER_DELAY_MS + 1000);
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_NEW), "");
    assert_string_equal(ledger_room_login(&room, ROOM_NEW, 2), "");
    assert_string_equal(ledger_room_try(&room, ROOM_NEW, GRANT_REVEAL, 0, 21), "budget");
    assert_int_equal(left(0), 20);
    assert_string_equal(ledger_room_try(&room, ROOM_NEW, GRANT_REVEAL, 0, 20), "");
    assert_string_equal(ledger_room_try(&room, ROOM_NEW, GRANT_ROWS, 0, 21), "budget");
    wait_ms(LEDGER_DELAY_MS + 3600 * 1000);
    assert_string_equal(ledger_room_login(&room, ROOM_NEW, 2), "");
    assert_string_equal(ledger_room_try(&room, ROOM_NEW, GRANT_REVEAL, 20, 200), "");
}

/* ---- persistence and refusals ---------------------------------------------------------------- */

static void test_release__persistence_freezes(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 200), "");
    for (uint32_t i = 0; i < LEDGER_FREEZE_AFTER; i++) {
        assert_int_equal(room.note_count, 0);
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 200 + i, 1),
                            "budget");
    }
    assert_int_equal(room.note_count, 1);
    assert_int_equal(room.notes[0].principal, 2);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "frozen");
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "frozen");
}

/* Slowly, over a long day, it is work. */
static void test_release__an_honest_day_does_not_freeze(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 200), "");
    for (uint32_t i = 0; i < 30; i++) {
        if (i % 10 == 0)
            wait_ms(LEDGER_FREEZE_WINDOW_MS + 1000);
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 200 + i, 1),
                            "budget");
    }
    assert_int_equal(room.note_count, 0);
}

static void test_release__an_export_is_refused_and_freezes(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_EXPORT, 0, 5),
                        "export_values");
    assert_int_equal(room.note_count, 1);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "frozen");
}

/* How many asks of the analyst were refused this minute, and how many of them have an entry. */
static uint32_t refuse_many(int asks)
{
    uint32_t written = 0;
    for (int i = 0; i < asks; i++) {
        struct ledger_refused refused;
        assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_REVEAL, 0, 1), "right");
        ledger_room_refused(&room, 0, &refused);
        written += refused.sequence != 0;
    }
    return written;
}

static void assert_said(const char *what)
{
    struct bytes json = { 0 };
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"entries\",\"kind\":\"refused_many\"}", &json);
    assert_true(str_find(bytes_str(&json), str_from(what)) >= 0);
    bytes_release(&json);
}

/* Sixty a minute are written; the others become one entry when the minute is over, or at the end:
 * none is forgotten, whether or not anybody asks again. */
static void test_release__refusals_are_written_and_counted(void **state)
{
    (void)state;
    wait_ms(60000 - clock_wall_ms() % 60000 + 100);
    assert_int_equal(refuse_many(LEDGER_REFUSALS_A_MINUTE + 15), LEDGER_REFUSALS_A_MINUTE);
    ledger_room_commit(&room);
    assert_said("\"entries\":[]"); /* the minute goes on */
    wait_ms(61000);
    ledger_room_commit(&room);
    assert_said("\"principal\":3,\"project\":0,\"persons\":0,\"rows\":15");
    assert_said("\"refused_30d\":75");
    ledger_room_commit(&room);
    assert_said("\"refused_30d\":75");
    assert_int_equal(refuse_many(LEDGER_REFUSALS_A_MINUTE + 3), LEDGER_REFUSALS_A_MINUTE);
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_said("\"rows\":3,");
    assert_said("\"refused_30d\":138");
}

static void test_release__each_chunk_is_checked(void **state)
{
    (void)state;
    struct ledger_check check = { 5, 7, { 0 } };
    struct bytes body = { 0 };
    static const char *const codes[] = { "", "right", "principal_unknown", "frozen" };
    for (int i = 0; i < 4; i++) {
        check.project = i == 1 ? 8 : 7;
        check.principal = i == 2 ? 99 : 5;
        if (i == 3)
            assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_FREEZE,
                                "{\"do\":\"freeze\",\"principal\":5}", "", NULL), "");
        bytes_reset(&body);
        ledger_wire_encode_check(&check, &body);
        uint32_t token = ledger_room_take(&room, LEDGER_SIDE_QUERY, LEDGER_CHECK, &body);
        ledger_room_commit(&room);
        assert_string_equal(ledger_room_code(&room, token), codes[i]);
    }
    bytes_release(&body);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_release__a_receipt_proves_the_entry),
        WITH(test_release__numbers_are_given_once), WITH(test_release__shares),
        WITH(test_release__only_what_the_ask_names),
        WITH(test_release__never_more_than_the_limit),
        WITH(test_release__the_question_is_the_one_that_was_signed),
        WITH(test_release__all_or_nothing_of_a_budget), WITH(test_release__windows),
        WITH(test_release__setting_the_clock_buys_nothing),
        WITH(test_release__a_race_for_the_last_ten), WITH(test_release__misses),
        WITH(test_release__the_projects_total), WITH(test_release__the_new_are_small),
        WITH(test_release__persistence_freezes),
        WITH(test_release__an_honest_day_does_not_freeze),
        WITH(test_release__an_export_is_refused_and_freezes),
        WITH(test_release__refusals_are_written_and_counted),
        WITH(test_release__each_chunk_is_checked),
    };
    return RUN(tests);
}
