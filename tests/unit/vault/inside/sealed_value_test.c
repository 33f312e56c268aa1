/* vault/inside/sealed_value: the keys of wall.md 9, and a box that opens in its place only. */
#include "vault/inside/sealed_value.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "support/test.h"

static void hex(const char *text, uint8_t *out, size_t len)
{
    assert_true(str_to_hex_bytes(str_from(text), out, len));
}

/* Project 7, subject user-42, its $email noura@example.com, in epoch E. */
static struct sealed_place vector_place(void)
{
    struct sealed_place place = { .project = 7, .property = STR("$email") };
    hex("accb3473c16f9108790d24f9fea47cb4", place.subject.bytes, 16);
    hex("efb2d06c407ff744a901b890e7e0599c", place.ref.bytes, 16);
    hex("7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13", place.epoch, 32);
    return place;
}

static void test_sealed_value__keys_are_those_of_the_vectors(void **state)
{
    (void)state;
    const struct sealed_place place = vector_place();
    uint8_t share[32], expected[32], key[32];
    hex("678c5ad0701b1dc9b3492199ef841cd49e52d76eab5c5cb833799d39521896e9", share, 32);
    hex("0cd8da77382e96e97908d6ecda1998b06e64fadd1f5fc0dadc23362ff8fd9c79", expected, 32);
    sealed_value_key(share, &place.ref, key);
    assert_memory_equal(key, expected, 32);
    memset(share, 0x55, 32);
    hex("86ed90095ab57dea07e540d73215dbeb8e8ca4bccae7b4e72f38578fee7b3077", expected, 32);
    sealed_wrap_key(share, place.project, &place.subject, key);
    assert_memory_equal(key, expected, 32);
}

/* The associated data, written out here and not with the room's code. */
static void seal_vector(const uint8_t key[32], struct bytes *box)
{
    const struct sealed_place place = vector_place();
    struct bytes ad = { 0 };
    bytes_put_u32(&ad, 13);
    bytes_append_str(&ad, STR("amana/value/1"));
    bytes_put_u32(&ad, 8);
    bytes_put_u64(&ad, 7);
    bytes_put_u32(&ad, 16);
    bytes_append(&ad, place.subject.bytes, 16);
    bytes_put_u32(&ad, 6);
    bytes_append_str(&ad, STR("$email"));
    bytes_put_u32(&ad, 16);
    bytes_append(&ad, place.ref.bytes, 16);
    bytes_put_u32(&ad, 32);
    bytes_append(&ad, place.epoch, 32);
    seal_close(key, bytes_str(&ad), STR("Noura@Example.com"), box);
    bytes_release(&ad);
}

static int open_with(const uint8_t key[32], const struct sealed_place *place, struct str box)
{
    struct bytes text = { 0 };
    int r = sealed_value_open(key, place, box, &text);
    if (r == 0)
        assert_true(str_equal(bytes_str(&text), STR("Noura@Example.com")));
    else
        assert_int_equal(text.len, 0);
    bytes_release(&text);
    return r;
}

static void test_sealed_value__opens_in_its_place_only(void **state)
{
    (void)state;
    struct sealed_place place = vector_place();
    uint8_t key[32] = { 9 };
    struct bytes box = { 0 };
    seal_vector(key, &box);
    assert_int_equal(open_with(key, &place, bytes_str(&box)), 0);
    uint8_t *parts[] = { key, place.subject.bytes, place.ref.bytes, place.epoch,
                         (uint8_t *)&place.project };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        parts[i][3] ^= 1;
        assert_int_equal(open_with(key, &place, bytes_str(&box)), ERR_CRYPTO);
        parts[i][3] ^= 1;
    }
    place.property = STR("$phone");
    assert_int_equal(open_with(key, &place, bytes_str(&box)), ERR_CRYPTO);
    place.property = STR("$email");
    for (size_t i = 0; i < box.len; i++) {
        box.ptr[i] ^= 1;
        assert_int_equal(open_with(key, &place, bytes_str(&box)), ERR_CRYPTO);
        box.ptr[i] ^= 1;
        assert_int_equal(open_with(key, &place, str_of(box.ptr, i)), ERR_CRYPTO);
    }
    bytes_release(&box);
}

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sealed_value__keys_are_those_of_the_vectors),
        cmocka_unit_test(test_sealed_value__opens_in_its_place_only),
    };
    return RUN(tests);
}
