/* A set of 128-bit marks: SipHash-2-4-128 of a case under a key that is drawn at each start and
 * never leaves. No text lies here, nothing about a personal value, and no stranger can search for
 * two texts of one mark, because he never sees a mark.
 *
 * A false hit would let one personal value be stored open. With the table full, a value's chance of
 * it is 2^16 / 2^128; at ten million values a second for ten years, 2^-60 altogether.
 *
 * The project's class of the name is part of the case, so a changed lexicon asks for other marks:
 * nothing has to be thrown away.
 *
 * The halves of a slot are written one by one, so a slot can hold the first of one mark and the
 * second of another. Both stand for plain texts; for a third text both must agree by chance, which
 * is the same 128 bits. Hits write nothing, so the cores share the table's memory. */
#include "ingest/plain_cache.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/random.h"

enum { WAYS = 4, SETS = PLAIN_CACHE_SLOTS / WAYS };

struct slot {
    _Atomic uint64_t half[2];   /* both 0 = empty */
};

struct plain_cache {
    uint8_t key[HASH_SIP_KEY_BYTES];
    _Atomic uint32_t added;
    struct slot *slots;
};

struct plain_cache *plain_cache_create(void)
{
    struct plain_cache *cache = calloc(1, sizeof(*cache));
    check(cache != NULL);
    cache->slots = calloc(PLAIN_CACHE_SLOTS, sizeof(*cache->slots));
    check(cache->slots != NULL);
    random_bytes(cache->key, sizeof(cache->key));
    return cache;
}

void plain_cache_destroy(struct plain_cache *cache)
{
    if (!cache)
        return;
    hash_wipe(cache->key, sizeof(cache->key));
    free(cache->slots);
    free(cache);
}

struct plain_key plain_cache_key(const struct plain_cache *cache, const struct plain_case *about)
{
    uint8_t text[4 + 2 * PLAIN_CACHE_TEXT_MAX], mark[16];
    struct plain_key key;
    size_t len = 0;
    check(about->name.len <= PLAIN_CACHE_TEXT_MAX && about->text.len <= PLAIN_CACHE_TEXT_MAX);
    text[len++] = (uint8_t)about->kind;
    text[len++] = (uint8_t)about->class;
    text[len++] = (uint8_t)about->name.len;   /* so that no two cases have the same bytes */
    if (about->name.len)
        memcpy(text + len, about->name.ptr, about->name.len);
    len += about->name.len;
    if (about->text.len)
        memcpy(text + len, about->text.ptr, about->text.len);
    len += about->text.len;
    hash_sip128(cache->key, str_of(text, len), mark);
    memcpy(key.half, mark, sizeof(mark));
    return key;
}

static struct slot *set_of(const struct plain_cache *cache, const struct plain_key *key)
{
    return &cache->slots[key->half[0] % SETS * WAYS];
}

bool plain_cache_has(const struct plain_cache *cache, const struct plain_key *key)
{
    struct slot *set = set_of(cache, key);
    for (int i = 0; i < WAYS; i++)
        if (atomic_load_explicit(&set[i].half[0], memory_order_relaxed) == key->half[0] &&
            atomic_load_explicit(&set[i].half[1], memory_order_relaxed) == key->half[1])
            return true;
    return false;
}

/* In an empty place of its set, else in that of any other: what recurs comes back. */
void plain_cache_add(struct plain_cache *cache, const struct plain_key *key)
{
    struct slot *set = set_of(cache, key);
    uint32_t at = atomic_fetch_add_explicit(&cache->added, 1, memory_order_relaxed) % WAYS;
    for (uint32_t i = 0; i < WAYS; i++) {
        if (atomic_load_explicit(&set[i].half[0], memory_order_relaxed) == 0) {
            at = i;
            break;
        }
    }
    atomic_store_explicit(&set[at].half[0], key->half[0], memory_order_relaxed);
    atomic_store_explicit(&set[at].half[1], key->half[1], memory_order_relaxed);
}
