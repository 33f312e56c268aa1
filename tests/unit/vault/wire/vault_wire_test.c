/* vault/wire: what is encoded decodes to itself, and nothing else decodes. */
#include "vault/wire/vault_wire.h"

#include <string.h>

#include "base/err.h"
#include "ledger/wire/ledger_wire.h"
#include "support/test.h"

struct wire {
    struct arena arena;
    struct bytes body;
    struct ref refs[4000];
    uint8_t grant[256];
};

static void wire_open(struct wire *w)
{
    memset(w, 0, sizeof(*w));
    arena_init(&w->arena, 1 << 20);
    memset(w->grant, 3, sizeof(w->grant));
    for (uint32_t i = 0; i < 4000; i++) {
        w->refs[i].bytes[0] = (uint8_t)(i >> 8);
        w->refs[i].bytes[1] = (uint8_t)i;
    }
}

static void wire_close(struct wire *w)
{
    arena_release(&w->arena);
    bytes_release(&w->body);
}

static struct vault_ask ask_of(const struct wire *w, uint32_t count)
{
    return (struct vault_ask){ .grant = str_of(w->grant, 256), .ask = STR("amana ask 1\n"),
                               .evidence = STR("evidence"), .refs = w->refs,
                               .ref_count = count };
}

static void test_vault_wire__stored_names_its_batch(void **state)
{
    (void)state;
    struct vault_stored stored = { .sequence = UINT64_MAX - 1 }, again;
    struct bytes body = { 0 };
    memset(stored.boot_id, 7, sizeof(stored.boot_id));
    vault_wire_encode_stored(&stored, &body);
    assert_int_equal(body.len, 24);
    assert_int_equal(vault_wire_decode_stored(bytes_str(&body), &again), 0);
    assert_memory_equal(again.boot_id, stored.boot_id, 16);
    assert_true(again.sequence == stored.sequence);
    for (size_t len = 0; len < 24; len++)
        assert_int_equal(vault_wire_decode_stored(str_of(body.ptr, len), &again), ERR_INVALID);
    bytes_put_u8(&body, 0);
    assert_int_equal(vault_wire_decode_stored(bytes_str(&body), &again), ERR_INVALID);
    bytes_release(&body);
}

static void test_vault_wire__only_known_refusals_decode(void **state)
{
    (void)state;
    enum vault_refusal again;
    for (uint32_t n = 0; n < 6; n++) {
        struct bytes body = { 0 };
        bytes_put_u32(&body, n);
        int r = vault_wire_decode_refused(bytes_str(&body), &again);
        assert_int_equal(r, n >= 1 && n <= 3 ? 0 : ERR_INVALID);
        bytes_put_u8(&body, 0);
        assert_int_equal(vault_wire_decode_refused(bytes_str(&body), &again), ERR_INVALID);
        bytes_release(&body);
    }
    struct bytes body = { 0 };
    vault_wire_encode_refused(VAULT_REFUSAL_FORGED, &body);
    assert_int_equal(vault_wire_decode_refused(bytes_str(&body), &again), 0);
    assert_int_equal(again, VAULT_REFUSAL_FORGED);
    bytes_release(&body);
}

static void test_vault_wire__an_ask_comes_back_as_it_was(void **state)
{
    (void)state;
    static struct wire w;
    struct vault_ask again;
    for (uint32_t count = 0; count <= VAULT_REVEAL_SUBJECTS_MAX; count += 1500) {
        wire_open(&w);
        struct vault_ask ask = ask_of(&w, count);
        vault_wire_encode_ask(&ask, &w.body);
        assert_int_equal(vault_wire_decode_ask(bytes_str(&w.body), &w.arena, &again), 0);
        assert_true(str_equal(again.grant, ask.grant) && str_equal(again.ask, ask.ask));
        assert_true(str_equal(again.evidence, ask.evidence));
        assert_int_equal(again.ref_count, count);
        if (count)
            assert_memory_equal(again.refs, w.refs, count * sizeof(struct ref));
        for (size_t len = 0; len < w.body.len; len += 1 + len / 16)
            assert_int_equal(vault_wire_decode_ask(str_of(w.body.ptr, len), &w.arena, &again),
                             ERR_INVALID);
        bytes_put_u8(&w.body, 0);
        assert_int_equal(vault_wire_decode_ask(bytes_str(&w.body), &w.arena, &again), ERR_INVALID);
        wire_close(&w);
    }
}

/* One count of the ask, as bytes say it. */
static int decode_counts(struct wire *w, uint32_t ask_len, uint32_t evidence_len, uint32_t refs)
{
    struct vault_ask again;
    bytes_reset(&w->body);
    bytes_append(&w->body, w->grant, 256);
    bytes_put_u32(&w->body, ask_len);
    memset(bytes_grow(&w->body, ask_len), 'a', ask_len);
    bytes_put_u32(&w->body, evidence_len);
    memset(bytes_grow(&w->body, evidence_len), 'e', evidence_len);
    bytes_put_u32(&w->body, refs);
    bytes_append(&w->body, w->refs, refs * sizeof(struct ref));
    return vault_wire_decode_ask(bytes_str(&w->body), &w->arena, &again);
}

static void test_vault_wire__what_is_over_a_bound_does_not_decode(void **state)
{
    (void)state;
    static struct wire w;
    wire_open(&w);
    assert_int_equal(decode_counts(&w, 4096, 4096, 3000), 0);
    assert_int_equal(decode_counts(&w, 4097, 4096, 3000), ERR_INVALID);
    assert_int_equal(decode_counts(&w, 4096, 4097, 3000), ERR_INVALID);
    assert_int_equal(decode_counts(&w, 4096, 4096, 3001), ERR_INVALID);
    wire_close(&w);
}

