/* The step that finds a record's project: by the request's credentials, else by its token. */
#ifndef INGEST_STEP_PROJECT_H
#define INGEST_STEP_PROJECT_H

#include "ingest/record.h"

void step_project(struct ingest_request *request, struct record *record);

#endif
