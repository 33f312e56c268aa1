/* The trip of a record through ingest: a list of named steps, each turning it into a better record
 * or a refused one (DESIGN 3). Every protocol's records take the same steps. */
#ifndef INGEST_PIPELINE_H
#define INGEST_PIPELINE_H

#include "ingest/record.h"

struct pipeline_step {
    const char *name;
    record_step_fn run;
};

/* The steps in their order; *count tells how many. */
const struct pipeline_step *pipeline_steps(uint32_t *count);
/* Runs every step over every record that is not refused. */
void pipeline_run(struct ingest_request *request, struct record *records, uint32_t count);

#endif
