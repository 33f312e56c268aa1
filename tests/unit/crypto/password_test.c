/* crypto/password: what fits, what does not, and that nobody's password costs as much. */
#include "crypto/password.h"

#include "base/err.h"
#include "crypto/random.h"
#include "support/test.h"
#include "sys/clock.h"

static void test_password__fits_itself_alone(void **state)
{
    (void)state;
    char hash[PASSWORD_TEXT_BYTES], again[PASSWORD_TEXT_BYTES];
    crypto_init();
    assert_int_equal(password_hash(STR("correct horse battery"), hash), 0);
    assert_true(str_starts(str_from(hash), STR("$argon2id$v=19$m=65536,t=3,p=1$")));
    assert_true(password_fits(STR("correct horse battery"), hash));
    assert_false(password_fits(STR("correct horse batterz"), hash));
    assert_false(password_fits(STR(""), hash));
    assert_false(password_fits(STR("correct horse battery"), ""));
    assert_false(password_fits(STR("correct horse battery"), "$argon2id$v=19$"));
    assert_int_equal(password_hash(STR("correct horse battery"), again), 0);
    assert_false(str_equal(str_from(hash), str_from(again)));
}

static void test_password__what_is_too_long_is_no_password(void **state)
{
    (void)state;
    static char text[PASSWORD_MAX_BYTES + 1];
    char hash[PASSWORD_TEXT_BYTES];
    crypto_init();
    assert_int_equal(password_hash(str_of(text, sizeof(text)), hash), ERR_TOO_LARGE);
    assert_false(password_fits(str_of(text, sizeof(text)), password_of_nobody()));
}

/* The same costs, so that a name nobody has answers no sooner than one with a wrong password. */
static void test_password__of_nobody_costs_the_same(void **state)
{
    (void)state;
    char hash[PASSWORD_TEXT_BYTES];
    crypto_init();
    assert_int_equal(password_hash(STR("some password of ours"), hash), 0);
    uint64_t best_right = UINT64_MAX, best_nobody = UINT64_MAX;
    for (int i = 0; i < 5; i++) {
        uint64_t start = clock_cpu_ns();
        assert_false(password_fits(STR("another"), hash));
        uint64_t middle = clock_cpu_ns();
        assert_false(password_fits(STR("another"), password_of_nobody()));
        uint64_t end = clock_cpu_ns();
        best_right = middle - start < best_right ? middle - start : best_right;
        best_nobody = end - middle < best_nobody ? end - middle : best_nobody;
    }
    print_message("argon2id: %.1f ms, of nobody %.1f ms\n", (double)best_right / 1e6,
                  (double)best_nobody / 1e6);
    assert_true(best_nobody > best_right / 2 && best_nobody < best_right * 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_password__fits_itself_alone),
        cmocka_unit_test(test_password__what_is_too_long_is_no_password),
        cmocka_unit_test(test_password__of_nobody_costs_the_same),
    };
    return RUN(tests);
}
