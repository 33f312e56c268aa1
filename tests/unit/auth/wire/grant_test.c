/* auth/wire/grant: 256 bytes of which none may change. */
#include "auth/wire/grant.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "support/test.h"

static void test_grant__every_bit_is_signed(void **state)
{
    (void)state;
    uint8_t secret[64], public_key[32], bytes[GRANT_BYTES];
    struct grant back, grant = { .kind = GRANT_QUESTION, .principal = 7, .project = 1,
                                 .rights = RIGHT_AGGREGATE, .issued_boot_ms = 99, .life_ms = 5000,
                                 .key_epoch = 1, .counter = 42 };
    crypto_init();
    sign_pair(secret, public_key);
    memset(grant.ask_hash, 3, sizeof(grant.ask_hash));
    memset(grant.boot_id, 4, sizeof(grant.boot_id));
    grant_sign(&grant, secret, bytes);
    assert_int_equal(grant_open(str_of(bytes, sizeof(bytes)), public_key, &back), 0);
    assert_memory_equal(&back, &grant, sizeof(grant));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] ^= 1;
        assert_int_equal(grant_open(str_of(bytes, sizeof(bytes)), public_key, &back), ERR_CRYPTO);
        bytes[i] ^= 1;
    }
    assert_int_equal(grant_open(str_of(bytes, 255), public_key, &back), ERR_INVALID);
}

/* A well-signed grant of another version or with something in its zeros is refused as well. */
static void test_grant__other_forms_are_invalid(void **state)
{
    (void)state;
    uint8_t secret[64], public_key[32], bytes[GRANT_BYTES];
    static const size_t places[] = { 0, 3, 191 };
    struct grant back, grant = { .kind = GRANT_QUESTION };
    crypto_init();
    sign_pair(secret, public_key);
    for (size_t i = 0; i < 3; i++) {
        grant_sign(&grant, secret, bytes);
        bytes[places[i]] ^= 2;
        sign_make(secret, str_of(bytes, GRANT_SIGNED_BYTES), bytes + GRANT_SIGNED_BYTES);
        assert_int_equal(grant_open(str_of(bytes, sizeof(bytes)), public_key, &back),
                         ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grant__every_bit_is_signed),
        cmocka_unit_test(test_grant__other_forms_are_invalid),
    };
    return RUN(tests);
}
