/* What was sealed lately, so that a person's name is not sealed again with every event. A bounded
 * set of keyed tags (never refs, never values), in two generations: nothing in it is older than
 * SEAL_CACHE_LIFE_MS. Not safe for two threads at once: the sealer locks. */
#ifndef INGEST_SEAL_CACHE_H
#define INGEST_SEAL_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#ifndef SEAL_CACHE_LIFE_MS
#define SEAL_CACHE_LIFE_MS (10 * 60 * 1000)
#endif

/* Two generations of 2^17: never more than 2^18 refs stand behind the tags. */
enum { SEAL_CACHE_GENERATION = 1 << 17 };

struct seal_cache;

struct seal_cache *seal_cache_create(void);
void seal_cache_destroy(struct seal_cache *cache);  /* wipes */
bool seal_cache_has(const struct seal_cache *cache, uint64_t tag);
void seal_cache_add(struct seal_cache *cache, uint64_t tag, uint64_t now_ms);
void seal_cache_expire(struct seal_cache *cache, uint64_t now_ms);

#endif
