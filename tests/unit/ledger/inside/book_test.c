#include "ledger/inside/book.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "ledger/checkpoint.h"
#include "ledger/tile.h"
#include "support/temp.h"
#include "support/test.h"

static void make_entry(uint32_t n, uint8_t out[ENTRY_BYTES])
{
    struct entry entry = { .kind = 1, .verdict = ENTRY_RELEASED, .sequence = n + 1,
                           .principal = 12, .project = 7, .persons = 1 };
    memset(entry.ask_hash, (int)n, sizeof(entry.ask_hash));
    entry_encode(&entry, out);
}

static void test_book__every_entry_has_a_receipt_that_grows(void **state)
{
    (void)state;
    uint8_t secret[SIGN_SECRET_BYTES], public_key[SIGN_PUBLIC_BYTES], bytes[ENTRY_BYTES];
    struct receipt_seen seen = { 0 };
    static struct receipt receipt, again;
    sign_pair(secret, public_key);
    struct book *book = book_create(NULL, "1", "localhost/amana/1", secret);
    for (uint32_t n = 0; n < 300; n++) {
        struct receipt_expect expect = { .origin = "localhost/amana/1", .public_key = public_key,
                                         .principal = 12, .project = 7, .persons = 1 };
        struct entry entry;
        struct bytes encoded = { 0 };
        make_entry(n, bytes);
        assert_int_equal(book_add(book, bytes), n);
        (void)book_sign(book);
        if (n % 7 == 3)
            continue; /* this holder was not asked */
        memcpy(receipt.entry, bytes, ENTRY_BYTES);
        book_prove(book, n, seen.size, &receipt);
        receipt_encode(&receipt, &encoded);
        assert_int_equal(receipt_decode(bytes_str(&encoded), &again), 0);
        memset(expect.ask_hash, (int)n, sizeof(expect.ask_hash));
        assert_int_equal(receipt_verify(&again, &expect, &seen, &entry), 0);
        assert_int_equal(seen.size, n + 1);
        bytes_release(&encoded);
    }
    book_destroy(book);
}

static void test_book__another_log_is_not_believed(void **state)
{
    (void)state;
    uint8_t secret[SIGN_SECRET_BYTES], public_key[SIGN_PUBLIC_BYTES], bytes[ENTRY_BYTES];
    struct receipt_seen seen = { 0 }, before;
    static struct receipt receipt;
    struct entry entry;
    sign_pair(secret, public_key);
    struct receipt_expect expect = { .origin = "o", .public_key = public_key, .principal = 12,
                                     .project = 7, .persons = 1 };
    struct book *a = book_create(NULL, "1", "o", secret), *b = book_create(NULL, "1", "o", secret);
    for (uint32_t n = 0; n < 5; n++) {
        make_entry(n, bytes);
        (void)book_add(a, bytes);
        make_entry(n + (n == 2), bytes); /* a fork at the third entry */
        (void)book_add(b, bytes);
    }
    make_entry(4, receipt.entry);
    memset(expect.ask_hash, 4, sizeof(expect.ask_hash));
    (void)book_sign(a);
    book_prove(a, 4, 0, &receipt);
    assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), 0);
    before = seen;
    make_entry(9, bytes);
    (void)book_add(b, bytes);
    (void)book_sign(b);
    make_entry(4, receipt.entry);
    book_prove(b, 4, seen.size, &receipt);
    assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), ERR_CRYPTO);
    assert_memory_equal(&before, &seen, sizeof(seen));
    /* An older checkpoint of the right log. */
    (void)book_sign(a);
    book_prove(a, 4, 3, &receipt);
    seen.size = 9;
    assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), ERR_CRYPTO);
    /* Another ask: a whole receipt that is not ours. */
    seen = (struct receipt_seen){ 0 };
    book_prove(a, 4, 0, &receipt);
    expect.ask_hash[0] ^= 1;
    assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), ERR_DENIED);
    assert_int_equal(seen.size, 0);
    book_destroy(a);
    book_destroy(b);
}

static void test_book__the_folder_has_what_the_checkpoint_says(void **state)
{
    (void)state;
    uint8_t secret[SIGN_SECRET_BYTES], public_key[SIGN_PUBLIC_BYTES], bytes[ENTRY_BYTES];
    struct temp temp;
    struct bytes file = { 0 };
    struct checkpoint checkpoint;
    sign_pair(secret, public_key);
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    struct book *book = book_create(fs, "1", "o", secret);
    for (uint32_t n = 0; n < 600; n++) {
        make_entry(n, bytes);
        (void)book_add(book, bytes);
        if (n == 0 || n == 100 || n == 255 || n == 256 || n == 599)
            assert_int_equal(book_publish(book, false), 0);
    }
    assert_int_equal(fs_read_file(fs, "1/checkpoint", 4096, &file), 0);
    assert_int_equal(checkpoint_open(bytes_str(&file), STR("o"), public_key, &checkpoint), 0);
    assert_int_equal(checkpoint.size, 600);
    const struct { const char *path; size_t len; } files[] = {
        { "1/tile/0/000", 8192 }, { "1/tile/0/001", 8192 }, { "1/tile/0/002.p/88", 88 * 32 },
        { "1/tile/1/000.p/2", 64 }, { "1/tile/entries/000", 256 * 114 },
        { "1/tile/entries/002.p/88", 88 * 114 },
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        bytes_reset(&file);
        assert_int_equal(fs_read_file(fs, files[i].path, 1 << 20, &file), 0);
        assert_int_equal(file.len, files[i].len);
    }
    /* A lost tile comes back. */
    assert_int_equal(fs_remove(fs, "1/tile/0/001"), 0);
    struct book *again = book_create(fs, "1", "o", secret);
    for (uint32_t n = 0; n < 600; n++) {
        make_entry(n, bytes);
        (void)book_add(again, bytes);
    }
    assert_int_equal(book_publish(again, true), 0);
    bytes_reset(&file);
    assert_int_equal(fs_read_file(fs, "1/tile/0/001", 1 << 20, &file), 0);
    assert_int_equal(file.len, 8192);
    book_destroy(book);
    book_destroy(again);
    bytes_release(&file);
    fs_destroy(fs);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_book__every_entry_has_a_receipt_that_grows),
        cmocka_unit_test(test_book__another_log_is_not_believed),
        cmocka_unit_test(test_book__the_folder_has_what_the_checkpoint_says),
    };
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
