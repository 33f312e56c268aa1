/* XXH3-64, for checksums against accidents and for tables over keys that no stranger chooses.
 * For keys that a stranger chooses use struct map, which is seeded per process. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_64(const void *ptr, size_t len);
uint64_t hash_64_seeded(const void *ptr, size_t len, uint64_t seed);
uint64_t hash_mix_u64(uint64_t v); /* a cheap bijective mix of one number */

#endif
