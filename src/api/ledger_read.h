/* The record, as far as the asker may read it: query passes the question to the ledger, web adds
 * the names of members that the asker may see. */
#ifndef API_LEDGER_READ_H
#define API_LEDGER_READ_H

#include "api/call.h"

void ledger_read_line(struct call *call);     /* GET /api/ledger/line?project= */
void ledger_read_entries(struct call *call);  /* GET /api/ledger/entries?before=&limit=&… */
void ledger_read_entry(struct call *call);    /* GET /api/ledger/entry?sequence= */
void ledger_read_looked(struct call *call);   /* POST /api/ledger/looked */
void ledger_read_budgets(struct call *call);  /* GET /api/ledger/budgets */

#endif
