/* The vault's shares: one random key a subject, found by slot number, in a tree of encrypted pages
 * whose root key only the custody secret opens. Files: keystore.pages and keystore.roots, in the
 * vault's folder of keys, never in a backup of the data.
 *
 *   - A share that key_store_sync confirmed is there after any crash. A page is never overwritten
 *     where it lies: each has two places, and a change goes to the one that is not in force.
 *   - The first failed write or sync makes the store dead: ERR_IO for good.
 *   - A new subject touches the last leaf and, once in 120, the pages above it: nothing is
 *     rewritten when the store grows.
 *
 * One thread. docs/formats/key-store.md has the bytes, and what erasing will add. */
#ifndef VAULT_INSIDE_KEY_STORE_H
#define VAULT_INSIDE_KEY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "sys/file.h"

enum {
    KEY_STORE_SHARE_BYTES = 32,
    /* New shares between two syncs: all their pages stay in memory until then. */
    KEY_STORE_PENDING_MAX = 16384,
};

#define KEY_STORE_PAGES "keystore.pages"
#define KEY_STORE_ROOTS "keystore.roots"

struct key_store;

/* Makes the store when there is none and may_create. ERR_NOT_FOUND: there is none. ERR_CORRUPT,
 * ERR_CRYPTO (not this custody secret), ERR_UNSUPPORTED. fs outlives the store. */
int key_store_open(struct fs *fs, const uint8_t custody[32], bool may_create,
                   struct key_store **out) MUST_USE;
void key_store_close(struct key_store *store);      /* NULL is fine; wipes */

/* Slots ever given out: the next one's number. */
uint64_t key_store_count(const struct key_store *store);
/* Given out and not yet synced. */
uint32_t key_store_pending(const struct key_store *store);
/* A fresh share and its slot, durable after the next key_store_sync. ERR_FULL, ERR_IO,
 * ERR_CORRUPT. */
int key_store_add(struct key_store *store, uint8_t share[KEY_STORE_SHARE_BYTES],
                  uint64_t *slot) MUST_USE;
/* ERR_NOT_FOUND: the slot is empty. */
int key_store_read(struct key_store *store, uint64_t slot,
                   uint8_t share[KEY_STORE_SHARE_BYTES]) MUST_USE;
int key_store_sync(struct key_store *store) MUST_USE;

/* Where pages lie (pure; the format's arithmetic): how many there are of all levels when there are
 * that many leaves, and the number of page `index` of a level. */
uint64_t key_store_page_count(uint64_t leaves);
uint64_t key_store_page_number(uint8_t level, uint64_t index);

#endif
