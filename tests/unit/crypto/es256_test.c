/* crypto/es256: RFC 6979 A.2.5's key and signature of "sample" with SHA-256. */
#include "crypto/es256.h"

#include <string.h>

#include "base/bytes.h"
#include "support/test.h"

#define X "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
#define Y "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
#define R "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
#define S "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"

static void make(struct es256_key *key, uint8_t raw[ES256_RAW_BYTES])
{
    assert_true(str_to_hex_bytes(STR(X), key->x, 32));
    assert_true(str_to_hex_bytes(STR(Y), key->y, 32));
    assert_true(str_to_hex_bytes(STR(R S), raw, 64));
}

static void test_es256__the_vector_holds_and_no_bit_may_change(void **state)
{
    (void)state;
    struct es256_key key;
    uint8_t raw[ES256_RAW_BYTES];
    make(&key, raw);
    assert_true(es256_is_valid(&key));
    assert_true(es256_holds_raw(&key, STR("sample"), raw));
    assert_false(es256_holds_raw(&key, STR("sampl"), raw));
    for (size_t i = 0; i < sizeof(raw); i += 3) {
        raw[i] ^= 4;
        assert_false(es256_holds_raw(&key, STR("sample"), raw));
        raw[i] ^= 4;
    }
    memset(raw, 0, sizeof(raw));
    assert_false(es256_holds_raw(&key, STR("sample"), raw));
}

static void test_es256__der_is_read_too(void **state)
{
    (void)state;
    struct es256_key key;
    uint8_t raw[ES256_RAW_BYTES];
    struct bytes der = { 0 };
    make(&key, raw);
    /* Both halves have their top bit set: a zero before each. */
    bytes_append(&der, "\x30\x46\x02\x21\x00", 5);
    bytes_append(&der, raw, 32);
    bytes_append(&der, "\x02\x21\x00", 3);
    bytes_append(&der, raw + 32, 32);
    assert_true(es256_holds(&key, STR("sample"), bytes_str(&der)));
    for (size_t cut = 0; cut < der.len; cut++)
        assert_false(es256_holds(&key, STR("sample"), str_of(der.ptr, cut)));
    bytes_put_u8(&der, 0);
    assert_false(es256_holds(&key, STR("sample"), bytes_str(&der)));
    bytes_release(&der);
}

static void test_es256__a_point_off_the_curve_is_no_key(void **state)
{
    (void)state;
    struct es256_key key;
    uint8_t raw[ES256_RAW_BYTES];
    make(&key, raw);
    key.y[31] ^= 1;
    assert_false(es256_is_valid(&key));
    assert_false(es256_holds_raw(&key, STR("sample"), raw));
    memset(&key, 0, sizeof(key));
    assert_false(es256_is_valid(&key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_es256__the_vector_holds_and_no_bit_may_change),
        cmocka_unit_test(test_es256__der_is_read_too),
        cmocka_unit_test(test_es256__a_point_off_the_curve_is_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
