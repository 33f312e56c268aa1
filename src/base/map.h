/* struct map: bytes → u32, keys copied into the map. Open addressing, hash seeded per process, so
 * that keys chosen by a stranger cannot be aimed at one slot. Entries are never removed singly.
 * Zero-initialised is empty and legal. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct map_slot;

struct map {
    struct map_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
    struct arena keys;
};

void map_release(struct map *m);
void map_reset(struct map *m);
/* The value's place, valid until the next map_put; NULL when the key is absent. */
uint32_t *map_find(const struct map *m, struct str key);
/* The value's place, made with `initial` when absent; *is_new (may be NULL) tells. */
uint32_t *map_put(struct map *m, struct str key, uint32_t initial, bool *is_new);
/* Walks all entries in no order: *cursor starts at 0. The key is borrowed from the map. */
bool map_next(const struct map *m, size_t *cursor, struct str *key, uint32_t *value);
/* Sets the seed of all maps made afterwards; called once at program start with random bits. */
void map_seed(uint64_t seed);

#endif
