/* A detail as its asker wrote it: what its members say, before anything is done. roster.h has the
 * questions that others ask about one; these readers are the roster's own. */
#ifndef LEDGER_INSIDE_ROSTER_DETAIL_H
#define LEDGER_INSIDE_ROSTER_DETAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "json/doc.h"
#include "ledger/inside/roster.h"

enum { ROSTER_REMARKS_MAX = 64 * 1024 };

/* 1 to 2^32 - 1; false: absent or something else. */
bool roster_read_number(const struct json_node *node, const char *name, uint32_t *out);
bool roster_read_right_list(const struct json_node *list, uint64_t *rights);
/* {"1":["rows"],…} into the principal; budgets stay. */
bool roster_read_rights(const struct json_node *object, struct roster_principal *p);
/* The detail of the decision that waits under this number, or NULL; *doc is the caller's. */
const struct json_node *roster_open_waiting(const struct roster *roster, uint64_t sequence,
                                            struct json_doc **doc);

#endif
