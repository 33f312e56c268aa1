#include "ledger/wire/ledger_wire.h"

#include <string.h>

#include "base/err.h"
#include "support/test.h"

static const struct ref refs[] = { { { 1 } }, { { 2 } } };
static const struct ledger_triple triples[] = { { .subject = 1, .field = 2, .epoch = { 7, 8 } },
                                                { .subject = 0, .field = 0, .epoch = { 9 } } };
static const struct ledger_subject subjects[] = { { LEDGER_SUBJECT_OK, 70000 },
                                                  { LEDGER_SUBJECT_ERASED, 0 } };
static char grant[256], shares[64];

static struct ledger_release release(void)
{
    memset(grant, 'g', sizeof(grant));
    return (struct ledger_release){
        .grant = str_of(grant, sizeof(grant)), .ask = STR("ask"), .evidence = STR("evidence"),
        .question = STR("{}"), .seen_size = UINT64_C(1) << 40, .rows = 9, .refs = refs,
        .ref_count = 2, .triples = triples, .triple_count = 2 };
}

/* One body of each type; which is what decode() below takes. */
enum { BODIES = 10 };

static void encode(int which, struct bytes *body)
{
    const struct ledger_release r = release();
    memset(shares, 's', sizeof(shares));
    switch (which) {
    case 0:
        ledger_wire_encode_release(&r, body);
        break;
    case 1: {
        struct ledger_release miss = { .grant = r.grant, .ask = r.ask, .is_miss = true };
        ledger_wire_encode_release(&miss, body);
        break;
    }
    case 2:
        ledger_wire_encode_released(&(struct ledger_released){
            .receipt = STR("receipt"), .sequence = 48214, .subjects = subjects,
            .subject_count = 2, .shares = str_of(shares, 64) }, body);
        break;
    case 3:
        ledger_wire_encode_check(&(struct ledger_check){ 12, 7, { 1, 2 } }, body);
        break;
    case 4:
        ledger_wire_encode_read(&(struct ledger_read){ r.grant, STR("{\"read\":\"line\"}") }, body);
        break;
    case 5:
        ledger_wire_encode_login(&(struct ledger_login){
            .principal = 12, .level = 2, .login_session = { 5 }, .key_type = 1,
            .public_key = STR("key"), .nonce = STR("nonce"), .credential_id = STR("id"),
            .auth_data = STR("a"), .client_data = STR("c"), .signature = STR("s"),
            .ends_ms = 1795453200000, .address = STR("192.0.2.7") }, body);
        break;
    case 6:
        ledger_wire_encode_decision(&(struct ledger_decision){
            .grant = r.grant, .ask = STR("ask"), .evidence = STR("e"), .detail = STR("{}"),
            .made = STR("{\"principal\":5}") }, body);
        break;
    case 7:
        ledger_wire_encode_decided(&(struct ledger_decided){ 4, 5 }, body);
        break;
    case 8:
        ledger_wire_encode_refused(&(struct ledger_refused){ STR("budget"), 30, 7 }, body);
        break;
    default:
        ledger_wire_encode_note(&(struct ledger_note){ 12, true }, body);
    }
}

/* Decodes and encodes again what it understood. */
static int decode(int which, struct str body, struct arena *arena, struct bytes *again)
{
    union {
        struct ledger_release release;
        struct ledger_released released;
        struct ledger_check check;
        struct ledger_read read;
        struct ledger_login login;
        struct ledger_decision decision;
        struct ledger_decided decided;
        struct ledger_refused refused;
        struct ledger_note note;
    } u;
    int r;
#define TURN(name, ...) \
    r = ledger_wire_decode_##name(__VA_ARGS__, &u.name); \
    if (r == 0) \
        ledger_wire_encode_##name(&u.name, again); \
    return r
    switch (which) {
    case 0: case 1: TURN(release, body, arena);
    case 2: TURN(released, body, arena);
    case 3: TURN(check, body);
    case 4: TURN(read, body);
    case 5: TURN(login, body);
    case 6: TURN(decision, body);
    case 7: TURN(decided, body);
    case 8: TURN(refused, body);
    default: TURN(note, body);
    }
#undef TURN
}

static void test_ledger_wire__bodies_come_back(void **state)
{
    (void)state;
    for (int i = 0; i < BODIES; i++) {
        struct bytes body = { 0 }, again = { 0 };
        struct arena arena;
        arena_init(&arena, 0);
        encode(i, &body);
        assert_int_equal(decode(i, bytes_str(&body), &arena, &again), 0);
        assert_true(str_equal(bytes_str(&body), bytes_str(&again)));
        arena_release(&arena);
        bytes_release(&body);
        bytes_release(&again);
    }
}

