/* vault/inside/sealed_batch: the published vectors, every bit of a batch, and record lists. */
#include "vault/inside/sealed_batch.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "event/limits.h"
#include "support/test.h"
#include "support/vault_room.h"

static void assert_hex(const uint8_t bytes[32], const char *hex)
{
    char text[65];
    str_hex(bytes, 32, text);
    assert_string_equal(text, hex);
}

/* wall.md 9: e = 11…, sk_V = 22…, K_iv = 44…, a_s = 55…, project 7, subject user-42. */
static void test_sealed_batch__keys_match_the_vectors(void **state)
{
    (void)state;
    struct sealed_keys keys;
    struct sealed_header header = { .count = 1 };
    struct bytes records = { 0 };
    uint8_t e[32], vault[32], intake[32], share[32], w[32];
    struct ref subject;
    crypto_init();
    memset(e, 0x11, 32);
    memset(vault, 0x22, 32);
    memset(intake, 0x44, 32);
    memset(share, 0x55, 32);
    assert_true(str_to_hex_bytes(STR("accb3473c16f9108790d24f9fea47cb4"), subject.bytes, 16));
    sealed_wrap_key(share, 7, &subject, w);
    assert_hex(w, "86ed90095ab57dea07e540d73215dbeb8e8ca4bccae7b4e72f38578fee7b3077");
    sealed_keys_init(&keys, vault, intake);
    seal_public(e, header.epoch);
    assert_hex(header.epoch, "7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13");
    assert_int_equal(sealed_batch_open(&keys, &header, STR("no box"), &records), ERR_CRYPTO);
    assert_hex(keys.k_batch, "81e2dde5840fba8427483ff7ebc2f82ce196785a60c83d6eb1a609153f71cf5f");
}

static const struct vault_room_value two[] = {
    { 42, "$email", "Noura@Example.com", 5 },
    { 43, "$name", "\xd9\x86\xd9\x88\xd8\xb1\xd8\xa9", -6 },
};

static int open_batch(struct sealed_keys *keys, struct str batch, struct arena *arena,
                      struct sealed_record **records)
{
    struct sealed_header header;
    static struct bytes opened;
    int r = sealed_batch_decode_header(batch, &header);
    bytes_reset(&opened);
    if (r == 0)
        r = sealed_batch_open(keys, &header, batch, &opened);
    if (r == 0)
        r = sealed_batch_decode_records(bytes_str(&opened), header.count, arena, records);
    if (r != 0)
        bytes_release(&opened);
    return r;
}

