/* crypto/hash: published vectors, and the frame that keeps parts apart. */
#include "crypto/hash.h"

#include <string.h>

#include "support/test.h"

static void assert_hex(const uint8_t *bytes, size_t len, const char *hex)
{
    char text[129];
    str_hex(bytes, len, text);
    assert_string_equal(text, hex);
}

static void test_hash__sha256_of_abc_is_the_published_one(void **state)
{
    (void)state;
    uint8_t out[32];
    hash_sha256(STR("abc"), out);
    assert_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* The first entries of the reference implementation's vectors: key 00…0f, empty input. */
static void test_hash__siphash_matches_its_vectors(void **state)
{
    (void)state;
    uint8_t key[16], out[16];
    for (uint8_t i = 0; i < 16; i++)
        key[i] = i;
    hash_sip128(key, STR(""), out);
    assert_hex(out, 16, "a3817f04ba25a8e66df67214c7550293");
    assert_true(hash_sip64(key, STR("")) == 0x726fdb47dd0e0e31u);
}

static void test_hash__frames_keep_parts_apart(void **state)
{
    (void)state;
    const uint8_t key[32] = { 1 };
    const struct str ab_c[] = { STR("label"), STR("ab"), STR("c") };
    const struct str a_bc[] = { STR("label"), STR("a"), STR("bc") };
    uint8_t x[32], y[32];
    struct bytes frame = { 0 };
    hash_framed(key, ab_c, 3, x, 32);
    hash_framed(key, a_bc, 3, y, 32);
    assert_false(hash_equal(x, y, 32));
    hash_framed(key, ab_c, 3, y, 32);
    assert_true(hash_equal(x, y, 32));
    hash_frame(ab_c, 3, &frame);
    assert_int_equal(frame.len, 3 * 4 + 8);
    assert_memory_equal(frame.ptr, "\5\0\0\0label\2\0\0\0ab\1\0\0\0c", 20);
    hash_wipe(x, 32);
    assert_int_equal(x[0] | x[31], 0);
    bytes_release(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__sha256_of_abc_is_the_published_one),
        cmocka_unit_test(test_hash__siphash_matches_its_vectors),
        cmocka_unit_test(test_hash__frames_keep_parts_apart),
    };
    return RUN(tests);
}
