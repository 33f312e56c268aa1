/* What the console, API clients and the command line ask about a project; nothing in it is about a
 * single person. */
#ifndef API_QUERY_H
#define API_QUERY_H

#include "api/call.h"

void query_report(struct call *call);  /* POST /api/query */
void query_schema(struct call *call);  /* GET /api/schema?project */
void query_values(struct call *call);  /* GET /api/schema/values?project&of&property&q */
void query_live(struct call *call);    /* GET /api/live?project&after: up to 2 s */
void query_status(struct call *call);  /* GET /api/status?project */

#endif
