/* The question (query-spec.md): what POST /api/query, the command line and Mixpanel-shaped
 * parameters all become, and what every backend answers. Lies in the arena it was parsed into;
 * never changes. */
#ifndef QUERY_SPEC_H
#define QUERY_SPEC_H

#include <stdint.h>

#include "base/str.h"
#include "query/operand.h"
#include "query/selector.h"
#include "zone/zone.h"

enum {
    SPEC_SHOW_MAX = 26,            /* A to Z */
    SPEC_EVENTS_MAX = 64,          /* of one row: "any of" */
    SPEC_BY_MAX = 4,
    SPEC_EDGES_MAX = 100,
    SPEC_LIMIT_DEFAULT = 20,
    SPEC_LIMIT_MAX = 10000,
    SPEC_BUCKETS_MAX = 50000,
    SPEC_TEXT_MAX = 256 * 1024,
};

enum spec_report { SPEC_SEGMENTATION = 1 };
enum spec_measure { SPEC_TOTAL = 1, SPEC_UNIQUE, SPEC_SUM };

struct spec_show {
    struct str name;               /* of the series: the event's name, "$any", or "A, B" */
    const struct str *events;
    uint32_t event_count;          /* 0 = any event */
    enum spec_measure measure;
    struct operand property;       /* of SPEC_SUM */
    const struct selector *where;  /* NULL = all; beside spec.where */
};

struct spec_by {
    struct operand operand;
    const double *edges;           /* ascending; a number falls in [edge i, edge i+1) */
    uint32_t edge_count;           /* 0 = by value */
};

struct spec {
    uint64_t project;              /* 0 = the asker's */
    enum spec_report report;
    enum zone_unit unit;
    int64_t from_day;              /* days since 1970 in the zone, both inclusive */
    int64_t to_day;
    struct str zone;               /* empty = the project's */
    const struct spec_show *show;
    uint32_t show_count;
    const struct spec_by *by;
    uint32_t by_count;
    uint32_t limit;                /* groups of each row; the rest is $other */
    const struct selector *where;
};

#endif
