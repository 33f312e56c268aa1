#include "ledger/checkpoint.h"

#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "support/test.h"

struct pair { uint8_t secret[64], public_key[32]; };

static struct bytes make(const struct pair *pair)
{
    struct bytes note = { 0 };
    struct checkpoint c = { .origin = STR("example.com/log"), .size = 70000 };
    memset(c.root, 0xab, sizeof(c.root));
    checkpoint_sign(&c, pair->secret, &note);
    return note;
}

static int open_note(struct str note, const struct pair *pair)
{
    struct checkpoint out;
    return checkpoint_open(note, STR("example.com/log"), pair->public_key, &out);
}

static void test_checkpoint__what_is_signed_opens(void **state)
{
    (void)state;
    struct pair pair, other;
    struct checkpoint out;
    sign_pair(pair.secret, pair.public_key);
    sign_pair(other.secret, other.public_key);
    struct bytes note = make(&pair);
    assert_true(str_starts(bytes_str(&note), STR("example.com/log\n70000\nq6urq6ur")));
    assert_int_equal(checkpoint_open(bytes_str(&note), STR("example.com/log"), pair.public_key,
                                     &out), 0);
    assert_int_equal(out.size, 70000);
    assert_int_equal(out.root[31], 0xab);
    assert_int_equal(open_note(bytes_str(&note), &other), ERR_CRYPTO);
    assert_int_equal(checkpoint_open(bytes_str(&note), STR("example.com/lo"), pair.public_key,
                                     &out), ERR_CRYPTO);
    bytes_release(&note);
}

static void test_checkpoint__no_bit_of_it_can_change(void **state)
{
    (void)state;
    struct pair pair;
    sign_pair(pair.secret, pair.public_key);
    struct bytes note = make(&pair);
    for (size_t bit = 0; bit < note.len * 8; bit++) {
        note.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(open_note(bytes_str(&note), &pair), 0);
        note.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t len = 0; len < note.len; len++)
        assert_int_not_equal(open_note(str_slice(bytes_str(&note), 0, len), &pair), 0);
    assert_int_equal(open_note(bytes_str(&note), &pair), 0);
    bytes_release(&note);
}

/* Witnesses sign beside us, a later kind of key may bear our name; ours must be there all the same. */
static void test_checkpoint__lines_of_others_are_passed_over(void **state)
{
    (void)state;
    struct pair pair;
    sign_pair(pair.secret, pair.public_key);
    struct bytes note = make(&pair), longest = { 0 };
    struct str dash = STR("\xe2\x80\x94 ");
    bytes_append_str(&note, dash);
    bytes_append_str(&note, STR("witness.example/w\xc3\xa9 AAAAAAAA\n"));
    bytes_append_str(&note, dash);
    bytes_append_str(&note, STR("example.com/log "));
    for (int i = 0; i < 4 + 2420; i++)
        bytes_put_u8(&longest, (uint8_t)i);
    base64_encode(bytes_str(&longest), &note);
    bytes_append_str(&note, STR("\n"));
    assert_int_equal(open_note(bytes_str(&note), &pair), 0);
    size_t len = note.len;
    for (int i = 0; i < CHECKPOINT_SIGNATURES_MAX; i++) {
        bytes_append_str(&note, dash);
        bytes_append_str(&note, STR("w AAAAAAAA\n"));
    }
    assert_int_equal(open_note(bytes_str(&note), &pair), ERR_INVALID);
    note.len = len;
    bytes_append_str(&note, STR("w AAAAAAAA\n"));
    assert_int_equal(open_note(bytes_str(&note), &pair), ERR_INVALID);
    bytes_release(&note);
    bytes_release(&longest);
}

static void test_checkpoint__signed_but_not_a_checkpoint(void **state)
{
    (void)state;
    static const char root[] = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=";
    static const char *const texts[] = {
        "example.com/log\n07\n%s\n", "example.com/log\n-7\n%s\n", "example.com/log\n\n%s\n",
        "example.com/log\n18446744073709551616\n%s\n", "example.com/log\n7\n%s\nmore\n",
        "example.com/log\n7\n", "\n7\n%s\n", "example.com/log\n7\n=%s\n",
        "example.com/log\n+7\n%s\n",
    };
    struct pair pair;
    sign_pair(pair.secret, pair.public_key);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct bytes text = { 0 }, note = { 0 }, vkey = { 0 };
        uint8_t line[4 + SIGN_BYTES];
        struct str hex;
        for (const char *at = texts[i]; *at; at++)
            if (at[0] == '%')
                bytes_append_str(&text, str_from(root)), at++;
            else
                bytes_put_u8(&text, (uint8_t)*at);
        checkpoint_format_vkey(STR("example.com/log"), pair.public_key, &vkey);
        hex = str_slice(bytes_str(&vkey), 16, 24);
        assert_true(str_to_hex_bytes(hex, line, 4));
        sign_make(pair.secret, bytes_str(&text), line + 4);
        bytes_append_str(&note, bytes_str(&text));
        bytes_append_str(&note, STR("\n\xe2\x80\x94 example.com/log "));
        base64_encode(str_of(line, sizeof(line)), &note);
        bytes_append_str(&note, STR("\n"));
        assert_int_equal(open_note(bytes_str(&note), &pair), ERR_INVALID);
        bytes_release(&text);
        bytes_release(&note);
        bytes_release(&vkey);
    }
}

static void test_checkpoint__verifier_keys(void **state)
{
    (void)state;
    static const char vkey[] =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    struct bytes again = { 0 };
    uint8_t public_key[32];
    char bad[sizeof(vkey)];
    struct str name;
    assert_int_equal(checkpoint_parse_vkey(str_from(vkey), &name, public_key), 0);
    assert_str(name, "example.com/foo");
    checkpoint_format_vkey(name, public_key, &again);
    assert_true(str_equal(bytes_str(&again), str_from(vkey)));
    for (size_t i = 0; i + 1 < sizeof(vkey); i++) {
        memcpy(bad, vkey, sizeof(bad));
        bad[i] ^= 1;
        assert_int_equal(checkpoint_parse_vkey(str_from(bad), &name, public_key), ERR_INVALID);
        assert_int_equal(checkpoint_parse_vkey(str_of(vkey, i), &name, public_key), ERR_INVALID);
    }
    bytes_release(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checkpoint__what_is_signed_opens),
        cmocka_unit_test(test_checkpoint__no_bit_of_it_can_change),
        cmocka_unit_test(test_checkpoint__lines_of_others_are_passed_over),
        cmocka_unit_test(test_checkpoint__signed_but_not_a_checkpoint),
        cmocka_unit_test(test_checkpoint__verifier_keys),
    };
    crypto_init();
    return RUN(tests);
}
