/* auth/inside/nonces: once, for five minutes, by who asked for it; strangers push out only their
 * own. */
#include "auth/inside/nonces.h"

#include <stdlib.h>

#include "base/err.h"
#include "crypto/random.h"
#include "support/test.h"

static struct str hex_of(const uint8_t nonce[NONCES_BYTES], char hex[2 * NONCES_BYTES + 1])
{
    str_hex(nonce, NONCES_BYTES, hex);
    return str_from(hex);
}

static void test_nonces__are_taken_once_and_in_time(void **state)
{
    (void)state;
    struct nonces *n = malloc(sizeof(*n));
    uint8_t nonce[NONCES_BYTES], out[NONCES_BYTES];
    char hex[2 * NONCES_BYTES + 1];
    assert_non_null(n);
    nonces_init(n);
    nonces_make(n, 0, 1000, nonce);
    struct str text = hex_of(nonce, hex);
    assert_int_equal(nonces_take(n, 1, text, 1000, out), ERR_NOT_FOUND);
    assert_int_equal(nonces_take(n, 0, STR(""), 1000, out), ERR_NOT_FOUND);
    assert_int_equal(nonces_take(n, 0, text, 1000 + NONCES_LIFE_MS, out), ERR_NOT_FOUND);
    assert_int_equal(nonces_take(n, 0, text, 999 + NONCES_LIFE_MS, out), 0);
    assert_memory_equal(nonce, out, NONCES_BYTES);
    assert_int_equal(nonces_take(n, 0, text, 1000, out), ERR_NOT_FOUND);
    nonces_make(n, 7, 1000, nonce);
    text = hex_of(nonce, hex);
    assert_int_equal(nonces_take(n, 8, text, 1000, out), ERR_NOT_FOUND);
    assert_int_equal(nonces_take(n, 7, text, 1000, out), 0);
    /* All zero is what an empty cell holds, and no nonce. */
    assert_int_equal(nonces_take(n, 0, STR("00000000000000000000000000000000"), 1, out),
                     ERR_NOT_FOUND);
    free(n);
}

static void test_nonces__are_bounded(void **state)
{
    (void)state;
    struct nonces *n = malloc(sizeof(*n));
    uint8_t first[NONCES_BYTES], members[NONCES_BYTES], out[NONCES_BYTES];
    char hex[2 * NONCES_BYTES + 1];
    assert_non_null(n);
    nonces_init(n);
    nonces_make(n, 3, 1, members);
    nonces_make(n, 0, 1, first);
    for (int i = 0; i < NONCES_LOGIN_MAX; i++)
        nonces_make(n, 0, 1, out);
    assert_int_equal(nonces_take(n, 0, hex_of(first, hex), 1, out), ERR_NOT_FOUND);
    assert_int_equal(nonces_take(n, 3, hex_of(members, hex), 1, out), 0);
    free(n);
}

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nonces__are_taken_once_and_in_time),
        cmocka_unit_test(test_nonces__are_bounded),
    };
    return RUN(tests);
}
