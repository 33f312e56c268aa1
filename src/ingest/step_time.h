/* The step that judges times: what is missing or not to be believed becomes the arrival, or is
 * refused where the client asked for a verdict. */
#ifndef INGEST_STEP_TIME_H
#define INGEST_STEP_TIME_H

#include "ingest/record.h"

void step_time(struct ingest_request *request, struct record *record);

#endif
