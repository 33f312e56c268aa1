/* ingest/seal_box: the key derivation's published vectors, and what opens with what. */
#include "ingest/seal_box.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "event/ref_key.h"
#include "support/test.h"

struct vectors {
    uint8_t e[32], sk_vault[32], sk_ledger[32], intake[32], vault[32], ledger[32];
    struct seal_epoch epoch;
    struct seal_place place;
};

static void make(struct vectors *v)
{
    struct ref_key key;
    uint8_t k[32];
    crypto_init();
    memset(v, 0, sizeof(*v));
    memset(v->e, 0x11, 32);
    memset(v->sk_vault, 0x22, 32);
    memset(v->sk_ledger, 0x33, 32);
    memset(v->intake, 0x44, 32);
    seal_public(v->sk_vault, v->vault);
    seal_public(v->sk_ledger, v->ledger);
    assert_int_equal(seal_box_epoch(&v->epoch, v->e, v->vault, v->ledger, v->intake), 0);
    for (uint8_t i = 0; i < 32; i++)
        k[i] = i;
    ref_key_derive(&key, 7, 1, k);
    v->place.project = 7;
    v->place.property = STR("$email");
    v->place.subject = ref_key_indexed(&key, REF_KIND_ID, STR("user-42"));
    v->place.ref = ref_key_indexed(&key, REF_KIND_EMAIL, STR("noura@example.com"));
    memcpy(v->place.epoch, v->epoch.public_key, 32);
}

static void assert_hex(const uint8_t bytes[32], const char *hex)
{
    char text[65];
    str_hex(bytes, 32, text);
    assert_string_equal(text, hex);
}

static void test_seal_box__keys_match_the_vectors(void **state)
{
    (void)state;
    struct vectors v;
    uint8_t share[32], k_value[32];
    make(&v);
    assert_hex(v.epoch.public_key,
               "7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13");
    assert_hex(v.epoch.k_batch,
               "81e2dde5840fba8427483ff7ebc2f82ce196785a60c83d6eb1a609153f71cf5f");
    assert_hex(v.epoch.k_ledger,
               "664e2f55d469d4f1fa2370a159bd867cb2787410fb09c37607d36d4c4aac7d20");
    seal_box_share(v.epoch.k_ledger, 7, &v.place.subject, STR("$email"), share);
    assert_hex(share, "678c5ad0701b1dc9b3492199ef841cd49e52d76eab5c5cb833799d39521896e9");
    seal_box_value_key(share, &v.place.ref, k_value);
    assert_hex(k_value, "0cd8da77382e96e97908d6ecda1998b06e64fadd1f5fc0dadc23362ff8fd9c79");
}

/* Opens a batch as the vault would, then the value as only the ledger's share allows. */
static void test_seal_box__two_locks_open_one_after_the_other(void **state)
{
    (void)state;
    struct vectors v;
    struct bytes records = { 0 }, batch = { 0 }, inside = { 0 }, associated = { 0 }, plain = { 0 };
    uint8_t share[32], k_value[32];
    make(&v);
    seal_box_value(&v.epoch, &v.place, STR("Noura@Example.com"), 5, &records);
    struct seal_batch header = { .sequence = 3, .project = 7, .time_ms = 9, .count = 1 };
    seal_box_batch(&v.epoch, &header, bytes_str(&records), &batch);
    struct str head = str_slice(bytes_str(&batch), 0, SEAL_HEADER_BYTES);
    struct str outer = str_from_index(bytes_str(&batch), SEAL_HEADER_BYTES);
    assert_true(str_starts(head, STR("AMSB\1")));
    assert_true(str_find(bytes_str(&batch), STR("Example")) < 0);
    assert_int_equal(seal_open(v.epoch.k_batch, head, outer, &inside), 0);
    assert_true(str_find(bytes_str(&inside), STR("Example")) < 0);
    struct bytes_reader r = bytes_reader_over(bytes_str(&inside));
    assert_memory_equal(bytes_get_raw(&r, 16).ptr, v.place.subject.bytes, 16);
    assert_str(bytes_get_raw(&r, bytes_get_u16(&r)), "$email");
    assert_memory_equal(bytes_get_raw(&r, 16).ptr, v.place.ref.bytes, 16);
    assert_int_equal(bytes_get_u64(&r), 5);
    struct str inner = bytes_get_raw(&r, bytes_get_u32(&r));
    assert_true(bytes_reader_is_done(&r));
    seal_box_share(v.epoch.k_ledger, 7, &v.place.subject, STR("$email"), share);
    seal_box_value_key(share, &v.place.ref, k_value);
    seal_box_associated("amana/value/1", &v.place, &associated);
    assert_int_equal(seal_open(k_value, bytes_str(&associated), inner, &plain), 0);
    assert_str(bytes_str(&plain), "Noura@Example.com");
    /* Another field's share opens nothing. */
    seal_box_share(v.epoch.k_ledger, 7, &v.place.subject, STR("$name"), share);
    seal_box_value_key(share, &v.place.ref, k_value);
    assert_int_equal(seal_open(k_value, bytes_str(&associated), inner, &plain), ERR_CRYPTO);
    bytes_release(&records);
    bytes_release(&batch);
    bytes_release(&inside);
    bytes_release(&associated);
    bytes_release(&plain);
}

static void test_seal_box__small_order_keys_are_refused(void **state)
{
    (void)state;
    struct vectors v;
    const uint8_t zero[32] = { 0 };
    make(&v);
    assert_int_equal(seal_box_epoch(&v.epoch, v.e, zero, v.ledger, v.intake), ERR_CRYPTO);
    assert_int_equal(seal_box_epoch(&v.epoch, v.e, v.vault, zero, v.intake), ERR_CRYPTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal_box__keys_match_the_vectors),
        cmocka_unit_test(test_seal_box__two_locks_open_one_after_the_other),
        cmocka_unit_test(test_seal_box__small_order_keys_are_refused),
    };
    return RUN(tests);
}
