#include "engine/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/plan.h"

struct export_set {
    struct scan *scan;
    struct arena arena;        /* the filter */
    struct arena work;         /* of one row */
    uint32_t *persons;
    uint32_t count;
    uint32_t cap;
    uint64_t rows;
    uint64_t limit;
    uint32_t at;               /* the person that comes next, */
    uint32_t row;              /* from this row of it on */
    uint64_t given;
};

static int add(struct export_set *set, uint32_t person, uint32_t rows, uint32_t persons_max)
{
    if (set->count == persons_max)
        return ERR_TOO_LARGE;
    if (set->count == set->cap) {
        set->cap = set->cap ? set->cap * 2 : 1024;
        set->persons = realloc(set->persons, set->cap * sizeof(*set->persons));
        check(set->persons != NULL);
    }
    set->persons[set->count++] = person;
    set->rows += rows;
    return 0;
}

static bool is_full(const struct export_set *set)
{
    return set->limit && set->rows >= set->limit;
}

static int find_persons(struct export_set *set, const struct export_ask *ask)
{
    struct scan_block block;
    int r = 0;
    while (!is_full(set) && (r = scan_next(set->scan, 0, &block)) > 0) {
        if (ask->cancelled && *ask->cancelled)
            return ERR_CANCELLED;
        r = 0;
        for (uint32_t i = 0; i < block.person_count && block.person0 > 0 && r == 0; i++)
            if (block.off[i + 1] > block.off[i] && !is_full(set))
                r = add(set, block.person0 + i, block.off[i + 1] - block.off[i],
                        ask->persons_max);
        if (r != 0)
            return r;
    }
    if (is_full(set))
        set->rows = set->limit;
    return is_full(set) ? 0 : r;
}

/* It outlives the question that it came with. */
static int make_filter(struct export_set *set, struct str where, const struct scan_filter **out)
{
    const struct selector *selector;
    struct selector_error error;
    *out = NULL;
    if (where.len == 0)
        return 0;
    struct str text = arena_copy(&set->arena, where);
    int r = text.ptr ? selector_parse(text, &set->arena, &selector, &error) : ERR_NOMEM;
    return r == 0 ? plan_filter(selector, NULL, &set->arena, out) : r;
}

int export_open(struct store *store, const struct export_ask *ask, struct export_set **out)
{
    struct export_set *set = calloc(1, sizeof(*set));
    struct scan_want want = { .events = ask->events, .event_count = ask->event_count,
                              .from_ms = ask->from_ms, .to_ms = ask->to_ms, .with_ms = true,
                              .with_names = true, .with_places = true };
    check(set != NULL);
    set->limit = ask->limit;
    arena_init(&set->arena, 0);
    arena_init(&set->work, 0);
    int r = make_filter(set, ask->where, &want.filter);
    if (r == 0)
        r = scan_open(store, &want, 1, 1, &set->scan);
    if (r == 0)
        r = find_persons(set, ask);
    if (r == 0)
        scan_limit(set->scan, set->persons, set->count);
    if (r != 0) {
        export_close(set);
        set = NULL;
    }
    *out = set;
    return r == ERR_NOMEM ? ERR_TOO_LARGE : r;
}

void export_close(struct export_set *set)
{
    if (!set)
        return;
    if (set->scan)
        scan_close(set->scan);
    arena_release(&set->arena);
    arena_release(&set->work);
    free(set->persons);
    free(set);
}

const uint32_t *export_persons(const struct export_set *set, uint32_t *count)
{
    *count = set->count;
    return set->persons;
}

uint64_t export_rows(const struct export_set *set)
{
    return set->rows;
}

/* Rows of one person from set->row on. 1 = the walk ends here. */
static int give_person(struct export_set *set, const struct scan_block *block, export_row_fn each,
                       void *ctx)
{
    uint32_t n = block->off[1] - block->off[0];
    while (set->row < n && set->given < set->rows) {
        uint32_t at = block->off[0] + set->row;
        struct property *properties;
        struct export_row row = { .person = block->person0,
                                  .time_ms = (int64_t)block->t[at] * 1000 + block->ms[at],
                                  .name = scan_value(set->scan, block->names[at])->as.string };
        arena_reset(&set->work);
        int r = scan_read_row(set->scan, 0, &block->places[at], &set->work, &properties,
                              &row.property_count);
        if (r != 0)
            return r;
        row.properties = properties;
        set->row++;
        set->given++;
        if (each(ctx, &row) != 0)
            return 1;
    }
    set->at++;
    set->row = 0;
    return 0;
}

int export_next(struct export_set *set, uint32_t persons, export_row_fn each, void *ctx)
{
    struct scan_block block;
    uint32_t until = set->count - set->at > persons ? set->at + persons : set->count;
    int r = 0;
    scan_limit(set->scan, set->persons + set->at, until - set->at);
    while (r == 0 && set->at < until) {
        r = scan_next(set->scan, 0, &block);
        check(r != 0);
        r = r > 0 ? give_person(set, &block, each, ctx) : r;
    }
    if (r < 0)
        return r == ERR_NOMEM ? ERR_TOO_LARGE : r;
    return set->at < set->count;
}
