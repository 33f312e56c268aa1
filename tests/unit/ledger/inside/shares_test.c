#include "ledger/inside/shares.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "support/test.h"

/* The vector of the wall, part 9: sk_L = 33 x 32, e = 11 x 32, project 7, "$email" of user-42. */
static void test_shares__the_vector_holds(void **state)
{
    (void)state;
    uint8_t secret[32], e[32], epoch[32], share[SHARES_BYTES];
    char hex[65];
    struct ref subject;
    memset(secret, 0x33, sizeof(secret));
    memset(e, 0x11, sizeof(e));
    seal_public(e, epoch);
    str_hex(epoch, 32, hex);
    assert_string_equal(hex, "7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13");
    assert_true(str_to_hex_bytes(STR("accb3473c16f9108790d24f9fea47cb4"), subject.bytes, 16));
    struct shares *shares = shares_create(secret);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(shares_make(shares, epoch, 7, &subject, STR("$email"), share), 0);
        str_hex(share, sizeof(share), hex);
        assert_string_equal(hex,
                            "678c5ad0701b1dc9b3492199ef841cd49e52d76eab5c5cb833799d39521896e9");
    }
    shares_destroy(shares);
}

static void test_shares__each_name_has_its_own(void **state)
{
    (void)state;
    uint8_t secret[32] = { 5 }, e[32] = { 9 }, epoch[32], other[32];
    uint8_t a[SHARES_BYTES], b[SHARES_BYTES];
    struct ref s = { { 1 } }, t = { { 2 } };
    seal_public(e, epoch);
    e[1] = 10;
    seal_public(e, other);
    struct shares *shares = shares_create(secret);
    assert_int_equal(shares_make(shares, epoch, 7, &s, STR("$email"), a), 0);
    assert_int_equal(shares_make(shares, epoch, 7, &t, STR("$email"), b), 0);
    assert_memory_not_equal(a, b, SHARES_BYTES);
    assert_int_equal(shares_make(shares, epoch, 8, &s, STR("$email"), b), 0);
    assert_memory_not_equal(a, b, SHARES_BYTES);
    assert_int_equal(shares_make(shares, epoch, 7, &s, STR("$name"), b), 0);
    assert_memory_not_equal(a, b, SHARES_BYTES);
    assert_int_equal(shares_make(shares, other, 7, &s, STR("$email"), b), 0);
    assert_memory_not_equal(a, b, SHARES_BYTES);
    shares_destroy(shares);
}

static void test_shares__a_point_of_small_order_is_refused(void **state)
{
    (void)state;
    uint8_t secret[32] = { 5 }, epoch[32] = { 0 }, share[SHARES_BYTES];
    struct ref s = { { 1 } };
    struct shares *shares = shares_create(secret);
    assert_int_equal(shares_make(shares, epoch, 7, &s, STR("$email"), share), ERR_CRYPTO);
    epoch[0] = 1;
    assert_int_equal(shares_make(shares, epoch, 7, &s, STR("$email"), share), ERR_CRYPTO);
    shares_destroy(shares);
}

/* More epochs of one set of the cache than it holds: the same shares all the same. */
static void test_shares__the_cache_changes_nothing(void **state)
{
    (void)state;
    uint8_t secret[32] = { 5 }, e[32] = { 1 }, epochs[9][32], share[SHARES_BYTES];
    uint8_t first[9][SHARES_BYTES];
    struct ref s = { { 1 } };
    struct shares *shares = shares_create(secret);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 9; i++) {
            if (round == 0) {
                e[1] = (uint8_t)i;
                seal_public(e, epochs[i]);
                /* One slot for all: the low bits choose it. The curve takes any number. */
                epochs[i][0] = 77;
                epochs[i][1] = 3;
            }
            assert_int_equal(shares_make(shares, epochs[i], 7, &s, STR("$email"), share), 0);
            if (round == 0)
                memcpy(first[i], share, sizeof(share));
            assert_memory_equal(first[i], share, sizeof(share));
        }
    assert_memory_not_equal(first[0], first[8], SHARES_BYTES);
    shares_destroy(shares);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares__the_vector_holds),
        cmocka_unit_test(test_shares__each_name_has_its_own),
        cmocka_unit_test(test_shares__a_point_of_small_order_is_refused),
        cmocka_unit_test(test_shares__the_cache_changes_nothing),
    };
    crypto_init();
    return RUN(tests);
}
