/* What a question wants of the scan: one want for each row of `show`, with the filters of the
 * question and of the row in one, and the payloads that its breakdown and its sum need. */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "base/arena.h"
#include "base/check.h"
#include "query/spec.h"
#include "store/scan.h"

struct plan {
    struct scan_want *wants;    /* one a row of spec->show; payload i is breakdown i */
    uint32_t want_count;
    uint32_t number_payload;    /* where a sum's numbers are; rows of other measures have none */
};

/* Both selectors as one filter (NULL = all, also *out); in the arena, borrows the selectors. The
 * same errors as below. */
int plan_filter(const struct selector *question, const struct selector *row, struct arena *arena,
                const struct scan_filter **out) MUST_USE;
/* All of it in the arena; borrows from the spec. ERR_TOO_LARGE: the two filters name more operands
 * than a scan takes. ERR_NOMEM. */
int plan_make(const struct spec *spec, int64_t from_ms, int64_t to_ms, struct arena *arena,
              struct plan *out) MUST_USE;

#endif
