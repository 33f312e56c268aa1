/* Brings the rows of several parts together, one block of persons at a time: what every scan and
 * every merge of parts stands on. Rows come out ordered by (present person, time in ms, event
 * name, insert hash, arrival); of rows equal in event, person, time and insert hash (not 0) only
 * the newest by arrival comes out, wherever they lay.
 *
 * The result is spans of consecutive rows of one source, so that whoever reads columns copies
 * ranges. The usual person, found in one source or in sources whose times do not overlap, costs no
 * comparison of rows. */
#ifndef STORE_GATHER_H
#define STORE_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "store/identity.h"
#include "store/part_read.h"

/* One event of one part. */
struct gather_source {
    struct part *part;
    struct part_event *event;
    /* ---- filled by gather_source_init ---- */
    const uint32_t *persons;
    const uint32_t *starts;
    const uint32_t *time;
    const uint16_t *ms;       /* NULL: all 0 */
    const uint64_t *hash;     /* NULL: all 0 */
    const uint32_t *arrival;
    uint32_t rank;            /* order of the event's name among the sources */
};

struct gather_span {
    uint32_t source;
    uint32_t row;
    uint32_t count;
};

struct gather_segment;
struct gather_row;

/* One thread's working memory over shared sources. */
struct gather {
    const struct gather_source *sources;
    uint32_t source_count;
    const struct moves *moves;
    int64_t from_ms;          /* inclusive */
    int64_t to_ms;            /* exclusive */
    /* ---- the block, after gather_block ---- */
    struct gather_span *spans;
    uint32_t span_count;
    uint32_t *span_off;       /* persons + 1: whose spans */
    uint64_t rows_read;       /* looked at so far */
    /* ---- private ---- */
    uint32_t span_cap;
    struct gather_segment *segments;
    struct gather_segment *sorted;
    uint32_t segment_count;
    uint32_t segment_cap;
    struct gather_row *rows;
    uint32_t row_cap;
    uint32_t *counts;
    uint32_t count_cap;
};

/* Verifies the sections that gathering needs. ERR_CORRUPT. */
int gather_source_init(struct gather_source *source, struct part *part,
                       struct part_event *event) MUST_USE;
/* Sets every rank. */
void gather_rank_sources(struct gather_source *sources, uint32_t count);
int64_t gather_row_ms(const struct gather_source *source, uint32_t row);

void gather_init(struct gather *g, const struct gather_source *sources, uint32_t count,
                 const struct moves *moves);
void gather_release(struct gather *g);
/* Persons person0 to person0 + count - 1, by present code; count <= 65,536. */
void gather_block(struct gather *g, uint32_t person0, uint32_t count);
/* Bytes of working memory. */
size_t gather_memory(const struct gather *g);

#endif
