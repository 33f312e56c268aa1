/* vault/inside/key_page: the bytes, and that nothing changed or foreign opens. */
#include "vault/inside/key_page.h"

#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "support/test.h"

static void test_key_page__has_the_form_of_the_document(void **state)
{
    (void)state;
    struct key_page_head head = { .level = 2, .page = 0x01020304, .generation = 9 }, again;
    struct key_page_keys keys, opened;
    uint8_t key[32], page[KEY_PAGE_BYTES];
    crypto_init();
    random_bytes(key, 32);
    random_bytes(&keys, sizeof(keys));
    key_page_encode(&head, key, &keys, page);
    assert_memory_equal(page, "AMKP\1\2\0\0\4\3\2\1\t\0\0\0\0\0\0\0", KEY_PAGE_AD_BYTES);
    for (int i = KEY_PAGE_USED_BYTES; i < KEY_PAGE_BYTES; i++)
        assert_int_equal(page[i], 0);
    assert_int_equal(KEY_PAGE_USED_BYTES, 3900);
    assert_int_equal(key_page_decode_head(page, &again), 0);
    assert_int_equal(again.level, 2);
    assert_int_equal(again.page, 0x01020304);
    assert_int_equal(again.generation, 9);
    assert_int_equal(key_page_open(page, key, &opened), 0);
    assert_memory_equal(&opened, &keys, sizeof(keys));
    /* No share lies there in clear. */
    assert_null(memmem(page, sizeof(page), keys.slots[0], 32));
}

static void test_key_page__no_changed_byte_opens(void **state)
{
    (void)state;
    static const struct key_page_keys zero;
    struct key_page_head head = { .page = 1, .generation = 1 };
    struct key_page_keys keys, opened;
    uint8_t key[32], page[KEY_PAGE_BYTES];
    crypto_init();
    random_bytes(key, 32);
    random_bytes(&keys, sizeof(keys));
    key_page_encode(&head, key, &keys, page);
    for (int i = 0; i < KEY_PAGE_USED_BYTES; i += i < 64 ? 1 : 37) {
        page[i] ^= 0x10;
        memset(&opened, 1, sizeof(opened));
        assert_int_equal(key_page_open(page, key, &opened), ERR_CRYPTO);
        assert_memory_equal(&opened, &zero, sizeof(zero));
        page[i] ^= 0x10;
    }
    key[0] ^= 1;
    assert_int_equal(key_page_open(page, key, &opened), ERR_CRYPTO);
    for (int i = 0; i < 8; i++) {
        if (i == 5)
            continue; /* the level is any small number */
        page[i] ^= 0x80;
        assert_int_equal(key_page_decode_head(page, &head), ERR_INVALID);
        page[i] ^= 0x80;
    }
    page[5] = KEY_LEVEL_MAX + 1;
    assert_int_equal(key_page_decode_head(page, &head), ERR_INVALID);
}

static void test_key_root__opens_with_its_custody_secret_alone(void **state)
{
    (void)state;
    struct key_root root = { .generation = 3, .custody = KEY_CUSTODY_FILE, .page = 123 }, again;
    uint8_t custody[32], key[32], opened[32], slot[KEY_PAGE_BYTES];
    crypto_init();
    random_bytes(custody, 32);
    random_bytes(key, 32);
    key_root_encode(&root, custody, key, slot);
    assert_memory_equal(slot, "AMKR\1\3\0\0\0\0\0\0\0\0\x7b\0\0\0", KEY_ROOT_AD_BYTES);
    assert_int_equal(KEY_ROOT_USED_BYTES, 122);
    assert_int_equal(key_root_decode(slot, &again), 0);
    assert_int_equal(again.generation, 3);
    assert_int_equal(again.page, 123);
    assert_int_equal(key_root_open(slot, custody, opened), 0);
    assert_memory_equal(opened, key, 32);
    custody[31] ^= 1;
    assert_int_equal(key_root_open(slot, custody, opened), ERR_CRYPTO);
    for (int i = 0; i < KEY_ROOT_USED_BYTES; i++) {
        slot[i] ^= 1;
        assert_int_equal(key_root_decode(slot, &again), ERR_INVALID);
        slot[i] ^= 1;
    }
}

static void resum(uint8_t slot[KEY_PAGE_BYTES])
{
    hash_sha256(str_of(slot, KEY_ROOT_USED_BYTES - 32), slot + KEY_ROOT_USED_BYTES - 32);
}

static void test_key_root__a_later_form_is_not_taken_for_damage(void **state)
{
    (void)state;
    struct key_root root = { .generation = 3 };
    uint8_t custody[32] = { 0 }, key[32] = { 0 }, slot[KEY_PAGE_BYTES];
    crypto_init();
    key_root_encode(&root, custody, key, slot);
    slot[4] = 2;
    resum(slot);
    assert_int_equal(key_root_decode(slot, &root), ERR_UNSUPPORTED);
    slot[4] = 1;
    slot[13] = 1; /* custody by something else than a file */
    resum(slot);
    assert_int_equal(key_root_decode(slot, &root), ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_page__has_the_form_of_the_document),
        cmocka_unit_test(test_key_page__no_changed_byte_opens),
        cmocka_unit_test(test_key_root__opens_with_its_custody_secret_alone),
        cmocka_unit_test(test_key_root__a_later_form_is_not_taken_for_damage),
    };
    return RUN(tests);
}
