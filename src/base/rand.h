/* A seeded, repeatable generator for tests, samples and jitter (xoshiro256**, Blackman and Vigna).
 * Never for secrets: those come from crypto/random. */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stdint.h>

struct rand {
    uint64_t state[4];
};

void rand_init(struct rand *r, uint64_t seed);
uint64_t rand_u64(struct rand *r);
uint64_t rand_below(struct rand *r, uint64_t bound); /* 0 to bound-1; bound > 0 */
double rand_unit(struct rand *r);                    /* [0, 1) */

#endif
