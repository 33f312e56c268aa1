/* The slow obvious version of the segmentation report: every row that counts is written down with
 * its group, bucket and person, and each number of the answer is found by looking through them all.
 * Time zones are the C library's. */
#ifndef TESTS_REFERENCE_SEGMENTATION_H
#define TESTS_REFERENCE_SEGMENTATION_H

#include "base/bytes.h"
#include "reference/world.h"

struct reference_ask {
    const struct world *world;
    struct str question;        /* JSON; names its zone */
    uint32_t week_start;        /* 1 = Monday … 7 = Sunday */
    uint32_t fold_under;
};

struct reference_answer {
    struct bytes series;        /* the JSON of "series" */
    uint32_t folded;
    uint32_t cells;
    uint32_t cells_not_zero;
};

void reference_segmentation(const struct reference_ask *ask, struct reference_answer *out);

#endif
