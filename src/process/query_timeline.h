/* One person's page as JSON (docs/formats/console-api.md). */
#ifndef PROCESS_QUERY_TIMELINE_H
#define PROCESS_QUERY_TIMELINE_H

#include "process/query_rows.h"

enum { QUERY_TIMELINE_DEFAULT = 500 };

uint32_t query_timeline(struct query_rows_turn *turn);

#endif
