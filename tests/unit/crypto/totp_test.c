/* crypto/totp: the vectors of RFC 6238 and RFC 4648, the window, and that a step is used once. */
#include "crypto/totp.h"

#include "support/test.h"

static const struct str secret = { "12345678901234567890", 20 };

static void test_totp__the_vectors_of_rfc_6238(void **state)
{
    (void)state;
    static const struct { uint64_t seconds; uint32_t code; } all[] = {
        { 59, 94287082 }, { 1111111109, 7081804 }, { 1111111111, 14050471 },
        { 1234567890, 89005924 }, { 2000000000, 69279037 }, { 20000000000, 65353130 },
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        assert_int_equal(totp_code(secret, all[i].seconds / 30, 8), all[i].code);
}

static void test_totp__one_step_early_or_late_and_no_more(void **state)
{
    (void)state;
    uint64_t step = 0;
    const int64_t at = 59000;                    /* step 1: 287082 */
    assert_true(totp_fits(secret, STR("287082"), at, 0, &step));
    assert_int_equal(step, 1);
    assert_true(totp_fits(secret, STR("287082"), at + TOTP_STEP_MS, 0, &step));
    assert_false(totp_fits(secret, STR("287082"), at + 2 * TOTP_STEP_MS, 0, &step));
    uint32_t next = totp_code(secret, 2, 6);
    struct bytes text = { 0 };
    bytes_printf(&text, "%06u", next);
    assert_true(totp_fits(secret, bytes_str(&text), at, 0, &step));
    assert_int_equal(step, 2);
    assert_false(totp_fits(secret, bytes_str(&text), at - TOTP_STEP_MS, 0, &step));
    bytes_release(&text);
}

static void test_totp__a_used_step_never_again(void **state)
{
    (void)state;
    uint64_t step = 7;
    assert_false(totp_fits(secret, STR("287082"), 59000, 1, &step));
    assert_false(totp_fits(secret, STR("287082"), 59000, 2, &step));
    assert_int_equal(step, 7);
}

static void test_totp__what_is_no_code(void **state)
{
    (void)state;
    uint64_t step;
    assert_false(totp_fits(secret, STR(""), 59000, 0, &step));
    assert_false(totp_fits(secret, STR("28708"), 59000, 0, &step));
    assert_false(totp_fits(secret, STR("0287082"), 59000, 0, &step));
    assert_false(totp_fits(secret, STR("28708a"), 59000, 0, &step));
    assert_false(totp_fits(secret, STR("287083"), 59000, 0, &step));
    assert_false(totp_fits(secret, STR("287082"), 0, 0, &step));
}

static void test_base32__the_vectors_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const all[][2] = { { "", "" }, { "f", "MY" }, { "fo", "MZXQ" },
        { "foo", "MZXW6" }, { "foob", "MZXW6YQ" }, { "fooba", "MZXW6YTB" },
        { "foobar", "MZXW6YTBOI" } };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct bytes out = { 0 };
        totp_base32(str_from(all[i][0]), &out);
        assert_true(str_equal(bytes_str(&out), str_from(all[i][1])));
        bytes_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totp__the_vectors_of_rfc_6238),
        cmocka_unit_test(test_totp__one_step_early_or_late_and_no_more),
        cmocka_unit_test(test_totp__a_used_step_never_again),
        cmocka_unit_test(test_totp__what_is_no_code),
        cmocka_unit_test(test_base32__the_vectors_of_rfc_4648),
    };
    return RUN(tests);
}
