/* The Merkle tree of RFC 6962 over SHA-256: leaf = H(0x00 | entry), node = H(0x01 | left | right),
 * the empty tree H(""). Split at the largest power of two below the size. Pure. */
#ifndef LEDGER_TREE_H
#define LEDGER_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"

enum { TREE_HASH_BYTES = 32, TREE_DEPTH_MAX = 64 };

void tree_leaf(struct str entry, uint8_t out[TREE_HASH_BYTES]);
void tree_node(const uint8_t left[TREE_HASH_BYTES], const uint8_t right[TREE_HASH_BYTES],
               uint8_t out[TREE_HASH_BYTES]);
void tree_empty(uint8_t out[TREE_HASH_BYTES]);

/* A tree as it grows: the roots of its perfect subtrees, largest first. Zero-initialised: empty. */
struct tree_edge {
    uint64_t size;
    uint8_t roots[TREE_DEPTH_MAX][TREE_HASH_BYTES];
};
void tree_edge_add(struct tree_edge *edge, const uint8_t leaf[TREE_HASH_BYTES]);
void tree_edge_root(const struct tree_edge *edge, uint8_t out[TREE_HASH_BYTES]);

#endif