/* Cut anywhere or longer by a byte: none of them is a body. */
static void test_ledger_wire__the_length_must_fit(void **state)
{
    (void)state;
    for (int i = 0; i < BODIES; i++) {
        struct bytes body = { 0 }, again = { 0 };
        struct arena arena;
        arena_init(&arena, 0);
        encode(i, &body);
        for (size_t len = 0; len < body.len; len++)
            assert_int_equal(decode(i, str_of(body.ptr, len), &arena, &again), ERR_INVALID);
        bytes_put_u8(&body, 0);
        assert_int_equal(decode(i, bytes_str(&body), &arena, &again), ERR_INVALID);
        arena_release(&arena);
        bytes_release(&body);
        bytes_release(&again);
    }
}

static void test_ledger_wire__what_was_said_is_heard(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct arena arena;
    struct ledger_release out;
    struct ledger_released released;
    struct ledger_login login;
    arena_init(&arena, 0);
    encode(0, &body);
    assert_int_equal(ledger_wire_decode_release(bytes_str(&body), &arena, &out), 0);
    assert_int_equal(out.grant.len, 256);
    assert_str(out.evidence, "evidence");
    assert_int_equal(out.seen_size, UINT64_C(1) << 40);
    assert_int_equal(out.rows, 9);
    assert_false(out.is_miss);
    assert_memory_equal(out.refs, refs, sizeof(refs));
    assert_int_equal(out.triples[0].subject, 1);
    assert_int_equal(out.triples[0].field, 2);
    assert_int_equal(out.triples[0].epoch[1], 8);
    bytes_reset(&body);
    encode(2, &body);
    assert_int_equal(ledger_wire_decode_released(bytes_str(&body), &arena, &released), 0);
    assert_int_equal(released.sequence, 48214);
    assert_int_equal(released.subjects[0].number, 70000);
    assert_int_equal(released.subjects[1].status, LEDGER_SUBJECT_ERASED);
    bytes_reset(&body);
    encode(5, &body);
    assert_int_equal(ledger_wire_decode_login(bytes_str(&body), &login), 0);
    assert_int_equal(login.ends_ms, 1795453200000);
    assert_str(login.nonce, "nonce");
    assert_str(login.address, "192.0.2.7");
    arena_release(&arena);
    bytes_release(&body);
}

/* Counts and lengths over the table's bounds, and numbers that mean nothing. */
static void test_ledger_wire__bounds(void **state)
{
    (void)state;
    static const struct { int which; size_t at; uint32_t value; size_t bytes; } cases[] = {
        { 0, 256, ASK_BYTES_MAX + 1, 4 },               /* the ask's length */
        { 0, 256 + 7, LEDGER_EVIDENCE_MAX + 1, 4 },
        { 0, 256 + 7 + 12, 1024 * 1024 + 1, 4 },        /* the question's */
        { 0, 256 + 7 + 12 + 6 + 12, 2, 1 },             /* is_miss */
        { 0, 256 + 7 + 12 + 6 + 13, ASK_SUBJECTS_MAX + 1, 4 },
        { 0, 256 + 7 + 12 + 6 + 13, UINT32_MAX, 4 },
        { 0, 256 + 7 + 12 + 6 + 13 + 4 + 32, LEDGER_TRIPLES_MAX + 1, 4 },
        { 2, 0, 16 * 1024 + 1, 4 },                     /* the receipt's */
        { 2, 11 + 8 + 4, LEDGER_SUBJECT_UNKNOWN + 1, 1 },
        { 4, 0, 255, 4 }, { 6, 0, 255, 4 },             /* a grant is 256 bytes, or none */
        { 8, 0, 0, 4 }, { 8, 0, LEDGER_CODE_MAX + 1, 4 },
        { 9, 4, 2, 1 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes body = { 0 }, again = { 0 };
        struct arena arena;
        arena_init(&arena, 0);
        encode(cases[i].which, &body);
        memcpy(body.ptr + cases[i].at, &cases[i].value, cases[i].bytes);
        memset(bytes_grow(&body, 2 << 20), 0, 2 << 20);
        assert_int_equal(decode(cases[i].which, bytes_str(&body), &arena, &again), ERR_INVALID);
        arena_release(&arena);
        bytes_release(&body);
        bytes_release(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger_wire__bodies_come_back),
        cmocka_unit_test(test_ledger_wire__the_length_must_fit),
        cmocka_unit_test(test_ledger_wire__what_was_said_is_heard),
        cmocka_unit_test(test_ledger_wire__bounds),
    };
    return RUN(tests);
}
