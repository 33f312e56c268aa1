/* The step that bounds a record's shape (event/limits.h): names, depth, counts, sizes. What is over
 * a bound is refused under strict, else the property is dropped and counted, and the record stays.
 * Names are distinct after it: the last value wins, at the place of the first. */
#ifndef INGEST_STEP_LIMITS_H
#define INGEST_STEP_LIMITS_H

#include "ingest/record.h"

void step_limits(struct ingest_request *request, struct record *record);

#endif
