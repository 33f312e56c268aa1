/* The enrich step (DESIGN 3.2): place from the address, then the address is gone; browser and
 * system from the user agent, referring domain and campaign from the page's addresses where the
 * SDK said nothing; robots are marked, never dropped. */
#ifndef INGEST_ENRICH_ENRICH_H
#define INGEST_ENRICH_ENRICH_H

#include "ingest/record.h"

void enrich_step(struct ingest_request *request, struct record *record);

#endif
