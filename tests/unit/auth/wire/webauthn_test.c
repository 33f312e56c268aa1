/* auth/wire/webauthn: what a passkey says, and one thing wrong at a time. */
#include "auth/wire/webauthn.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "support/authenticator.h"
#include "support/test.h"

static const struct webauthn_place here = { { "localhost", 9 } };
static uint8_t challenge[32];

static void enrolled(struct authenticator *a, struct webauthn_key *key,
                     struct authenticator_said *said)
{
    authenticator_enrol(a, challenge, said);
    assert_int_equal(webauthn_read_new(bytes_str(&said->auth_data), bytes_str(&said->client_data),
                                       challenge, &here, key), 0);
    assert_true(str_equal(key->id, authenticator_id(a)));
}

static int check_said(const struct webauthn_key *key, const struct authenticator_said *said)
{
    const struct webauthn_assertion assertion = { bytes_str(&said->auth_data),
                                                  bytes_str(&said->client_data),
                                                  bytes_str(&said->signature) };
    uint32_t count;
    return webauthn_check(key, &assertion, challenge, &here, &count);
}

static void test_webauthn__an_assertion_by_the_key_holds(void **state)
{
    (void)state;
    struct authenticator *a = authenticator_create("one", "localhost"),
                         *b = authenticator_create("two", "localhost");
    struct authenticator_said enrol = { 0 }, enrol_b = { 0 }, said = { 0 };
    struct authenticator_faults count = { .count = 7 };
    struct webauthn_key key, other;
    uint32_t sign_count = 0;
    enrolled(a, &key, &enrol);
    enrolled(b, &other, &enrol_b);
    authenticator_assert(a, challenge, &count, &said);
    const struct webauthn_assertion assertion = { bytes_str(&said.auth_data),
                                                  bytes_str(&said.client_data),
                                                  bytes_str(&said.signature) };
    assert_int_equal(webauthn_check(&key, &assertion, challenge, &here, &sign_count), 0);
    assert_int_equal(sign_count, 7);
    assert_int_equal(check_said(&other, &said), ERR_CRYPTO);
    authenticator_said_release(&enrol);
    authenticator_said_release(&enrol_b);
    authenticator_said_release(&said);
    authenticator_destroy(a);
    authenticator_destroy(b);
}

static void test_webauthn__no_bit_may_change(void **state)
{
    (void)state;
    struct authenticator *a = authenticator_create("one", "localhost");
    struct authenticator_said enrol = { 0 }, said = { 0 };
    struct authenticator_faults none = { 0 };
    struct webauthn_key key;
    enrolled(a, &key, &enrol);
    authenticator_assert(a, challenge, &none, &said);
    assert_int_equal(check_said(&key, &said), 0);
    struct bytes *parts[] = { &said.auth_data, &said.client_data, &said.signature };
    for (int p = 0; p < 3; p++)
        for (size_t i = 0; i < parts[p]->len; i++) {
            parts[p]->ptr[i] ^= 1;
            assert_int_not_equal(check_said(&key, &said), 0);
            parts[p]->ptr[i] ^= 1;
        }
    said.signature.len--;
    assert_int_not_equal(check_said(&key, &said), 0);
    said.signature.len = 0;
    assert_int_not_equal(check_said(&key, &said), 0);
    authenticator_said_release(&enrol);
    authenticator_said_release(&said);
    authenticator_destroy(a);
}

static void test_webauthn__who_is_elsewhere_or_unseen_is_refused(void **state)
{
    (void)state;
    static const struct { struct authenticator_faults faults; int r; } cases[] = {
        { { .without_user = true }, ERR_DENIED },
        { { .origin = "http://localhost:8124" }, 0 },
        { { .origin = "https://localhost" }, 0 },
        { { .origin = "https://localhost.evil.example" }, ERR_DENIED },
        { { .origin = "https://localhost:0" }, ERR_DENIED },
        { { .origin = "https://localhost:80x" }, ERR_DENIED },
        { { .origin = "https://evil.example" }, ERR_DENIED },
        { { .origin = "ftp://localhost" }, ERR_DENIED },
    };
    struct authenticator *a = authenticator_create("one", "localhost"),
                         *far = authenticator_create("far", "evil.example");
    struct authenticator_said enrol = { 0 };
    struct webauthn_key key;
    enrolled(a, &key, &enrol);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct authenticator_said said = { 0 };
        authenticator_assert(a, challenge, &cases[i].faults, &said);
        assert_int_equal(check_said(&key, &said), cases[i].r);
        authenticator_said_release(&said);
    }
    struct authenticator_said said = { 0 };
    struct webauthn_key unused;
    authenticator_enrol(far, challenge, &said);
    assert_int_equal(webauthn_read_new(bytes_str(&said.auth_data), bytes_str(&said.client_data),
                                       challenge, &here, &unused), ERR_DENIED);
    authenticator_said_release(&said);
    authenticator_said_release(&enrol);
    authenticator_destroy(a);
    authenticator_destroy(far);
}

