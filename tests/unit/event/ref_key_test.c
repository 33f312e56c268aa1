/* event/ref_key: the published test vectors of the design (project 7, K = 00 01 … 1f). */
#include "event/ref_key.h"

#include "crypto/random.h"
#include "support/test.h"

static struct ref_key vector_key(void)
{
    struct ref_key key;
    uint8_t k[32];
    crypto_init();
    for (uint8_t i = 0; i < 32; i++)
        k[i] = i;
    ref_key_derive(&key, 7, 1, k);
    return key;
}

static void assert_ref(struct ref ref, const char *hex)
{
    char text[33];
    str_hex(ref.bytes, 16, text);
    assert_string_equal(text, hex);
}

static void test_ref_key__refs_match_the_vectors(void **state)
{
    (void)state;
    struct ref_key key = vector_key();
    struct ref subject = ref_key_indexed(&key, REF_KIND_ID, STR("user-42"));
    assert_ref(subject, "accb3473c16f9108790d24f9fea47cb4");
    assert_ref(ref_key_indexed(&key, REF_KIND_EMAIL, STR("noura@example.com")),
               "efb2d06c407ff744a901b890e7e0599c");
    assert_ref(ref_key_indexed(&key, REF_KIND_PHONE, STR("+966501234567")),
               "fcd6b401a1818f2c7ff36acd0d2d8adc");
    assert_ref(ref_key_bound(&key, STR("$name"), &subject, STR("نورة")),
               "491e1dae8d8ab7bf4d6a4f2cce97808f");
}

static void test_ref_key__bound_refs_differ_by_subject_and_property(void **state)
{
    (void)state;
    struct ref_key key = vector_key();
    struct ref a = { { 1 } }, b = { { 2 } };
    struct ref one = ref_key_bound(&key, STR("$name"), &a, STR("Sam"));
    struct ref other = ref_key_bound(&key, STR("$name"), &b, STR("Sam"));
    struct ref third = ref_key_bound(&key, STR("city"), &a, STR("Sam"));
    assert_false(ref_equal(&one, &other));
    assert_false(ref_equal(&one, &third));
}

static void test_ref_key__insert_ids_hash_to_none_only_when_empty(void **state)
{
    (void)state;
    struct ref_key key = vector_key();
    assert_int_equal(ref_key_insert(&key, STR("")), 0);
    assert_true(ref_key_insert(&key, STR("a")) != 0);
    assert_true(ref_key_insert(&key, STR("a")) != ref_key_insert(&key, STR("b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ref_key__refs_match_the_vectors),
        cmocka_unit_test(test_ref_key__bound_refs_differ_by_subject_and_property),
        cmocka_unit_test(test_ref_key__insert_ids_hash_to_none_only_when_empty),
    };
    return RUN(tests);
}
