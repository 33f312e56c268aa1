/* The tail: rows as they arrive, in memory, of one project. Values become codes at once, so a row
 * costs about 40 bytes and 8 for each property. tail_encode makes a part of it, sorted, twins
 * gone; the store keeps that as a run and begins a new tail when TAIL_ROWS_MAX are reached. */
#ifndef STORE_TAIL_H
#define STORE_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/map.h"
#include "event/event.h"
#include "store/names.h"
#include "store/part_write.h"

enum {
    TAIL_HINTS = 64,
    TAIL_ROWS_MAX = 32 * 1024,
    TAIL_PAIRS_MAX = 2 * 1024 * 1024,
    TAIL_BYTES_MAX = 32 * 1024 * 1024,   /* of distinct values */
};

struct tail_row;
struct tail_pair;
struct tail_property;

struct tail {
    uint32_t row_count;
    int64_t first_ms;       /* 0 = none */
    int64_t last_ms;
    /* ---- private ---- */
    struct tail_row *rows;
    uint32_t row_cap;
    struct tail_pair *pairs;
    uint32_t pair_count;
    uint32_t pair_cap;
    struct map names;       /* of events */
    struct map property_names;
    struct tail_property *properties;
    uint32_t property_cap;
    uint32_t hints[TAIL_HINTS];  /* by place in the event: which property it was last */
    size_t value_bytes;
    struct bytes scratch;
};

void tail_release(struct tail *tail);
void tail_reset(struct tail *tail);
/* person: the present code; arrival: the row's number, ascending. */
void tail_add(struct tail *tail, struct names *names, const struct event *event, uint32_t person,
              uint64_t arrival);
bool tail_is_full(const struct tail *tail);
/* At least one row. The part is in memory, with one pin. */
struct part *tail_encode(struct tail *tail, const struct part_write_head *head);
/* The time as the store keeps it: 1970 to 2106. */
int64_t tail_clamp_ms(int64_t ms);

#endif
