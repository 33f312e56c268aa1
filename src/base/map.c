#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

struct map_slot {
    struct str key; /* ptr NULL = empty */
    uint64_t hash;
    uint32_t value;
};

static uint64_t map_seed_value = 0x616d616e61u;

void map_seed(uint64_t seed)
{
    map_seed_value = seed;
}

void map_release(struct map *m)
{
    free(m->slots);
    arena_release(&m->keys);
    *m = (struct map){ 0 };
}

void map_reset(struct map *m)
{
    if (m->slots)
        memset(m->slots, 0, m->slot_count * sizeof(*m->slots));
    m->count = 0;
    arena_reset(&m->keys);
}

static struct map_slot *probe(const struct map *m, struct str key, uint64_t hash)
{
    for (size_t i = (size_t)hash & (m->slot_count - 1);; i = (i + 1) & (m->slot_count - 1)) {
        struct map_slot *slot = &m->slots[i];
        if (!slot->key.ptr || (slot->hash == hash && str_equal(slot->key, key)))
            return slot;
    }
}

static void grow(struct map *m)
{
    struct map_slot *old = m->slots;
    size_t old_count = m->slot_count;
    m->slot_count = old_count ? old_count * 2 : 32;
    m->slots = calloc(m->slot_count, sizeof(*m->slots));
    check(m->slots != NULL);
    for (size_t i = 0; i < old_count; i++)
        if (old[i].key.ptr)
            *probe(m, old[i].key, old[i].hash) = old[i];
    free(old);
}

uint32_t *map_find(const struct map *m, struct str key)
{
    if (m->count == 0)
        return NULL;
    struct map_slot *slot = probe(m, key, hash_64_seeded(key.ptr, key.len, map_seed_value));
    return slot->key.ptr ? &slot->value : NULL;
}

uint32_t *map_put(struct map *m, struct str key, uint32_t initial, bool *is_new)
{
    if (m->count * 4 >= m->slot_count * 3)
        grow(m);
    uint64_t hash = hash_64_seeded(key.ptr, key.len, map_seed_value);
    struct map_slot *slot = probe(m, key, hash);
    if (is_new)
        *is_new = !slot->key.ptr;
    if (!slot->key.ptr) {
        struct str copy = arena_copy(&m->keys, key);
        check(copy.ptr != NULL);
        *slot = (struct map_slot){ .key = copy, .hash = hash, .value = initial };
        m->count++;
    }
    return &slot->value;
}

bool map_next(const struct map *m, size_t *cursor, struct str *key, uint32_t *value)
{
    while (*cursor < m->slot_count) {
        struct map_slot *slot = &m->slots[(*cursor)++];
        if (slot->key.ptr) {
            *key = slot->key;
            *value = slot->value;
            return true;
        }
    }
    return false;
}