static void test_vault_wire__refs_are_sorted_and_distinct(void **state)
{
    (void)state;
    static struct wire w;
    struct vault_found again;
    wire_open(&w);
    struct vault_found found = { .sequence = 5, .refs = w.refs, .ref_count = VAULT_FOUND_MAX };
    vault_wire_encode_found(&found, &w.body);
    assert_int_equal(vault_wire_decode_found(bytes_str(&w.body), &w.arena, &again), 0);
    assert_true(again.sequence == 5 && again.ref_count == VAULT_FOUND_MAX);
    assert_memory_equal(again.refs, w.refs, VAULT_FOUND_MAX * sizeof(struct ref));
    w.refs[7] = w.refs[6];
    bytes_reset(&w.body);
    vault_wire_encode_found(&found, &w.body);
    assert_int_equal(vault_wire_decode_found(bytes_str(&w.body), &w.arena, &again), ERR_INVALID);
    assert_int_equal(decode_counts(&w, 1, 1, 6), 0);
    assert_int_equal(decode_counts(&w, 1, 1, 8), ERR_INVALID);
    bytes_reset(&w.body);
    bytes_put_u64(&w.body, 5);
    bytes_put_u32(&w.body, VAULT_FOUND_MAX + 1);
    memset(bytes_grow(&w.body, 16 * (VAULT_FOUND_MAX + 1)), 1, 16 * (VAULT_FOUND_MAX + 1));
    assert_int_equal(vault_wire_decode_found(bytes_str(&w.body), &w.arena, &again), ERR_INVALID);
    wire_close(&w);
}

static const struct vault_value values[] = {
    { .subject = 0, .field = 1, .first_seen_ms = -5, .last_seen_ms = 9, .text = STR("b") },
    { .subject = 0, .field = 1, .first_seen_ms = 1, .last_seen_ms = 9, .text = STR("") },
    { .subject = 0, .field = 1, .first_seen_ms = 1, .last_seen_ms = 8, .text = STR("c") },
    { .subject = 2, .field = 0, .first_seen_ms = 1, .last_seen_ms = 99, .text = STR("d") },
};

static void test_vault_wire__values_come_back_in_their_order(void **state)
{
    (void)state;
    static const uint8_t status[] = { LEDGER_SUBJECT_OK, LEDGER_SUBJECT_UNKNOWN,
                                      LEDGER_SUBJECT_ERASED };
    static struct wire w;
    struct vault_revealed again;
    struct vault_revealed m = { .sequence = 48214, .time_ms = 7, .status = status,
                                .subject_count = 3, .values = values, .value_count = 4 };
    wire_open(&w);
    vault_wire_encode_revealed(&m, &w.body);
    assert_int_equal(vault_wire_decode_revealed(bytes_str(&w.body), &w.arena, &again), 0);
    assert_true(again.sequence == 48214 && again.time_ms == 7 && again.subject_count == 3);
    assert_memory_equal(again.status, status, 3);
    assert_int_equal(again.value_count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(again.values[i].subject, values[i].subject);
        assert_int_equal(again.values[i].field, values[i].field);
        assert_true(again.values[i].first_seen_ms == values[i].first_seen_ms);
        assert_true(again.values[i].last_seen_ms == values[i].last_seen_ms);
        assert_true(str_equal(again.values[i].text, values[i].text));
    }
    for (size_t len = 0; len < w.body.len; len++)
        assert_true(vault_wire_decode_revealed(str_of(w.body.ptr, len), &w.arena, &again) != 0);
    /* status 3; a value of a subject that is not there; the third before the second. */
    const size_t first = 8 + 8 + 4 + 3 + 4, each = 28;
    const size_t at[] = { 20, first, first + each + 1 + each + 16 };
    for (int i = 0; i < 3; i++) {
        uint8_t old = w.body.ptr[at[i]];
        w.body.ptr[at[i]] = i == 2 ? 10 : 3;
        assert_int_equal(vault_wire_decode_revealed(bytes_str(&w.body), &w.arena, &again),
                         ERR_INVALID);
        w.body.ptr[at[i]] = old;
    }
    assert_int_equal(vault_wire_decode_revealed(bytes_str(&w.body), &w.arena, &again), 0);
    wire_close(&w);
}

static void test_vault_wire__a_denial_has_a_code(void **state)
{
    (void)state;
    struct vault_denied denied = { .code = STR("budget"), .left = 30, .sequence = 9 }, again;
    struct bytes body = { 0 };
    vault_wire_encode_denied(&denied, &body);
    assert_int_equal(vault_wire_decode_denied(bytes_str(&body), &again), 0);
    assert_true(str_equal(again.code, denied.code) && again.left == 30 && again.sequence == 9);
    for (size_t len = 0; len < body.len; len++)
        assert_int_equal(vault_wire_decode_denied(str_of(body.ptr, len), &again), ERR_INVALID);
    bytes_reset(&body);
    bytes_put_u32(&body, 0);
    bytes_put_u32(&body, 0);
    bytes_put_u64(&body, 0);
    assert_int_equal(vault_wire_decode_denied(bytes_str(&body), &again), ERR_INVALID);
    bytes_release(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vault_wire__stored_names_its_batch),
        cmocka_unit_test(test_vault_wire__only_known_refusals_decode),
        cmocka_unit_test(test_vault_wire__an_ask_comes_back_as_it_was),
        cmocka_unit_test(test_vault_wire__what_is_over_a_bound_does_not_decode),
        cmocka_unit_test(test_vault_wire__refs_are_sorted_and_distinct),
        cmocka_unit_test(test_vault_wire__values_come_back_in_their_order),
        cmocka_unit_test(test_vault_wire__a_denial_has_a_code),
    };
    return RUN(tests);
}
