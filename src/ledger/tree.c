#include "ledger/tree.h"

#include <string.h>

#include "crypto/hash.h"

/* Entries of version 1 have 112 bytes; longer ones of others are hashed in parts. */
enum { LEAF_FAST_MAX = 255 };

void tree_leaf(struct str entry, uint8_t out[TREE_HASH_BYTES])
{
    uint8_t leaf[1 + LEAF_FAST_MAX] = { 0x00 };
    if (entry.len <= LEAF_FAST_MAX) {
        if (entry.len)
            memcpy(leaf + 1, entry.ptr, entry.len);
        hash_sha256_fast(leaf, 1 + entry.len, out);
        return;
    }
    const struct str parts[] = { str_of("\0", 1), entry };
    hash_sha256_parts(parts, 2, out);
}

void tree_node(const uint8_t left[TREE_HASH_BYTES], const uint8_t right[TREE_HASH_BYTES],
               uint8_t out[TREE_HASH_BYTES])
{
    uint8_t pair[1 + 2 * TREE_HASH_BYTES] = { 0x01 };
    memcpy(pair + 1, left, TREE_HASH_BYTES);
    memcpy(pair + 1 + TREE_HASH_BYTES, right, TREE_HASH_BYTES);
    hash_sha256_fast(pair, sizeof(pair), out);
}

void tree_empty(uint8_t out[TREE_HASH_BYTES])
{
    hash_sha256_fast("", 0, out);
}

/* Adding one is counting in binary: each carry joins the two smallest subtrees. */
void tree_edge_add(struct tree_edge *edge, const uint8_t leaf[TREE_HASH_BYTES])
{
    uint8_t hash[TREE_HASH_BYTES];
    unsigned top = (unsigned)__builtin_popcountll(edge->size);
    memcpy(hash, leaf, sizeof(hash));
    for (uint64_t size = edge->size; size & 1; size >>= 1)
        tree_node(edge->roots[--top], hash, hash);
    memcpy(edge->roots[top], hash, sizeof(hash));
    edge->size++;
}

void tree_edge_root(const struct tree_edge *edge, uint8_t out[TREE_HASH_BYTES])
{
    unsigned count = (unsigned)__builtin_popcountll(edge->size);
    if (count == 0) {
        tree_empty(out);
        return;
    }
    memcpy(out, edge->roots[count - 1], TREE_HASH_BYTES);
    for (unsigned i = count - 1; i-- > 0;)
        tree_node(edge->roots[i], out, out);
}
