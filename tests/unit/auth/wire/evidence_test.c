/* auth/wire/evidence: proofs by either kind of key, and what is none. */
#include "auth/wire/evidence.h"

#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "support/test.h"

static uint8_t secret[64], public_key[32];
static const uint8_t session[16] = { 1, 2, 3 };

/* The text as it stands in the page of the console's API, written by hand. */
static void sign_text(const char *body_hex, uint8_t out[64])
{
    struct bytes text = { 0 };
    bytes_printf(&text, "amana proof 1\nPOST\n/api/people\n%s\n5\n1795453200000\n"
                 "01020300000000000000000000000000", body_hex);
    sign_make(secret, bytes_str(&text), out);
    bytes_release(&text);
}

static struct evidence proof(const uint8_t signature[64])
{
    return (struct evidence){
        .kind = EVIDENCE_PROOF, .key_type = EVIDENCE_ED25519,
        .public_key = str_of(public_key, 32), .signature = str_of(signature, 64), .counter = 5,
        .time_ms = 1795453200000, .method = STR("POST"), .path = STR("/api/people"),
    };
}

static void test_evidence__a_proof_covers_all_of_the_request(void **state)
{
    (void)state;
    uint8_t signature[64], other[16] = { 9 };
    /* SHA-256("ask") */
    sign_text("2f2fc7f2e9ce13b09b84f63d54d0b4a59f4dbd46aea41da67023817e2d0c5e59", signature);
    struct evidence e = proof(signature);
    assert_int_equal(evidence_check_proof(&e, STR("ask"), session), 0);
    assert_int_equal(evidence_check_proof(&e, STR("asks"), session), ERR_CRYPTO);
    /* Of nothing: a hash that everybody knows. */
    sign_text("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", signature);
    assert_int_equal(evidence_check_proof(&e, STR(""), session), 0);
    assert_int_equal(evidence_check_proof(&e, STR("x"), session), ERR_CRYPTO);
    assert_int_equal(evidence_check_proof(&e, STR(""), other), ERR_CRYPTO);
    struct evidence changed = e;
    changed.path = STR("/api/person");
    assert_int_equal(evidence_check_proof(&changed, STR(""), session), ERR_CRYPTO);
    changed = e;
    changed.method = STR("GET");
    assert_int_equal(evidence_check_proof(&changed, STR(""), session), ERR_CRYPTO);
    changed = e;
    changed.counter = 6;
    assert_int_equal(evidence_check_proof(&changed, STR(""), session), ERR_CRYPTO);
    changed = e;
    changed.time_ms++;
    assert_int_equal(evidence_check_proof(&changed, STR(""), session), ERR_CRYPTO);
    signature[10] ^= 1;
    assert_int_equal(evidence_check_proof(&e, STR(""), session), ERR_CRYPTO);
}

static void test_evidence__what_is_encoded_is_decoded(void **state)
{
    (void)state;
    uint8_t signature[64] = { 7 };
    struct evidence e = proof(signature), out;
    struct bytes bytes = { 0 };
    e.credential_id = STR("id");
    e.auth_data = STR("auth");
    e.client_data = STR("{}");
    e.assertion = STR("der");
    evidence_encode(&e, &bytes);
    assert_int_equal(evidence_decode(bytes_str(&bytes), &out), 0);
    assert_true(str_equal(out.client_data, STR("{}")) && str_equal(out.assertion, STR("der")));
    assert_true(str_equal(out.path, e.path) && out.counter == 5);
    for (size_t cut = 0; cut < bytes.len; cut++)
        assert_int_equal(evidence_decode(str_of(bytes.ptr, cut), &out), ERR_INVALID);
    bytes_put_u8(&bytes, 0);
    assert_int_equal(evidence_decode(bytes_str(&bytes), &out), ERR_INVALID);
    bytes_release(&bytes);
}

static void test_evidence__half_of_one_kind_is_none(void **state)
{
    (void)state;
    uint8_t signature[64] = { 7 };
    struct evidence good = proof(signature), out, e[6] = { good, good, good, good, good, good };
    e[0].public_key.len = 31;
    e[1].signature.len = 63;
    e[2].secret = STR("both");
    e[3].kind = EVIDENCE_SECRET;
    e[4].key_type = EVIDENCE_P256;   /* with a key of the other's length */
    e[5].path = STR("");
    for (int i = 0; i < 6; i++) {
        struct bytes bytes = { 0 };
        evidence_encode(&e[i], &bytes);
        assert_int_equal(evidence_decode(bytes_str(&bytes), &out), ERR_INVALID);
        bytes_release(&bytes);
    }
}

static void test_evidence__the_header_has_one_form(void **state)
{
    (void)state;
    uint8_t signature[64], in[64];
    struct bytes text = { 0 };
    uint64_t counter;
    int64_t time_ms;
    memset(in, 0xfb, sizeof(in));
    base64_encode(str_of(in, 64), &text);
    struct str base = str_slice(bytes_str(&text), 0, 86); /* without padding */
    struct bytes header = { 0 };
    bytes_printf(&header, "12 1795453200000 " STR_FMT, STR_ARG(base));
    assert_int_equal(evidence_parse_header(bytes_str(&header), &counter, &time_ms, signature), 0);
    assert_int_equal(counter, 12);
    assert_memory_equal(signature, in, 64);
    static const char *const bad[] = { "", "12", "12 5", "x 5 AAAA", "12 -5 AAAA", "12 5 AAAA" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(evidence_parse_header(str_from(bad[i]), &counter, &time_ms, signature),
                         ERR_INVALID);
    bytes_put_u8(&header, 'A');
    assert_int_equal(evidence_parse_header(bytes_str(&header), &counter, &time_ms, signature),
                     ERR_INVALID);
    bytes_release(&header);
    bytes_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evidence__a_proof_covers_all_of_the_request),
        cmocka_unit_test(test_evidence__what_is_encoded_is_decoded),
        cmocka_unit_test(test_evidence__half_of_one_kind_is_none),
        cmocka_unit_test(test_evidence__the_header_has_one_form),
    };
    crypto_init();
    sign_pair(secret, public_key);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
