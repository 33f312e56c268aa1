/* What zone.c tells zone_buckets.c beyond zone.h. */
#ifndef ZONE_ZONE_INTERNAL_H
#define ZONE_ZONE_INTERNAL_H

#include "zone/zone.h"

/* The first instant after utc_s at which the offset may change; INT64_MAX when it never does. */
int64_t zone_next_change_s(const struct zone *zone, int64_t utc_s);

#endif
