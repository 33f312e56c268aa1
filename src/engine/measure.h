/* What a measure needs counted, and what it says of the counters. */
#ifndef ENGINE_MEASURE_H
#define ENGINE_MEASURE_H

#include <stdbool.h>

#include "engine/tally.h"
#include "query/spec.h"

/* Columns of a tally; with folding every measure needs to know how many people it speaks of. */
unsigned measure_columns(enum spec_measure measure, bool is_folded);
double measure_value(enum spec_measure measure, const struct tally *tally, size_t at);

#endif
