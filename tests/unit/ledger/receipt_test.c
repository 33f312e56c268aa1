#include "ledger/receipt.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/tree.h"
#include "support/log_files.h"
#include "support/test.h"

enum { SIZE = 300, INDEX = 123, REFUSED_INDEX = 125 };

static uint8_t leaves[SIZE][32];

static int hash_of(void *ctx, unsigned level, uint64_t index, uint8_t out[32])
{
    struct tree_edge edge = { 0 };
    (void)ctx;
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        tree_edge_add(&edge, leaves[i]);
    tree_edge_root(&edge, out);
    return 0;
}

static void root_of(uint64_t size, uint8_t out[32])
{
    struct tree_edge edge = { 0 };
    for (uint64_t i = 0; i < size; i++)
        tree_edge_add(&edge, leaves[i]);
    tree_edge_root(&edge, out);
}

/* The receipt of an entry in a log of `size`, for a holder that saw `seen`; note is released by the
 * caller. */
static void make_of(uint64_t index, struct receipt *receipt, uint64_t size, uint64_t seen,
                    struct bytes *note)
{
    static struct proof proof;
    struct checkpoint c = { .origin = STR(LOG_FILES_ORIGIN), .size = size };
    for (uint64_t i = 0; i < SIZE; i++) {
        uint8_t bytes[ENTRY_BYTES];
        log_files_entry(i, 0, bytes);
        tree_leaf(str_of(bytes, sizeof(bytes)), leaves[i]);
    }
    root_of(size, c.root);
    bytes_reset(note);
    checkpoint_sign(&c, log_files_secret_key(), note);
    *receipt = (struct receipt){ .index = index, .checkpoint = bytes_str(note) };
    log_files_entry(index, 0, receipt->entry);
    assert_int_equal(proof_make_inclusion(hash_of, NULL, index, size, &proof), 0);
    receipt->inclusion_count = proof.count;
    memcpy(receipt->inclusion, proof.hashes, sizeof(proof.hashes));
    assert_int_equal(proof_make_consistency(hash_of, NULL, seen, size, &proof), 0);
    receipt->consistency_count = proof.count;
    memcpy(receipt->consistency, proof.hashes, sizeof(proof.hashes));
}

static void make(struct receipt *receipt, uint64_t size, uint64_t seen, struct bytes *note)
{
    make_of(INDEX, receipt, size, seen, note);
}

static struct receipt_expect expected_of(uint32_t index)
{
    struct receipt_expect e = { .origin = LOG_FILES_ORIGIN, .project = 7,
                                .public_key = log_files_public_key(),
                                .principal = index % 12, .persons = index % 50 };
    memset(e.ask_hash, (int)index, sizeof(e.ask_hash));
    return e;
}

static struct receipt_expect expected(void)
{
    return expected_of(INDEX);
}

static void test_receipt__moves_on_what_was_seen(void **state)
{
    (void)state;
    static struct receipt receipt, again;
    struct receipt_seen seen = { 0 };
    struct receipt_expect expect = expected();
    struct bytes note = { 0 }, bytes = { 0 };
    struct entry entry;
    make(&receipt, 200, 0, &note);
    receipt_encode(&receipt, &bytes);
    assert_int_equal(receipt_decode(bytes_str(&bytes), &again), 0);
    assert_int_equal(receipt_verify(&again, &expect, &seen, &entry), 0);
    assert_int_equal(entry.sequence, INDEX + 1);
    assert_int_equal(seen.size, 200);
    make(&receipt, SIZE, 200, &note);
    assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), 0);
    assert_int_equal(seen.size, SIZE);
    /* Back to the older checkpoint, which was right once. */
    make(&receipt, 200, 0, &note);
    assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), ERR_CRYPTO);
    assert_int_equal(seen.size, SIZE);
    bytes_release(&note);
    bytes_release(&bytes);
}

static void test_receipt__of_another_ask(void **state)
{
    (void)state;
    static struct receipt receipt;
    struct receipt_seen seen = { 0 };
    struct bytes note = { 0 };
    struct entry entry;
    make(&receipt, SIZE, 0, &note);
    for (int i = 0; i < 4; i++) {
        struct receipt_expect expect = expected();
        expect.ask_hash[31] ^= i == 0;
        expect.principal += i == 1;
        expect.project += i == 2;
        expect.persons += i == 3;
        assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), ERR_DENIED);
        assert_int_equal(seen.size, 0);
    }
    struct receipt_expect expect = expected();
    expect.origin = "logs.example/amana/2";
    assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), ERR_CRYPTO);
    /* A refusal is an entry too; it lets nothing out. */
    make_of(REFUSED_INDEX, &receipt, SIZE, 0, &note);
    expect = expected_of(REFUSED_INDEX);
    assert_int_equal(receipt.entry[2], ENTRY_REFUSED);
    assert_int_equal(receipt_verify(&receipt, &expect, &seen, &entry), ERR_DENIED);
    bytes_release(&note);
}

static void test_receipt__no_bit_of_it_can_change(void **state)
{
    (void)state;
    static struct receipt receipt;
    struct receipt_expect expect = expected();
    struct bytes note = { 0 }, bytes = { 0 };
    struct entry entry;
    make(&receipt, SIZE, 200, &note);
    receipt_encode(&receipt, &bytes);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        struct receipt_seen seen = { .size = 200 };
        root_of(200, seen.root);
        bytes.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int r = receipt_decode(bytes_str(&bytes), &receipt);
        if (r == 0)
            r = receipt_verify(&receipt, &expect, &seen, &entry);
        assert_int_not_equal(r, 0);
        bytes.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bit += bit > 8 * 200 && bit < 8 * 500 ? 6 : 0; /* the middle of paths: every seventh */
    }
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(receipt_decode(str_slice(bytes_str(&bytes), 0, len), &receipt),
                         ERR_INVALID);
    bytes_put_u8(&bytes, 0);
    assert_int_equal(receipt_decode(bytes_str(&bytes), &receipt), ERR_INVALID);
    bytes_release(&note);
    bytes_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_receipt__moves_on_what_was_seen),
        cmocka_unit_test(test_receipt__of_another_ask),
        cmocka_unit_test(test_receipt__no_bit_of_it_can_change),
    };
    crypto_init();
    return RUN(tests);
}
