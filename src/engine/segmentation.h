/* The segmentation report: total, unique and sum of events per bucket, by up to four properties
 * (docs/reports/segmentation.md). */
#ifndef ENGINE_SEGMENTATION_H
#define ENGINE_SEGMENTATION_H

#include "query/backend.h"
#include "store/scan.h"

/* The answer lies in the ask's arena. 0, ERR_TOO_LARGE, ERR_CANCELLED, ERR_IO, ERR_CORRUPT. */
int segmentation_answer(struct store *store, const struct backend_ask *ask,
                        struct result *out) MUST_USE;

#endif
