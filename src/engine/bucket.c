#include "engine/bucket.h"

#include "base/check.h"

/* Buckets are nearly of one length, so the place is guessed and then mended by a step or two (days
 * of 23 hours, months of 28 days). */
uint32_t bucket_of(const struct zone_buckets *buckets, uint32_t near, int64_t t)
{
    const struct zone_bucket *all = buckets->buckets;
    if (t >= all[near].from_s && t < all[near].to_s)
        return near;
    int64_t from = all[0].from_s, to = all[buckets->count - 1].to_s;
    check(t >= from && t < to);
    uint32_t at = (uint32_t)((double)(t - from) / (double)(to - from) * buckets->count);
    if (at >= buckets->count)
        at = buckets->count - 1;
    while (t < all[at].from_s)
        at--;
    while (t >= all[at].to_s)
        at++;
    return at;
}
