/* crypto/random: bytes that differ, and texts of 43 safe characters. */
#include "crypto/random.h"

#include <string.h>

#include "support/test.h"

static void test_random__two_draws_differ(void **state)
{
    (void)state;
    char a[44], b[44];
    unsigned char x[16] = { 0 }, y[16] = { 0 };
    crypto_init();
    random_bytes(x, sizeof(x));
    random_bytes(y, sizeof(y));
    assert_memory_not_equal(x, y, sizeof(x));
    random_text(a);
    random_text(b);
    assert_int_equal(strlen(a), 43);
    assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                     43);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_random__two_draws_differ) };
    return RUN(tests);
}
