#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_64(const void *ptr, size_t len)
{
    return XXH3_64bits(ptr, len);
}

uint64_t hash_64_seeded(const void *ptr, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(ptr, len, seed);
}

/* splitmix64's finaliser (Steele, Lea, Flood 2014). */
uint64_t hash_mix_u64(uint64_t v)
{
    v ^= v >> 30;
    v *= 0xbf58476d1ce4e5b9u;
    v ^= v >> 27;
    v *= 0x94d049bb133111ebu;
    return v ^ (v >> 31);
}
