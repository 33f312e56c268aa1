#include "ledger/inside/figures.h"

#include <stdbool.h>
#include <string.h>

#include "ledger/bitmap.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

enum { TOTAL = FIGURES_DAYS, SETS };

struct counting {
    const struct state *s;
    uint32_t log, principal;
    int64_t today;
};

/* The day of a row that counts, 0 = today; -1 = it does not. */
static int day_of(const struct counting *c, const struct state_row *row)
{
    int64_t day = c->today - row->entry.time_ms / DAY_MS;
    bool counts = row->log == c->log && day >= 0 && day < FIGURES_DAYS &&
                  (c->principal == 0 || row->entry.principal == c->principal);
    return counts ? (int)day : -1;
}

static bool is_before(const struct counting *c, const struct state_row *row)
{
    return c->today - row->entry.time_ms / DAY_MS >= FIGURES_DAYS;
}

/* Looks lie in the order of their rows. */
static void count_people(const struct counting *c, enum budget_kind kind,
                         uint64_t days[FIGURES_DAYS], uint64_t *all)
{
    struct bitmap *sets[SETS];
    for (int i = 0; i < SETS; i++)
        sets[i] = bitmap_create();
    for (uint32_t i = c->s->look_count; i-- > 0;) {
        const struct state_look *look = &c->s->looks[i];
        const struct state_row *row = &c->s->rows[look->row];
        if (is_before(c, row))
            break;
        int day = look->row < c->s->synced_rows ? day_of(c, row) : -1;
        if (day < 0 || state_budget_of(row->entry.kind) != kind)
            continue;
        (void)bitmap_add(sets[day], look->number);
        (void)bitmap_add(sets[TOTAL], look->number);
    }
    for (int i = 0; i < FIGURES_DAYS; i++)
        days[i] = bitmap_count(sets[i]);
    *all = bitmap_count(sets[TOTAL]);
    for (int i = 0; i < SETS; i++)
        bitmap_destroy(sets[i]);
}

static void count_asks(const struct counting *c, struct figures *out)
{
    struct bitmap *principals = bitmap_create();
    for (uint32_t i = c->s->synced_rows; i-- > 0 && !is_before(c, &c->s->rows[i]);) {
        const struct entry *e = &c->s->rows[i].entry;
        if (day_of(c, &c->s->rows[i]) < 0)
            continue;
        if (e->verdict == ENTRY_REFUSED)
            out->refused += e->kind == ENTRY_REFUSED_MANY ? e->rows : 1;
        else
            (void)bitmap_add(principals, e->principal);
    }
    out->principals = bitmap_count(principals);
    bitmap_destroy(principals);
}

void figures_count(const struct state *s, uint32_t log, uint32_t principal, int64_t now_ms,
                   struct figures *out)
{
    const struct counting c = { .s = s, .log = log, .principal = principal,
                                .today = now_ms / DAY_MS };
    memset(out, 0, sizeof(*out));
    count_people(&c, BUDGET_NAMED, out->named, &out->named_all);
    count_people(&c, BUDGET_ROWS, out->rows, &out->rows_all);
    count_asks(&c, out);
}
