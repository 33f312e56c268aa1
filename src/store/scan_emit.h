/* One want's rows of one block: gathered, filtered, with their payloads, into arrays that grow. */
#ifndef STORE_SCAN_EMIT_H
#define STORE_SCAN_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/gather.h"
#include "store/scan.h"
#include "store/scan_source.h"

/* A want against what is pinned; shared by the threads. */
struct scan_plan {
    const struct scan_want *want;
    struct gather_source *sources;
    uint32_t source_count;
    struct scan_cell_source *filter;  /* [source * filter_count + i] */
    uint32_t filter_count;
    struct scan_cell_source *pay;     /* [source * pay_count + i] */
    uint32_t *names;                  /* by source: code of the event's name; NULL unless asked */
};

struct scan_verdict;

/* One thread's work on one want. */
struct scan_emit {
    struct scan_sources *shared;
    const struct scan_plan *plan;
    struct gather gather;
    struct scan_cells *cells;         /* of the filter's sources, then one for a payload */
    struct scan_verdict *verdicts;    /* remembered answers of the filter */
    uint32_t rows;
    uint32_t row_cap;
    uint32_t *off;
    uint32_t *t;
    uint16_t *ms;
    uint32_t *names;
    struct scan_place *places;
    uint32_t *codes[SCAN_PAYLOADS_MAX];
    uint32_t *list_off[SCAN_PAYLOADS_MAX];
    double *numbers[SCAN_PAYLOADS_MAX];
    uint32_t code_cap[SCAN_PAYLOADS_MAX];   /* of lists */
};

void scan_emit_init(struct scan_emit *e, struct scan_sources *shared,
                    const struct scan_plan *plan, const struct moves *moves);
void scan_emit_release(struct scan_emit *e);
/* Rows of persons person0 … + count - 1 in [from_ms, to_ms), cut to the want's own range. False:
 * memory. *out points into e. */
bool scan_emit_block(struct scan_emit *e, uint32_t person0, uint32_t count, int64_t from_ms,
                     int64_t to_ms, struct scan_block *out) MUST_USE;
size_t scan_emit_memory(const struct scan_emit *e);

#endif
