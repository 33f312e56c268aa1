/* auth/wire/grant_check: one thing wrong at a time, and the first wrong thing names the code. */
#include "auth/wire/grant_check.h"

#include <string.h>

#include "crypto/random.h"
#include "crypto/sign.h"
#include "support/test.h"

enum { NOW = 1000000 };

struct case_of {
    uint8_t secret[64], public_key[32], ask_hash[32], boot_id[16];
    struct grant grant;
    struct grant_expect expect;
    uint8_t bytes[GRANT_BYTES];
};

static void fresh(struct case_of *c)
{
    memset(c, 0, sizeof(*c));
    sign_pair(c->secret, c->public_key);
    memset(c->ask_hash, 3, sizeof(c->ask_hash));
    memset(c->boot_id, 7, sizeof(c->boot_id));
    c->grant = (struct grant){ .kind = GRANT_REVEAL, .project = 7, .principal = 12,
                               .issued_boot_ms = NOW, .life_ms = GRANT_LIFE_MS };
    memcpy(c->grant.ask_hash, c->ask_hash, 32);
    memcpy(c->grant.boot_id, c->boot_id, 16);
    c->expect = (struct grant_expect){ .public_key = c->public_key, .kind = GRANT_REVEAL,
                                       .ask_hash = c->ask_hash, .project = 7,
                                       .boot_id = c->boot_id, .arrived_boot_ms = NOW };
}

/* "" when it holds. */
static const char *judge(struct case_of *c)
{
    struct grant out;
    grant_sign(&c->grant, c->secret, c->bytes);
    const char *code = grant_check(str_of(c->bytes, GRANT_BYTES), &c->expect, &out);
    if (!code)
        assert_int_equal(out.principal, 12);
    return code ? code : "";
}

static void test_grant_check__one_thing_wrong_at_a_time(void **state)
{
    (void)state;
    struct case_of c;
    fresh(&c);
    assert_string_equal(judge(&c), "");
    c.public_key[5] ^= 1;
    assert_string_equal(judge(&c), "grant_signature");
    fresh(&c);
    c.grant.kind = GRANT_FIND;
    assert_string_equal(judge(&c), "grant_ask");
    fresh(&c);
    c.ask_hash[31] ^= 1;
    assert_string_equal(judge(&c), "grant_ask");
    fresh(&c);
    c.boot_id[15] ^= 1;
    assert_string_equal(judge(&c), "grant_boot");
    fresh(&c);
    c.expect.boot_id = NULL;
    assert_string_equal(judge(&c), "grant_boot");
    fresh(&c);
    c.expect.project = 7 + (1ull << 32);
    assert_string_equal(judge(&c), "right");
}

static void test_grant_check__life_to_the_millisecond(void **state)
{
    (void)state;
    struct case_of c;
    fresh(&c);
    c.expect.arrived_boot_ms = NOW + 5000;
    assert_string_equal(judge(&c), "");
    c.expect.arrived_boot_ms = NOW + 5001;
    assert_string_equal(judge(&c), "grant_old");
    c.grant.life_ms = UINT32_MAX;
    assert_string_equal(judge(&c), "grant_old");
    c.expect.arrived_boot_ms = NOW - 1;
    assert_string_equal(judge(&c), "grant_old");
    c.expect.arrived_boot_ms = NOW + 100;
    c.grant.life_ms = 100;
    assert_string_equal(judge(&c), "");
    c.grant.life_ms = 99;
    assert_string_equal(judge(&c), "grant_old");
}

static void test_grant_check__the_first_wrong_thing_names_the_code(void **state)
{
    (void)state;
    struct case_of c;
    fresh(&c);
    c.expect.project = 8;
    c.boot_id[0] ^= 1;
    assert_string_equal(judge(&c), "grant_boot");
    c.expect.arrived_boot_ms = 0;
    assert_string_equal(judge(&c), "grant_old");
    c.ask_hash[0] ^= 1;
    assert_string_equal(judge(&c), "grant_ask");
    c.public_key[0] ^= 1;
    assert_string_equal(judge(&c), "grant_signature");
    struct grant out;
    assert_string_equal(grant_check(str_of(c.bytes, GRANT_BYTES - 1), &c.expect, &out),
                        "grant_signature");
}

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grant_check__one_thing_wrong_at_a_time),
        cmocka_unit_test(test_grant_check__life_to_the_millisecond),
        cmocka_unit_test(test_grant_check__the_first_wrong_thing_names_the_code),
    };
    return RUN(tests);
}
