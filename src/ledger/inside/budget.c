#include "ledger/inside/budget.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "ledger/bitmap.h"

enum { HOURS = 25, DAYS = 31 };

#define HOUR_MS ((int64_t)60 * 60 * 1000)

/* One ring of sets; `all` is their union, made anew when the ring has moved. */
struct ring {
    uint32_t slots;
    int64_t step_ms;
    struct bitmap *sets[DAYS];
    uint32_t counts[DAYS];      /* of misses, which have no subjects */
    int64_t newest;             /* number of the newest step */
    struct bitmap *all;
};

struct account {
    struct ring day, month;
};

struct budget {
    struct map index;           /* who → place in accounts */
    struct account **accounts;
    uint32_t count;
    int64_t now_ms;
};

struct budget *budget_create(void)
{
    struct budget *budget = calloc(1, sizeof(*budget));
    check(budget != NULL);
    return budget;
}

static void ring_release(struct ring *ring)
{
    for (uint32_t i = 0; i < ring->slots; i++)
        bitmap_destroy(ring->sets[i]);
    bitmap_destroy(ring->all);
}

void budget_destroy(struct budget *budget)
{
    if (!budget)
        return;
    for (uint32_t i = 0; i < budget->count; i++) {
        ring_release(&budget->accounts[i]->day);
        ring_release(&budget->accounts[i]->month);
        free(budget->accounts[i]);
    }
    free(budget->accounts);
    map_release(&budget->index);
    free(budget);
}

/* ---- rings ----------------------------------------------------------------------------------- */

static void unite(struct ring *ring)
{
    bitmap_destroy(ring->all);
    ring->all = bitmap_create();
    for (uint32_t i = 0; i < ring->slots; i++)
        if (ring->sets[i])
            bitmap_union(ring->all, ring->sets[i]);
}

static void move_on(struct ring *ring, int64_t now_ms)
{
    int64_t step = now_ms / ring->step_ms;
    bool has_dropped = false;
    if (step <= ring->newest)
        return;
    int64_t from = step - ring->newest > ring->slots ? step - ring->slots : ring->newest;
    for (int64_t s = from + 1; s <= step; s++) {
        uint32_t i = (uint32_t)(s % ring->slots);
        has_dropped |= ring->sets[i] != NULL;
        bitmap_destroy(ring->sets[i]);
        ring->sets[i] = NULL;
        ring->counts[i] = 0;
    }
    ring->newest = step;
    if (has_dropped)
        unite(ring);
}

static void ring_init(struct ring *ring, uint32_t slots, int64_t step_ms, int64_t now_ms)
{
    ring->slots = slots;
    ring->step_ms = step_ms;
    ring->newest = now_ms / step_ms;
    ring->all = bitmap_create();
}

static void ring_note(struct ring *ring, const uint32_t *numbers, uint32_t count)
{
    struct bitmap **set = &ring->sets[ring->newest % ring->slots];
    if (!*set)
        *set = bitmap_create();
    for (uint32_t i = 0; i < count; i++) {
        (void)bitmap_add(*set, numbers[i]);
        (void)bitmap_add(ring->all, numbers[i]);
    }
}

static uint32_t ring_used(const struct ring *ring)
{
    uint64_t used = bitmap_count(ring->all);
    for (uint32_t i = 0; i < ring->slots; i++)
        used += ring->counts[i];
    return (uint32_t)used;
}

static uint32_t ring_new(const struct ring *ring, const uint32_t *numbers, uint32_t count)
{
    uint32_t fresh = 0;
    for (uint32_t i = 0; i < count; i++)
        fresh += !bitmap_has(ring->all, numbers[i]);
    return fresh;
}

/* ---- accounts -------------------------------------------------------------------------------- */

static struct account *get_account(struct budget *budget, struct budget_who who)
{
    const uint32_t key[] = { who.principal, who.project, who.kind };
    bool is_new;
    uint32_t at = *map_put(&budget->index, str_of(key, sizeof(key)), budget->count, &is_new);
    if (!is_new) {
        struct account *account = budget->accounts[at];
        move_on(&account->day, budget->now_ms);
        move_on(&account->month, budget->now_ms);
        return account;
    }
    size_t bytes = (budget->count + 1) * sizeof(struct account *);
    struct account **all = realloc(budget->accounts, bytes);
    struct account *account = calloc(1, sizeof(*account));
    check(all != NULL && account != NULL);
    budget->accounts = all;
    all[budget->count++] = account;
    ring_init(&account->day, HOURS, HOUR_MS, budget->now_ms);
    ring_init(&account->month, DAYS, 24 * HOUR_MS, budget->now_ms);
    return account;
}

void budget_advance(struct budget *budget, int64_t now_ms)
{
    if (now_ms > budget->now_ms)
        budget->now_ms = now_ms;
}

uint32_t budget_used_day(struct budget *budget, struct budget_who who)
{
    return ring_used(&get_account(budget, who)->day);
}

uint32_t budget_used_month(struct budget *budget, struct budget_who who)
{
    return ring_used(&get_account(budget, who)->month);
}

uint32_t budget_new_in_day(struct budget *budget, struct budget_who who, const uint32_t *numbers,
                           uint32_t count)
{
    return ring_new(&get_account(budget, who)->day, numbers, count);
}

uint32_t budget_new_in_month(struct budget *budget, struct budget_who who,
                             const uint32_t *numbers, uint32_t count)
{
    return ring_new(&get_account(budget, who)->month, numbers, count);
}

void budget_note(struct budget *budget, struct budget_who who, const uint32_t *numbers,
                 uint32_t count)
{
    struct account *account = get_account(budget, who);
    ring_note(&account->day, numbers, count);
    ring_note(&account->month, numbers, count);
}

void budget_note_miss(struct budget *budget, struct budget_who who)
{
    struct account *account = get_account(budget, who);
    account->day.counts[account->day.newest % account->day.slots]++;
    account->month.counts[account->month.newest % account->month.slots]++;
}
