#include "ledger/inside/pins.h"

#include <string.h>

#include "support/test.h"

static struct pin pin_of(uint32_t n, uint32_t principal, int64_t ends_ms)
{
    struct pin pin = { .principal = principal, .ends_ms = ends_ms, .level = 2, .key_len = 32 };
    memcpy(pin.login_session, &n, sizeof(n));
    return pin;
}

static void test_pins__a_login_is_found_until_it_ends(void **state)
{
    (void)state;
    struct pins *pins = pins_create();
    struct pin pin = pin_of(1, 12, 1000), other = pin_of(2, 13, 1000);
    assert_true(pins_put(pins, &pin, 0));
    assert_int_equal(pins_find(pins, pin.login_session, 999)->principal, 12);
    assert_null(pins_find(pins, pin.login_session, 1000));
    assert_null(pins_find(pins, other.login_session, 0));
    assert_true(pins_put(pins, &other, 0));
    assert_int_equal(pins_find(pins, pin.login_session, 0)->principal, 12);
    assert_non_null(pins_find(pins, other.login_session, 0));
    pins_destroy(pins);
}

static void test_pins__those_that_are_over_make_room(void **state)
{
    (void)state;
    struct pins *pins = pins_create();
    for (uint32_t i = 0; i < PINS_MAX; i++) {
        struct pin pin = pin_of(i, i, i % 2 ? 1000 : 2000);
        assert_true(pins_put(pins, &pin, 0));
    }
    struct pin late = pin_of(PINS_MAX, 1, 5000);
    assert_false(pins_put(pins, &late, 999));
    assert_true(pins_put(pins, &late, 1000));
    assert_non_null(pins_find(pins, late.login_session, 1000));
    struct pin kept = pin_of(4, 4, 0), gone = pin_of(5, 5, 0);
    assert_int_equal(pins_find(pins, kept.login_session, 1000)->principal, 4);
    assert_null(pins_find(pins, gone.login_session, 500));
    pins_destroy(pins);
}

static void test_pins__a_proofs_counter_counts_once(void **state)
{
    (void)state;
    struct pin pin = { 0 };
    assert_true(pins_use_proof(&pin, 1));
    assert_false(pins_use_proof(&pin, 1));
    assert_true(pins_use_proof(&pin, 64));
    assert_true(pins_use_proof(&pin, 2));       /* overtaken */
    assert_false(pins_use_proof(&pin, 2));
    assert_false(pins_use_proof(&pin, 1));
    assert_true(pins_use_proof(&pin, 66));
    assert_false(pins_use_proof(&pin, 2));      /* below the window of 64 */
    assert_true(pins_use_proof(&pin, 3));
    assert_true(pins_use_proof(&pin, UINT64_MAX));
    assert_false(pins_use_proof(&pin, UINT64_MAX));
    assert_true(pins_use_proof(&pin, UINT64_MAX - 63));
    assert_false(pins_use_proof(&pin, UINT64_MAX - 64));
}

static void test_pins__a_grant_is_spent_once(void **state)
{
    (void)state;
    const uint8_t boot[16] = { 1 }, next[16] = { 2 };
    struct pins *pins = pins_create();
    assert_true(pins_use_grant(pins, boot, 0));
    assert_false(pins_use_grant(pins, boot, 0));
    assert_true(pins_use_grant(pins, boot, 4095));
    assert_true(pins_use_grant(pins, boot, 1));
    assert_true(pins_use_grant(pins, boot, 4097));
    assert_false(pins_use_grant(pins, boot, 1));     /* below the window of 4,096 */
    assert_true(pins_use_grant(pins, boot, 2));
    assert_false(pins_use_grant(pins, boot, 4095));
    assert_true(pins_use_grant(pins, boot, 4096));
    assert_true(pins_use_grant(pins, boot, 1000000));
    assert_false(pins_use_grant(pins, boot, 4098));
    assert_true(pins_use_grant(pins, boot, 1000000 - 4095));
    assert_false(pins_use_grant(pins, boot, 1000000 - 4096));
    assert_true(pins_use_grant(pins, next, 1));      /* auth started again */
    assert_false(pins_use_grant(pins, next, 1));
    pins_destroy(pins);
}

/* The window against the plainest way to say it, over a walk that jumps and falls back. */
static void test_pins__the_window_agrees_with_a_list(void **state)
{
    (void)state;
    static uint8_t used[200000];
    const uint8_t boot[16] = { 3 };
    struct pins *pins = pins_create();
    uint64_t highest = 0, seed = 1;
    memset(used, 0, sizeof(used));
    for (int i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t jump = (seed >> 33) % 9000, base = highest > 4500 ? highest - 4500 : 0;
        uint64_t counter = i % 7 ? base + jump % 4520 : base + jump;
        if (counter >= sizeof(used))
            break;
        bool wanted = !used[counter] && counter + PINS_GRANT_WINDOW > highest;
        assert_int_equal(pins_use_grant(pins, boot, counter), wanted);
        used[counter] = 1;
        if (counter > highest)
            highest = counter;
    }
    assert_true(highest > 100000);
    pins_destroy(pins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pins__a_login_is_found_until_it_ends),
        cmocka_unit_test(test_pins__those_that_are_over_make_room),
        cmocka_unit_test(test_pins__a_proofs_counter_counts_once),
        cmocka_unit_test(test_pins__a_grant_is_spent_once),
        cmocka_unit_test(test_pins__the_window_agrees_with_a_list),
    };
    return RUN(tests);
}