static int with_client_data(struct authenticator *a, const char *json)
{
    struct authenticator_said said = { 0 };
    struct webauthn_key key;
    authenticator_enrol(a, challenge, &said);
    int r = webauthn_read_new(bytes_str(&said.auth_data), str_from(json), challenge, &here, &key);
    authenticator_said_release(&said);
    return r;
}

static void test_webauthn__client_data_is_read_strictly(void **state)
{
    (void)state;
    /* The challenge is 32 zeros. */
#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define START "{\"type\":\"webauthn.create\",\"challenge\":\"" ZEROS "\","
    struct authenticator *a = authenticator_create("one", "localhost");
    memset(challenge, 0, sizeof(challenge));
    static const struct { const char *json; int r; } cases[] = {
        { START "\"origin\":\"http://localhost\"}", 0 },
        { START "\"origin\":\"http://localhost\",\"crossOrigin\":false,\"new\":[1]}", 0 },
        { START "\"origin\":\"http://localhost\",\"crossOrigin\":true}", ERR_DENIED },
        { START "\"origin\":\"http://localhost\",\"crossOrigin\":\"no\"}", ERR_INVALID },
        { START "\"origin\":\"http://localhost\",\"origin\":\"http://localhost\"}", ERR_INVALID },
        { START "\"origin\":\"http://localhost\",\"x\":1,\"x\":2}", ERR_INVALID },
        { START "\"origin\":1}", ERR_INVALID },
        { START "\"origin\":\"http://localhost\"}x", ERR_INVALID },
        { "{\"type\":\"webauthn.get\",\"challenge\":\"" ZEROS "\",\"origin\":\"http://localhost\"}",
          ERR_DENIED },
        { "{\"type\":\"webauthn.create\",\"challenge\":\"" ZEROS "A\","
          "\"origin\":\"http://localhost\"}", ERR_DENIED },
        { "[]", ERR_INVALID }, { "", ERR_INVALID }, { "{}", ERR_INVALID },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(with_client_data(a, cases[i].json), cases[i].r);
    authenticator_destroy(a);
}

static void test_webauthn__no_other_form_of_a_key_is_taken(void **state)
{
    (void)state;
    struct authenticator *a = authenticator_create("one", "localhost");
    struct authenticator_said said = { 0 };
    struct webauthn_key key;
    authenticator_enrol(a, challenge, &said);
    size_t len = said.auth_data.len;
    for (size_t cut = 0; cut < len; cut++)
        assert_int_not_equal(webauthn_read_attested(str_of(said.auth_data.ptr, cut), &key), 0);
    /* Another algorithm, and a point that is not on the curve. */
    uint8_t *cose = said.auth_data.ptr + len - 77;
    cose[4] ^= 1;
    assert_int_equal(webauthn_read_attested(bytes_str(&said.auth_data), &key), ERR_INVALID);
    cose[4] ^= 1;
    cose[76] ^= 1;
    assert_int_equal(webauthn_read_new(bytes_str(&said.auth_data), bytes_str(&said.client_data),
                                       challenge, &here, &key), ERR_CRYPTO);
    authenticator_said_release(&said);
    authenticator_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_webauthn__an_assertion_by_the_key_holds),
        cmocka_unit_test(test_webauthn__no_bit_may_change),
        cmocka_unit_test(test_webauthn__who_is_elsewhere_or_unseen_is_refused),
        cmocka_unit_test(test_webauthn__client_data_is_read_strictly),
        cmocka_unit_test(test_webauthn__no_other_form_of_a_key_is_taken),
    };
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
