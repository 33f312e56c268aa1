/* crypto/sign: a signature holds for its text and key only. */
#include "crypto/sign.h"

#include "crypto/random.h"
#include "support/test.h"

static void test_sign__holds_for_its_text_and_key_only(void **state)
{
    (void)state;
    uint8_t secret[64], public_key[32], other_secret[64], other[32], signature[64];
    crypto_init();
    sign_pair(secret, public_key);
    sign_pair(other_secret, other);
    sign_make(secret, STR("entry"), signature);
    assert_true(sign_holds(public_key, STR("entry"), signature));
    assert_false(sign_holds(public_key, STR("entrz"), signature));
    assert_false(sign_holds(other, STR("entry"), signature));
    signature[7] ^= 1;
    assert_false(sign_holds(public_key, STR("entry"), signature));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign__holds_for_its_text_and_key_only),
    };
    return RUN(tests);
}
