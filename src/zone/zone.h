/* Time zones without the C library's process-global one: TZif files (RFC 9636) with the POSIX
 * footer rule for the years after them. Pure but for zone_load, which reads one file of a tree
 * (Debian's /usr/share/zoneinfo, handed as a directory). A zone never changes once made. */
#ifndef ZONE_ZONE_H
#define ZONE_ZONE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "sys/file.h"

struct zone;

enum zone_unit {
    ZONE_MINUTE, ZONE_HOUR, ZONE_DAY, ZONE_WEEK, ZONE_MONTH, ZONE_ALL,
};

/* "Asia/Riyadh" from the tree; "UTC" needs no file (files may be NULL then). ERR_NOT_FOUND for a
 * name that is none (also "..", absolute paths, over 64 bytes), ERR_INVALID for a file that is no
 * TZif. */
int zone_load(struct fs *files, struct str name, struct zone **out) MUST_USE;
/* From the bytes of a TZif file, version 1 to 4. ERR_INVALID. */
int zone_parse(struct str tzif, struct zone **out) MUST_USE;
void zone_destroy(struct zone *zone);              /* NULL is fine */

/* Seconds east of UTC at an instant. */
int32_t zone_offset_s(const struct zone *zone, int64_t utc_s);
/* The first instant at which the wall shows local_s or later: in a gap the end of the gap, in an
 * overlap the earlier of the two. local_s = seconds since 1970 as the wall shows them. */
int64_t zone_instant_s(const struct zone *zone, int64_t local_s);

/* One bucket of a report: [from_s, to_s) and its label: "2025-11-01" for day, week (its first
 * day) and month (its first day); "2025-11-01T13:00:00" for hour and minute, and with the offset
 * behind it ("…-05:00") where the wall shows that hour a second time; `all` bears the from day. */
struct zone_bucket {
    int64_t from_s;
    int64_t to_s;
    struct str label;
};

struct zone_buckets {
    struct zone_bucket *buckets;  /* ascending, touching; labels and array in the arena */
    uint32_t count;
};

/* The buckets of [from_day, to_day], days since 1970, both inclusive, in the zone. Weeks and months
 * begin where they begin, but the first bucket's from_s and the last one's to_s are cut to the
 * asked days. week_start: 1 = Monday … 7 = Sunday. A day that the zone skips has no bucket.
 * ERR_TOO_LARGE over `max` buckets, ERR_NOMEM. */
int zone_make_buckets(const struct zone *zone, int64_t from_day, int64_t to_day,
                      enum zone_unit unit, uint32_t week_start, uint32_t max,
                      struct arena *arena, struct zone_buckets *out) MUST_USE;

#endif
