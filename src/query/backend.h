/* Who can answer a question: engine/ over the store today, clickhouse/ later. */
#ifndef QUERY_BACKEND_H
#define QUERY_BACKEND_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/check.h"
#include "query/result.h"
#include "query/spec.h"
#include "zone/zone.h"

struct backend_ask {
    const struct spec *spec;
    const struct zone *zone;
    uint32_t week_start;            /* 1 = Monday … 7 = Sunday */
    uint32_t fold_under;            /* groups of fewer people are folded; 0 = none are */
    uint32_t threads;
    struct arena *arena;            /* of the answer */
    const _Atomic bool *cancelled;  /* NULL = nobody cancels */
};

struct backend;

struct backend_ops {
    /* 0, ERR_TOO_LARGE (over the query's memory or groups), ERR_CANCELLED, ERR_IO, ERR_CORRUPT. */
    int (*segmentation)(struct backend *backend, const struct backend_ask *ask,
                        struct result *out);
};

struct backend { const struct backend_ops *ops; };

#endif
