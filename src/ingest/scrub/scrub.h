/* The scrub step: addresses of pages lose their query strings but for a short list, and personal
 * pieces inside longer texts are replaced by their kind; both are counted, neither is kept.
 * Values that are personal as a whole are left for the seal step. */
#ifndef INGEST_SCRUB_SCRUB_H
#define INGEST_SCRUB_SCRUB_H

#include "ingest/record.h"

void scrub_step(struct ingest_request *request, struct record *record);

#endif
