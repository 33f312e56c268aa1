#include "ingest/seal_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"

enum { SLOTS = SEAL_CACHE_GENERATION * 2, HALF_LIFE_MS = SEAL_CACHE_LIFE_MS / 2 };

struct generation {
    uint64_t *slots;      /* 0 = empty */
    uint32_t count;
    uint64_t began_ms;
};

struct seal_cache {
    struct generation young;
    struct generation old;
};

struct seal_cache *seal_cache_create(void)
{
    struct seal_cache *cache = calloc(1, sizeof(*cache));
    check(cache != NULL);
    cache->young.slots = calloc(SLOTS, sizeof(uint64_t));
    cache->old.slots = calloc(SLOTS, sizeof(uint64_t));
    check(cache->young.slots != NULL && cache->old.slots != NULL);
    return cache;
}

static void clear(struct generation *g, uint64_t now_ms)
{
    if (g->count)
        explicit_bzero(g->slots, SLOTS * sizeof(uint64_t));
    g->count = 0;
    g->began_ms = now_ms;
}

void seal_cache_destroy(struct seal_cache *cache)
{
    if (!cache)
        return;
    clear(&cache->young, 0);
    clear(&cache->old, 0);
    free(cache->young.slots);
    free(cache->old.slots);
    free(cache);
}

static uint64_t *probe(const struct generation *g, uint64_t tag)
{
    uint64_t *slot = &g->slots[hash_mix_u64(tag) % SLOTS];
    while (*slot && *slot != tag)
        slot = slot + 1 == g->slots + SLOTS ? g->slots : slot + 1;
    return slot;
}

bool seal_cache_has(const struct seal_cache *cache, uint64_t tag)
{
    return tag && (*probe(&cache->young, tag) || *probe(&cache->old, tag));
}

/* The young become the old, and the old are forgotten: what is in `old` was added within the half
 * life before `young` began, so all of it is younger than the life. */
static void rotate(struct seal_cache *cache, uint64_t now_ms)
{
    struct generation forgotten = cache->old;
    cache->old = cache->young;
    cache->young = forgotten;
    clear(&cache->young, now_ms);
}

void seal_cache_expire(struct seal_cache *cache, uint64_t now_ms)
{
    uint64_t age_ms = now_ms - cache->young.began_ms;
    if (age_ms >= HALF_LIFE_MS)
        rotate(cache, now_ms);
    if (age_ms >= 2 * HALF_LIFE_MS)
        rotate(cache, now_ms);
}

void seal_cache_add(struct seal_cache *cache, uint64_t tag, uint64_t now_ms)
{
    seal_cache_expire(cache, now_ms);
    if (cache->young.count == SEAL_CACHE_GENERATION)
        rotate(cache, now_ms);
    uint64_t *slot = tag ? probe(&cache->young, tag) : NULL;
    if (slot && !*slot) {
        *slot = tag;
        cache->young.count++;
    }
}
