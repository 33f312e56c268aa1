/* Refusals and drops by project and reason, gathered between two flushes. */
#ifndef API_INGEST_COUNTS_H
#define API_INGEST_COUNTS_H

#include <stdint.h>

#include "base/bytes.h"
#include "event/refusal.h"

struct ingest_counts;

struct ingest_counts *ingest_counts_create(void);
void ingest_counts_destroy(struct ingest_counts *counts);
/* project 0 = none known. Projects beyond a bound are counted under 0. */
void ingest_counts_add(struct ingest_counts *counts, uint64_t project, enum refusal_reason reason,
                       uint32_t n);
/* Appends the payload of a counts record and starts at nothing again; false when there was none. */
bool ingest_counts_take(struct ingest_counts *counts, struct bytes *payload);
/* What was taken did not reach the disk: it counts again. */
void ingest_counts_put_back(struct ingest_counts *counts, struct str payload);

#endif
