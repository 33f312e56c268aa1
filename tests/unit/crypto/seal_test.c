/* crypto/seal: what is closed opens with its key and its associated data, and with nothing else. */
#include "crypto/seal.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "support/test.h"

static void test_seal__box_opens_only_as_it_was_closed(void **state)
{
    (void)state;
    uint8_t key[32], other[32] = { 9 };
    struct bytes box = { 0 }, again = { 0 }, plain = { 0 };
    crypto_init();
    random_bytes(key, sizeof(key));
    seal_close(key, STR("place"), STR("noura"), &box);
    seal_close(key, STR("place"), STR("noura"), &again);
    assert_int_equal(box.len, 5 + SEAL_OVERHEAD_BYTES);
    assert_memory_not_equal(box.ptr, again.ptr, box.len);
    assert_int_equal(seal_open(key, STR("place"), bytes_str(&box), &plain), 0);
    assert_str(bytes_str(&plain), "noura");
    assert_int_equal(seal_open(key, STR("plack"), bytes_str(&box), &plain), ERR_CRYPTO);
    assert_int_equal(seal_open(other, STR("place"), bytes_str(&box), &plain), ERR_CRYPTO);
    for (size_t i = 0; i < box.len; i++) {
        box.ptr[i] ^= 1;
        assert_int_equal(seal_open(key, STR("place"), bytes_str(&box), &plain), ERR_CRYPTO);
        box.ptr[i] ^= 1;
    }
    assert_int_equal(seal_open(key, STR("place"), STR("short"), &plain), ERR_CRYPTO);
    assert_str(bytes_str(&plain), "noura");
    bytes_release(&box);
    bytes_release(&again);
    bytes_release(&plain);
}

static void test_seal__exchange_agrees_and_refuses_small_points(void **state)
{
    (void)state;
    uint8_t a[32], b[32], pa[32], pb[32], x[32], y[32];
    const uint8_t zero[32] = { 0 };
    crypto_init();
    seal_pair(a, pa);
    seal_pair(b, pb);
    assert_int_equal(seal_exchange(a, pb, x), 0);
    assert_int_equal(seal_exchange(b, pa, y), 0);
    assert_memory_equal(x, y, 32);
    assert_int_equal(seal_exchange(a, zero, x), ERR_CRYPTO);
}

static volatile uintptr_t left_at;

static __attribute__((noinline)) void leave_on_stack(void)
{
    volatile char text[4096];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = 'n';
    left_at = (uintptr_t)text;
}

static void test_seal__the_stack_below_is_wiped(void **state)
{
    (void)state;
    leave_on_stack();
    seal_wipe_stack();
    const volatile char *left = (const volatile char *)left_at;
    size_t kept = 0;
    for (size_t i = 0; i < 3000; i++)
        kept += left[i] == 'n';
    assert_int_equal(kept, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal__box_opens_only_as_it_was_closed),
        cmocka_unit_test(test_seal__exchange_agrees_and_refuses_small_points),
        cmocka_unit_test(test_seal__the_stack_below_is_wiped),
    };
    return RUN(tests);
}
