#include "ledger/proof.h"

#include <string.h>

#include "base/err.h"
#include "support/test.h"

enum { LEAVES = 130 };

struct forest {
    uint8_t leaves[LEAVES][32];
    int fails_at;        /* the call that fails; 0 = none */
    int calls;
};

static void root_of(const struct forest *f, uint64_t from, uint64_t to, uint8_t out[32])
{
    struct tree_edge edge = { 0 };
    for (uint64_t i = from; i < to; i++)
        tree_edge_add(&edge, f->leaves[i]);
    tree_edge_root(&edge, out);
}

static int hash_of(void *ctx, unsigned level, uint64_t index, uint8_t out[32])
{
    struct forest *f = ctx;
    if (++f->calls == f->fails_at)
        return ERR_IO;
    assert_true((index + 1) << level <= LEAVES);
    root_of(f, index << level, (index + 1) << level, out);
    return 0;
}

static void plant(struct forest *f)
{
    *f = (struct forest){ 0 };
    for (uint32_t i = 0; i < LEAVES; i++)
        tree_leaf(str_of(&i, sizeof(i)), f->leaves[i]);
}

static void test_proof__every_leaf_of_every_tree(void **state)
{
    (void)state;
    static struct forest f;
    static struct proof proof;
    uint8_t root[32];
    plant(&f);
    for (uint64_t size = 1; size <= LEAVES; size++) {
        root_of(&f, 0, size, root);
        for (uint64_t i = 0; i < size; i++) {
            const uint8_t *leaf = f.leaves[i];
            assert_int_equal(proof_make_inclusion(hash_of, &f, i, size, &proof), 0);
            assert_int_equal(proof_check_inclusion(&proof, i, size, leaf, root), 0);
            assert_int_equal(proof_check_inclusion(&proof, i, size, f.leaves[(i + 1) % LEAVES],
                                                   root), ERR_CRYPTO);
            assert_int_equal(proof_check_inclusion(&proof, i + 1, size, leaf, root), ERR_CRYPTO);
            if (size == 1)
                continue;
            proof.hashes[i % proof.count][i % 32] ^= 1;
            assert_int_equal(proof_check_inclusion(&proof, i, size, leaf, root), ERR_CRYPTO);
            proof.hashes[i % proof.count][i % 32] ^= 1;
            proof.count--;
            assert_int_equal(proof_check_inclusion(&proof, i, size, leaf, root), ERR_CRYPTO);
            proof.count += 2;
            assert_int_equal(proof_check_inclusion(&proof, i, size, leaf, root), ERR_CRYPTO);
        }
    }
}

static void test_proof__every_growth(void **state)
{
    (void)state;
    static struct forest f;
    static struct proof proof;
    uint8_t root[32], old[32], other[32];
    plant(&f);
    root_of(&f, 1, LEAVES, other);
    for (uint64_t size = 1; size <= LEAVES; size++) {
        root_of(&f, 0, size, root);
        for (uint64_t from = 1; from <= size; from++) {
            root_of(&f, 0, from, old);
            assert_int_equal(proof_make_consistency(hash_of, &f, from, size, &proof), 0);
            assert_int_equal(proof_check_consistency(&proof, from, size, old, root), 0);
            assert_int_equal(proof_check_consistency(&proof, from, size, other, root), ERR_CRYPTO);
            assert_int_equal(proof_check_consistency(&proof, from, size, old, other), ERR_CRYPTO);
            assert_int_equal(proof_check_consistency(&proof, size + 1, size, old, root),
                             ERR_CRYPTO);
            if (from == size) {
                assert_int_equal(proof.count, 0);
                continue;
            }
            proof.hashes[from % proof.count][from % 32] ^= 1;
            assert_int_equal(proof_check_consistency(&proof, from, size, old, root), ERR_CRYPTO);
            proof.hashes[from % proof.count][from % 32] ^= 1;
            proof.count--;
            assert_int_equal(proof_check_consistency(&proof, from, size, old, root), ERR_CRYPTO);
        }
    }
}

static void test_proof__nothing_was_seen(void **state)
{
    (void)state;
    static struct forest f;
    static struct proof proof;
    uint8_t root[32] = { 0 };
    plant(&f);
    assert_int_equal(proof_make_consistency(hash_of, &f, 0, 9, &proof), 0);
    assert_int_equal(proof.count, 0);
    assert_int_equal(proof_check_consistency(&proof, 0, 9, root, root), 0);
    proof.count = 1;
    assert_int_equal(proof_check_consistency(&proof, 0, 9, root, root), ERR_CRYPTO);
    proof.count = TREE_DEPTH_MAX + 1;
    assert_int_equal(proof_check_consistency(&proof, 3, 9, root, root), ERR_CRYPTO);
    assert_int_equal(proof_check_inclusion(&proof, 3, 9, root, root), ERR_CRYPTO);
    proof.count = 0;
    assert_int_equal(proof_check_inclusion(&proof, 0, 0, root, root), ERR_CRYPTO);
}

/* A path that stops halfway at a node which is called the root: the size says it is too short. */
static void test_proof__a_path_that_is_too_short(void **state)
{
    (void)state;
    static struct forest f;
    static struct proof proof = { .count = 1 };
    uint8_t half[32];
    plant(&f);
    root_of(&f, 0, 2, half);
    memcpy(proof.hashes[0], f.leaves[1], 32);
    assert_int_equal(proof_check_inclusion(&proof, 0, 2, f.leaves[0], half), 0);
    assert_int_equal(proof_check_inclusion(&proof, 0, 4, f.leaves[0], half), ERR_CRYPTO);
    assert_int_equal(proof_check_inclusion(&proof, 0, 3, f.leaves[0], half), ERR_CRYPTO);
    proof.count = 0;
    assert_int_equal(proof_check_inclusion(&proof, 0, 2, half, half), ERR_CRYPTO);
}

static void test_proof__a_hash_that_cannot_be_read(void **state)
{
    (void)state;
    static struct forest f;
    static struct proof proof;
    plant(&f);
    for (f.fails_at = 1; f.fails_at < 4; f.fails_at++) {
        f.calls = 0;
        assert_int_equal(proof_make_inclusion(hash_of, &f, 5, 100, &proof), ERR_IO);
        f.calls = 0;
        assert_int_equal(proof_make_consistency(hash_of, &f, 37, 100, &proof), ERR_IO);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proof__every_leaf_of_every_tree),
        cmocka_unit_test(test_proof__every_growth),
        cmocka_unit_test(test_proof__nothing_was_seen),
        cmocka_unit_test(test_proof__a_path_that_is_too_short),
        cmocka_unit_test(test_proof__a_hash_that_cannot_be_read),
    };
    return RUN(tests);
}
