/* Which bucket of a report an instant lies in. */
#ifndef ENGINE_BUCKET_H
#define ENGINE_BUCKET_H

#include <stdint.h>

#include "zone/zone.h"

/* The bucket of t, in seconds, which must lie in the whole range; `near` is a first guess, such as
 * the bucket of the row before. Edges are whole seconds: a row's milliseconds cannot matter. */
uint32_t bucket_of(const struct zone_buckets *buckets, uint32_t near, int64_t t);

#endif
