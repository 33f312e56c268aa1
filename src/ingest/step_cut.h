/* The step that cuts texts to the length that is kept. */
#ifndef INGEST_STEP_CUT_H
#define INGEST_STEP_CUT_H

#include "ingest/record.h"

void step_cut(struct ingest_request *request, struct record *record);

#endif
