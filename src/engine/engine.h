/* The engine: answers questions over the store. One file per report; this one hands them out. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "query/backend.h"
#include "store/scan.h"

/* Over one project's store; NULL is a project that has sent nothing yet. Borrows the store; may be
 * asked from several threads at once. */
struct backend *engine_create(struct store *store);
void engine_destroy(struct backend *backend);   /* NULL is fine */

#endif
