/* auth/wire/grant_check: the first thing that is wrong has a code. */
#include "auth/wire/grant_check.h"

#include <string.h>

#include "crypto/random.h"
#include "crypto/sign.h"
#include "support/test.h"

static void test_grant_check__each_fault_has_its_code(void **state)
{
    (void)state;
    uint8_t secret[64], public_key[32], bytes[GRANT_BYTES], hash[32] = { 5 }, boot[16] = { 6 };
    uint8_t other[32] = { 7 };
    struct grant grant = { .kind = GRANT_REVEAL, .principal = 7, .project = 1, .life_ms = 60000,
                           .issued_boot_ms = 1000 }, out;
    sign_pair(secret, public_key);
    memcpy(grant.ask_hash, hash, sizeof(hash));
    memcpy(grant.boot_id, boot, sizeof(boot));
    grant_sign(&grant, secret, bytes);
    struct str text = str_of(bytes, sizeof(bytes));
    const struct grant_expect good = { .maker = { public_key, boot }, .kind = GRANT_REVEAL,
                                       .ask_hash = hash, .project = 1,
                                       .arrived_boot_ms = 6000 };
    struct grant_expect e = good;
    assert_null(grant_check(text, &e, &out));
    assert_int_equal(out.principal, 7);
    e.arrived_boot_ms = 6001; /* 5 s, whatever life it claims */
    assert_string_equal(grant_check(text, &e, &out), "grant_old");
    e.arrived_boot_ms = 999;
    assert_string_equal(grant_check(text, &e, &out), "grant_old");
    e = good;
    e.kind = GRANT_FIND;
    assert_string_equal(grant_check(text, &e, &out), "grant_ask");
    e = good;
    e.ask_hash = other;
    assert_string_equal(grant_check(text, &e, &out), "grant_ask");
    e = good;
    e.maker.boot_id = other;
    assert_string_equal(grant_check(text, &e, &out), "grant_boot");
    e.maker.boot_id = NULL;
    assert_string_equal(grant_check(text, &e, &out), "grant_boot");
    e = good;
    e.project = 2;
    assert_string_equal(grant_check(text, &e, &out), "right");
    bytes[0] ^= 1;
    assert_string_equal(grant_check(text, &good, &out), "grant_signature");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grant_check__each_fault_has_its_code),
    };
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
