#include "ledger/inside/limits.h"

struct limits limits_of(const struct roster_principal *p, uint32_t project, enum budget_kind kind,
                        int64_t now_ms)
{
    const struct roster_right *right = roster_right(p, project);
    struct limits l = { BUDGET_MISSES_DAY, BUDGET_MISSES_MONTH, BUDGET_PROJECT_MISSES_DAY };
    if (kind == BUDGET_MISSES)
        return l;
    bool named = kind == BUDGET_NAMED;
    uint32_t own = right ? (named ? right->named : right->rows) : 0;
    l.day = own ? own : named ? BUDGET_NAMED_DAY : BUDGET_ROWS_DAY;
    l.month = named ? BUDGET_NAMED_MONTH : BUDGET_ROWS_MONTH;
    l.project = named ? BUDGET_PROJECT_NAMED_DAY : BUDGET_PROJECT_ROWS_DAY;
    /* A raised day raises the month with it. */
    if (own > l.month / 10)
        l.month = own > UINT32_MAX / 10 ? UINT32_MAX : own * 10;
    if (roster_is_new(p, now_ms) && l.day > BUDGET_NEW_DAY)
        l.day = BUDGET_NEW_DAY;
    return l;
}
