/* Pages and roots of the key store, to the byte and without a file (docs/formats/key-store.md).
 *
 *   page  "AMKP" u8 1 | level u8 | zero 2 | page u32 | generation u64 | nonce 24 | box of 120 keys
 *   root  "AMKR" u8 1 | generation u64 | custody u8 | root page u32 | wrapped root key | SHA-256
 *
 * Both take 4,096 bytes, zeros behind. A page is bound to its level, number and generation. */
#ifndef VAULT_INSIDE_KEY_PAGE_H
#define VAULT_INSIDE_KEY_PAGE_H

#include <stdint.h>

#include "base/check.h"

enum {
    KEY_PAGE_BYTES = 4096,
    KEY_PAGE_SLOTS = 120,
    KEY_PAGE_KEY_BYTES = 32,
    KEY_PAGE_AD_BYTES = 20,
    KEY_PAGE_USED_BYTES = KEY_PAGE_AD_BYTES + 24 + KEY_PAGE_SLOTS * KEY_PAGE_KEY_BYTES + 16,
    KEY_ROOT_AD_BYTES = 18,
    KEY_ROOT_USED_BYTES = KEY_ROOT_AD_BYTES + 24 + KEY_PAGE_KEY_BYTES + 16 + 32,
    KEY_LEVEL_MAX = 5, /* 120^6 slots are more than u32 pages can hold */
};

enum key_custody { KEY_CUSTODY_FILE = 0 };

struct key_page_head {
    uint8_t level;
    uint32_t page;
    uint64_t generation;
};

/* All secret: callers keep it in locked memory. */
struct key_page_keys {
    uint8_t slots[KEY_PAGE_SLOTS][KEY_PAGE_KEY_BYTES];
};

void key_page_encode(const struct key_page_head *head, const uint8_t key[32],
                     const struct key_page_keys *keys, uint8_t out[KEY_PAGE_BYTES]);
/* ERR_INVALID: not a page. */
int key_page_decode_head(const uint8_t page[KEY_PAGE_BYTES], struct key_page_head *head) MUST_USE;
/* ERR_CRYPTO when this key does not open it; *keys is zero then. */
int key_page_open(const uint8_t page[KEY_PAGE_BYTES], const uint8_t key[32],
                  struct key_page_keys *keys) MUST_USE;

struct key_root {
    uint64_t generation;
    uint8_t custody;
    uint32_t page;
};

void key_root_encode(const struct key_root *root, const uint8_t custody_secret[32],
                     const uint8_t key[32], uint8_t out[KEY_PAGE_BYTES]);
/* ERR_INVALID: torn or never written. ERR_UNSUPPORTED: whole, but of a version or custody that this
 * build does not know. */
int key_root_decode(const uint8_t bytes[KEY_PAGE_BYTES], struct key_root *root) MUST_USE;
/* The root key of a slot that decodes. ERR_CRYPTO: not this custody secret. */
int key_root_open(const uint8_t bytes[KEY_PAGE_BYTES], const uint8_t custody_secret[32],
                  uint8_t key[32]) MUST_USE;

#endif
