/* Raw export: the set of people is fixed and written down once, then its rows are fetched in
 * pieces. Before each piece the ledger says whether the principal may still receive. */
#ifndef PROCESS_QUERY_EXPORT_H
#define PROCESS_QUERY_EXPORT_H

#include "process/query_rows.h"

enum {
    QUERY_EXPORTS = 32,               /* at once, */
    QUERY_EXPORTS_OF_ONE = 4,         /* of one principal */
    QUERY_EXPORT_LIFE_MS = 60000,     /* between two pieces */
    QUERY_EXPORT_PERSONS = 1000,      /* in a piece */
    QUERY_EXPORT_BYTES = 4 * 1024 * 1024,
};

struct query_exports *query_exports_create(void);
void query_exports_destroy(struct query_exports *exports);   /* NULL is fine */
void query_exports_sweep(struct query_exports *exports);

uint32_t query_export_begin(struct query_rows_turn *turn);
uint32_t query_export_next(struct query_rows_turn *turn);

#endif
