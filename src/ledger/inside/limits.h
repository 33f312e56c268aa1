/* How many people a principal may be shown (wall.md 7): the default, what was decided for it, and
 * twenty while it is new. */
#ifndef LEDGER_INSIDE_LIMITS_H
#define LEDGER_INSIDE_LIMITS_H

#include <stdint.h>

#include "ledger/inside/budget.h"
#include "ledger/inside/roster.h"

struct limits {
    uint32_t day, month;   /* of the principal in the project */
    uint32_t project;      /* of all together, a day */
};

struct limits limits_of(const struct roster_principal *p, uint32_t project, enum budget_kind kind,
                        int64_t now_ms);

#endif