static void test_sealed_batch__opens_the_outer_box_and_no_inner_one(void **state)
{
    (void)state;
    struct vault_room room;
    struct sealed_keys keys;
    struct sealed_header header;
    struct sealed_record *records;
    struct bytes batch = { 0 };
    struct arena arena;
    arena_init(&arena, 0);
    vault_room_init(&room);
    sealed_keys_init(&keys, room.secrets.vault, room.secrets.intake);
    vault_room_seal(&room, two, 2, 3, &batch);
    assert_int_equal(sealed_batch_decode_header(bytes_str(&batch), &header), 0);
    assert_true(header.sequence == 3 && header.project == 7 && header.count == 2);
    assert_true(header.time_ms == 1795453200000);
    assert_int_equal(open_batch(&keys, bytes_str(&batch), &arena, &records), 0);
    assert_str(records[0].property, "$email");
    assert_int_equal(records[0].seen_ms, 5);
    assert_int_equal(records[1].seen_ms, -6);
    assert_int_equal(records[0].inner.len, 17 + SEAL_OVERHEAD_BYTES);
    assert_true(str_find(records[0].inner, STR("Example")) < 0);
    struct ref expected = vault_room_subject(43);
    assert_true(ref_equal(&records[1].subject, &expected));
    /* Any changed bit of header or box is seen. */
    for (size_t bit = 0; bit < batch.len * 8; bit += 3) {
        batch.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(open_batch(&keys, bytes_str(&batch), &arena, &records), 0);
        batch.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    /* Without the intake secret nobody makes one. */
    memset(keys.intake_secret, 0, 32);
    memset(keys.epoch, 0, 32);
    assert_int_equal(open_batch(&keys, bytes_str(&batch), &arena, &records), ERR_CRYPTO);
    bytes_release(&batch);
    arena_release(&arena);
    vault_room_release(&room);
}

static void test_sealed_batch__epochs_of_small_order_are_refused(void **state)
{
    (void)state;
    struct sealed_keys keys;
    struct sealed_header header = { .count = 1 };
    struct bytes records = { 0 };
    uint8_t secret[32] = { 8 };
    crypto_init();
    sealed_keys_init(&keys, secret, secret);
    for (uint8_t point = 0; point < 2; point++) { /* 0 and 1: both give zero */
        header.epoch[0] = point;
        assert_int_equal(sealed_batch_open(&keys, &header, STR("x"), &records), ERR_CRYPTO);
    }
}

static void test_sealed_batch__lengths_are_bounded(void **state)
{
    (void)state;
    struct sealed_header header;
    struct bytes batch = { 0 };
    bytes_append_str(&batch, STR("AMSB\1"));
    memset(bytes_grow(&batch, LIMIT_SEALED_BATCH_BYTES), 0, LIMIT_SEALED_BATCH_BYTES);
    assert_int_equal(sealed_batch_decode_header(bytes_str(&batch), &header), ERR_INVALID);
    batch.len = LIMIT_SEALED_BATCH_BYTES;
    assert_int_equal(sealed_batch_decode_header(bytes_str(&batch), &header), 0);
    batch.len = SEALED_HEADER_BYTES + SEAL_OVERHEAD_BYTES;
    assert_int_equal(sealed_batch_decode_header(bytes_str(&batch), &header), 0);
    batch.len--;
    assert_int_equal(sealed_batch_decode_header(bytes_str(&batch), &header), ERR_INVALID);
    bytes_release(&batch);
}

static void put_record(struct bytes *out, uint8_t subject, const char *property, uint32_t inner)
{
    memset(bytes_grow(out, 16), subject, 16);
    bytes_put_u16(out, (uint16_t)strlen(property));
    bytes_append_str(out, str_from(property));
    memset(bytes_grow(out, 16), 3, 16);
    bytes_put_u64(out, 1);
    bytes_put_u32(out, inner);
    memset(bytes_grow(out, inner), 4, inner);
}

static int decode(struct bytes *list, uint32_t count)
{
    struct arena arena;
    struct sealed_record *records;
    arena_init(&arena, 1 << 20);
    int r = sealed_batch_decode_records(bytes_str(list), count, &arena, &records);
    arena_release(&arena);
    return r;
}

static void test_sealed_batch__record_lists_are_exact(void **state)
{
    (void)state;
    struct bytes list = { 0 };
    put_record(&list, 1, "p", 40);
    assert_int_equal(decode(&list, 1), 0);
    assert_int_equal(decode(&list, 0), ERR_INVALID);
    assert_int_equal(decode(&list, 2), ERR_INVALID);
    assert_int_equal(decode(&list, UINT32_MAX), ERR_INVALID);
    for (size_t len = list.len; len-- > 0;) {
        struct bytes cut = { .ptr = list.ptr, .len = len };
        assert_int_equal(decode(&cut, 1), ERR_INVALID);
    }
    put_record(&list, 0, "p", 40); /* no subject */
    assert_int_equal(decode(&list, 2), ERR_INVALID);
    bytes_reset(&list);
    put_record(&list, 1, "", 40); /* an SDK may name a property so */
    assert_int_equal(decode(&list, 1), 0);
    bytes_reset(&list);
    put_record(&list, 1, "property", 39); /* no box */
    assert_int_equal(decode(&list, 1), ERR_INVALID);
    bytes_release(&list);
}

static void test_sealed_batch__a_stored_box_is_bound_to_its_place(void **state)
{
    (void)state;
    struct sealed_place place = { .project = 7, .property = STR("$email") }, other;
    struct bytes box = { 0 }, inner = { 0 };
    uint8_t key[32];
    crypto_init();
    random_bytes(key, 32);
    sealed_wrap(key, &place, STR("inner"), &box);
    assert_int_equal(sealed_unwrap(key, &place, bytes_str(&box), &inner), 0);
    assert_str(bytes_str(&inner), "inner");
    for (int i = 0; i < 5; i++) {
        other = place;
        other.project += i == 0;
        other.subject.bytes[0] ^= i == 1;
        other.property = i == 2 ? STR("$name") : other.property;
        other.ref.bytes[15] ^= i == 3;
        other.epoch[31] ^= i == 4;
        assert_int_equal(sealed_unwrap(key, &other, bytes_str(&box), &inner), ERR_CRYPTO);
    }
    bytes_release(&box);
    bytes_release(&inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sealed_batch__keys_match_the_vectors),
        cmocka_unit_test(test_sealed_batch__opens_the_outer_box_and_no_inner_one),
        cmocka_unit_test(test_sealed_batch__epochs_of_small_order_are_refused),
        cmocka_unit_test(test_sealed_batch__lengths_are_bounded),
        cmocka_unit_test(test_sealed_batch__record_lists_are_exact),
        cmocka_unit_test(test_sealed_batch__a_stored_box_is_bound_to_its_place),
    };
    return RUN(tests);
}
