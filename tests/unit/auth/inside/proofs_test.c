/* auth/inside/proofs: a counter is taken once, within a window of 64 and a minute of the clock. */
#include "auth/inside/proofs.h"

#include "base/err.h"
#include "support/test.h"

enum { NOW = 10000000 };

static int take(struct proofs *p, int64_t login, uint64_t counter, int64_t time_ms)
{
    const struct evidence proof = { .kind = EVIDENCE_PROOF, .counter = counter,
                                    .time_ms = time_ms };
    return proofs_take(p, login, NOW, &proof, NOW);
}

static void test_proofs__a_counter_is_taken_once(void **state)
{
    (void)state;
    struct proofs p;
    proofs_init(&p, 0);
    assert_int_equal(take(&p, 1, 0, NOW), ERR_DENIED);
    assert_int_equal(take(&p, 1, 1, NOW), 0);
    assert_int_equal(take(&p, 1, 1, NOW), ERR_DENIED);
    assert_int_equal(take(&p, 2, 1, NOW), 0);
    assert_int_equal(take(&p, 1, 65, NOW), 0);
    assert_int_equal(take(&p, 1, 1, NOW), ERR_DENIED);   /* 64 behind: out of the window */
    assert_int_equal(take(&p, 1, 2, NOW), 0);            /* 63 behind: overtaken */
    assert_int_equal(take(&p, 1, 2, NOW), ERR_DENIED);
    assert_int_equal(take(&p, 1, 64, NOW), 0);
    assert_int_equal(take(&p, 1, 65, NOW), ERR_DENIED);
    assert_int_equal(take(&p, 1, UINT64_MAX, NOW), 0);
    assert_int_equal(take(&p, 1, UINT64_MAX - 63, NOW), 0);
    assert_int_equal(take(&p, 1, UINT64_MAX - 64, NOW), ERR_DENIED);
    assert_int_equal(take(&p, 1, UINT64_MAX, NOW), ERR_DENIED);
    proofs_release(&p);
}

static void test_proofs__every_counter_of_a_window_once_in_any_order(void **state)
{
    (void)state;
    struct proofs p;
    proofs_init(&p, 0);
    assert_int_equal(take(&p, 5, 100, NOW), 0);
    for (uint64_t i = 0; i < 63; i++)
        assert_int_equal(take(&p, 5, 37 + (i * 25) % 63, NOW), 0);
    for (uint64_t i = 37; i <= 100; i++)
        assert_int_equal(take(&p, 5, i, NOW), ERR_DENIED);
    proofs_release(&p);
}

static void test_proofs__a_minute_of_the_clock(void **state)
{
    (void)state;
    struct proofs p;
    proofs_init(&p, 0);
    assert_int_equal(take(&p, 1, 1, NOW - PROOFS_SKEW_MS - 1), ERR_DENIED);
    assert_int_equal(take(&p, 1, 1, NOW + PROOFS_SKEW_MS + 1), ERR_DENIED);
    assert_int_equal(take(&p, 1, 1, NOW - PROOFS_SKEW_MS), 0);
    assert_int_equal(take(&p, 1, 2, NOW + PROOFS_SKEW_MS), 0);
    proofs_release(&p);
}

/* What an earlier start may have taken is not taken again. */
static void test_proofs__older_than_the_start_is_nothing(void **state)
{
    (void)state;
    struct proofs p;
    struct evidence proof = { .kind = EVIDENCE_PROOF, .counter = 9, .time_ms = NOW - 1 };
    proofs_init(&p, NOW);
    assert_int_equal(proofs_take(&p, 1, NOW - 5000, &proof, NOW), ERR_DENIED);
    assert_int_equal(proofs_take(&p, 2, NOW, &proof, NOW), 0);
    proof.time_ms = NOW;
    assert_int_equal(proofs_take(&p, 1, NOW - 5000, &proof, NOW), 0);
    proofs_release(&p);
}

static void test_proofs__forget_who_is_gone(void **state)
{
    (void)state;
    struct proofs p;
    struct evidence proof = { .kind = EVIDENCE_PROOF, .counter = 1, .time_ms = NOW };
    proofs_init(&p, 0);
    for (int64_t login = 1; login <= 40; login++)
        assert_int_equal(proofs_take(&p, login, NOW, &proof, NOW + login), 0);
    proofs_sweep(&p, NOW + 31);
    assert_int_equal(p.count, 10);
    assert_int_equal(proofs_take(&p, 31, NOW, &proof, NOW), ERR_DENIED);
    assert_int_equal(proofs_take(&p, 30, NOW, &proof, NOW), 0);
    proofs_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proofs__a_counter_is_taken_once),
        cmocka_unit_test(test_proofs__every_counter_of_a_window_once_in_any_order),
        cmocka_unit_test(test_proofs__a_minute_of_the_clock),
        cmocka_unit_test(test_proofs__older_than_the_start_is_nothing),
        cmocka_unit_test(test_proofs__forget_who_is_gone),
    };
    return RUN(tests);
}
