/* Audit and consistency proofs of RFC 6962 2.1, made from whatever has the hashes of perfect
 * subtrees, and checked with nothing but SHA-256. Pure. */
#ifndef LEDGER_PROOF_H
#define LEDGER_PROOF_H

#include <stdint.h>

#include "base/check.h"
#include "ledger/tree.h"

struct proof {
    uint32_t count;
    uint8_t hashes[TREE_DEPTH_MAX][TREE_HASH_BYTES];
};

/* The hash of the perfect subtree over leaves [index << level, (index + 1) << level). ERR_*. */
typedef int (*proof_hash_fn)(void *ctx, unsigned level, uint64_t index,
                             uint8_t out[TREE_HASH_BYTES]);

int proof_make_inclusion(proof_hash_fn hash, void *ctx, uint64_t index, uint64_t size,
                         struct proof *out) MUST_USE;
/* old_size 0: no hashes, always consistent. */
int proof_make_consistency(proof_hash_fn hash, void *ctx, uint64_t old_size, uint64_t size,
                           struct proof *out) MUST_USE;
/* ERR_CRYPTO when it does not hold. */
int proof_check_inclusion(const struct proof *proof, uint64_t index, uint64_t size,
                          const uint8_t leaf[TREE_HASH_BYTES],
                          const uint8_t root[TREE_HASH_BYTES]) MUST_USE;
int proof_check_consistency(const struct proof *proof, uint64_t old_size, uint64_t size,
                            const uint8_t old_root[TREE_HASH_BYTES],
                            const uint8_t root[TREE_HASH_BYTES]) MUST_USE;

#endif
