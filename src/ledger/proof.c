/* Proofs are made and checked over the same walk (RFC 6962 2.1.1 and 2.1.2, in the iterative form
 * of RFC 9162 2.1.3 for the checks): a range of leaves is a list of perfect subtrees, largest
 * first. */
#include "ledger/proof.h"

#include <stdbool.h>
#include <string.h>

#include "base/err.h"

/* The largest power of two below n; n > 1. */
static uint64_t split(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

struct maker {
    proof_hash_fn hash;
    void *ctx;
    struct proof *out;
};

/* The hash of leaves [from, to), joined from its perfect subtrees, smallest last. */
static int range_hash(const struct maker *m, uint64_t from, uint64_t to,
                      uint8_t out[TREE_HASH_BYTES])
{
    uint8_t hashes[TREE_DEPTH_MAX][TREE_HASH_BYTES];
    unsigned count = 0;
    while (from < to) {
        unsigned level = (unsigned)(63 - __builtin_clzll(to - from));
        if (from && (unsigned)__builtin_ctzll(from) < level)
            level = (unsigned)__builtin_ctzll(from);
        check(count < TREE_DEPTH_MAX);
        int r = m->hash(m->ctx, level, from >> level, hashes[count++]);
        if (r != 0)
            return r;
        from += (uint64_t)1 << level;
    }
    check(count > 0);
    memcpy(out, hashes[count - 1], TREE_HASH_BYTES);
    for (unsigned i = count - 1; i-- > 0;)
        tree_node(hashes[i], out, out);
    return 0;
}

static int add(const struct maker *m, uint64_t from, uint64_t to)
{
    check(m->out->count < TREE_DEPTH_MAX);
    return range_hash(m, from, to, m->out->hashes[m->out->count++]);
}

/* Siblings come from the top down; proofs list them from the bottom up. */
static void reverse(struct proof *proof)
{
    uint8_t hash[TREE_HASH_BYTES];
    for (uint32_t i = 0, j = proof->count; i + 1 < j; i++) {
        j--;
        memcpy(hash, proof->hashes[i], sizeof(hash));
        memcpy(proof->hashes[i], proof->hashes[j], sizeof(hash));
        memcpy(proof->hashes[j], hash, sizeof(hash));
    }
}

int proof_make_inclusion(proof_hash_fn hash, void *ctx, uint64_t index, uint64_t size,
                         struct proof *out)
{
    struct maker m = { .hash = hash, .ctx = ctx, .out = out };
    uint64_t from = 0, to = size;
    check(index < size);
    out->count = 0;
    while (to - from > 1) {
        uint64_t middle = from + split(to - from);
        int r = index < middle ? add(&m, middle, to) : add(&m, from, middle);
        if (r != 0)
            return r;
        if (index < middle)
            to = middle;
        else
            from = middle;
    }
    reverse(out);
    return 0;
}

int proof_make_consistency(proof_hash_fn hash, void *ctx, uint64_t old_size, uint64_t size,
                           struct proof *out)
{
    struct maker m = { .hash = hash, .ctx = ctx, .out = out };
    uint64_t from = 0, to = size;
    bool is_known = true; /* the old tree is exactly [from, to): its root is the checker's */
    check(old_size <= size);
    out->count = 0;
    if (old_size == 0 || old_size == size)
        return 0;
    while (old_size != to) {
        uint64_t middle = from + split(to - from);
        int r = old_size <= middle ? add(&m, middle, to) : add(&m, from, middle);
        if (r != 0)
            return r;
        if (old_size <= middle) {
            to = middle;
        } else {
            from = middle;
            is_known = false;
        }
    }
    if (!is_known) {
        int r = add(&m, from, to);
        if (r != 0)
            return r;
    }
    reverse(out);
    return 0;
}

/* ---- checking: RFC 9162 2.1.3.2 and 2.1.4.2 -------------------------------------------------- */

int proof_check_inclusion(const struct proof *proof, uint64_t index, uint64_t size,
                          const uint8_t leaf[TREE_HASH_BYTES], const uint8_t root[TREE_HASH_BYTES])
{
    uint8_t hash[TREE_HASH_BYTES];
    if (index >= size || proof->count > TREE_DEPTH_MAX)
        return ERR_CRYPTO;
    uint64_t fn = index, sn = size - 1;
    memcpy(hash, leaf, sizeof(hash));
    for (uint32_t i = 0; i < proof->count; i++) {
        if (sn == 0)
            return ERR_CRYPTO;
        if ((fn & 1) || fn == sn) {
            tree_node(proof->hashes[i], hash, hash);
            for (; !(fn & 1) && fn != 0; fn >>= 1)
                sn >>= 1;
        } else {
            tree_node(hash, proof->hashes[i], hash);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && memcmp(hash, root, sizeof(hash)) == 0 ? 0 : ERR_CRYPTO;
}

static int climb(const struct proof *proof, uint64_t old_size, uint64_t size,
                 uint8_t old_hash[TREE_HASH_BYTES], uint8_t hash[TREE_HASH_BYTES])
{
    bool is_power = (old_size & (old_size - 1)) == 0;
    uint64_t fn = old_size - 1, sn = size - 1;
    uint32_t i = 0;
    if (!is_power && proof->count == 0)
        return ERR_CRYPTO;
    for (; fn & 1; fn >>= 1)
        sn >>= 1;
    if (!is_power) {
        memcpy(old_hash, proof->hashes[0], TREE_HASH_BYTES);
        i = 1;
    }
    memcpy(hash, old_hash, TREE_HASH_BYTES);
    for (; i < proof->count; i++) {
        if (sn == 0)
            return ERR_CRYPTO;
        if ((fn & 1) || fn == sn) {
            tree_node(proof->hashes[i], old_hash, old_hash);
            tree_node(proof->hashes[i], hash, hash);
            for (; !(fn & 1) && fn != 0; fn >>= 1)
                sn >>= 1;
        } else {
            tree_node(hash, proof->hashes[i], hash);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 ? 0 : ERR_CRYPTO;
}

int proof_check_consistency(const struct proof *proof, uint64_t old_size, uint64_t size,
                            const uint8_t old_root[TREE_HASH_BYTES],
                            const uint8_t root[TREE_HASH_BYTES])
{
    uint8_t old_hash[TREE_HASH_BYTES], hash[TREE_HASH_BYTES];
    if (old_size > size || proof->count > TREE_DEPTH_MAX)
        return ERR_CRYPTO;
    if (old_size == 0)
        return proof->count == 0 ? 0 : ERR_CRYPTO;
    if (old_size == size)
        return proof->count == 0 && memcmp(old_root, root, sizeof(hash)) == 0 ? 0 : ERR_CRYPTO;
    memcpy(old_hash, old_root, sizeof(old_hash));
    int r = climb(proof, old_size, size, old_hash, hash);
    if (r != 0)
        return r;
    return memcmp(old_hash, old_root, sizeof(hash)) == 0 && memcmp(hash, root, sizeof(hash)) == 0
               ? 0 : ERR_CRYPTO;
}
