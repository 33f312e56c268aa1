/* An answer, as every backend gives it: series over the buckets of the question. Lies in the arena
 * of the ask. */
#ifndef QUERY_RESULT_H
#define QUERY_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "event/value.h"
#include "query/spec.h"
#include "zone/zone.h"

/* One value of a series' group: a value (VALUE_REF shows as "(sealed)"), absent (null), or what
 * was folded ("$other"). With edges: the text "0 - 10", "100 -", or null. */
struct result_group {
    bool is_other;
    bool is_absent;
    struct value value;
};

struct result_series {
    struct str name;
    struct result_group by[SPEC_BY_MAX];
    double *points;               /* one a bucket */
};

struct result {
    const struct spec *spec;
    struct zone_buckets buckets;
    struct result_series *series; /* rows in the question's order; within a row by total, largest
                                     first, ties by the group's JSON; $other last */
    uint32_t series_count;
    uint64_t rows_scanned;
    int64_t until_ms;             /* the newest event it saw; 0 = none */
    uint32_t folded;              /* groups folded for privacy */
};

/* {"series":[{"name","by":[…],"points":[["2025-11-01",812],…]}],"computed_ms","rows_scanned",
 * "until"} and, where it is not 0, "folded". */
void result_write_json(const struct result *result, double computed_ms, struct bytes *out);

#endif
