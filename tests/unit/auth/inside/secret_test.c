/* auth/inside/secret: the published digest, and nothing near it. */
#include "auth/inside/secret.h"

#include <string.h>

#include "support/test.h"

/* FIPS 180-2, appendix B.1. */
static void test_secret__is_sha_256(void **state)
{
    (void)state;
    uint8_t hash[SECRET_HASH_BYTES];
    char hex[65];
    secret_hash(STR("abc"), hash);
    str_hex(hash, sizeof(hash), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_secret__matches_only_its_text(void **state)
{
    (void)state;
    static const uint8_t zeros[SECRET_HASH_BYTES];
    uint8_t hash[SECRET_HASH_BYTES];
    secret_hash(STR("abc"), hash);
    assert_true(secret_matches(STR("abc"), hash));
    assert_false(secret_matches(STR("abd"), hash));
    assert_false(secret_matches(STR("abc "), hash));
    assert_false(secret_matches(STR(""), hash));
    assert_false(secret_matches(STR(""), zeros));
    for (size_t i = 0; i < sizeof(hash); i++) {
        hash[i] ^= 0x80;
        assert_false(secret_matches(STR("abc"), hash));
        hash[i] ^= 0x80;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret__is_sha_256),
        cmocka_unit_test(test_secret__matches_only_its_text),
    };
    return RUN(tests);
}
