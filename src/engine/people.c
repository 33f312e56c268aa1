#include "engine/people.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/run.h"

enum { WANT_ALL = 0, WANT_DID = 1, FIXED_WANTS = 2, WANTS_MAX = FIXED_WANTS + 2 + 4 };

/* The best of one thread, sorted; one more than the page, so that "more" is known. */
struct best {
    struct people_row rows[PEOPLE_LIMIT_MAX + 1];
    uint32_t count;
    uint64_t total;
};

/* Where one operand of the filter is read. */
struct operand_place {
    const uint32_t *profile;        /* by person code: property of that name */
    const uint32_t *fact_profile;   /* and of the fact's */
    const struct fact *fact;
    uint32_t want, pay;             /* of the fact, among events */
};

struct list {
    const struct people_ask *ask;
    struct scan *scan;
    struct scan_want wants[WANTS_MAX];
    uint32_t want_count;
    uint32_t did;                   /* the want that says who did it */
    struct operand_place operands[PEOPLE_OPERANDS_MAX];
    uint32_t operand_count;
    uint32_t threads;
    struct best *best;
};

/* ---- wants ---------------------------------------------------------------------------------- */

static struct scan_want *pay_want(struct list *list, int64_t to_ms)
{
    struct scan_want *last = &list->wants[list->want_count - 1];
    bool fits = list->want_count > FIXED_WANTS && last->pay_count < SCAN_PAYLOADS_MAX &&
                last->to_ms == to_ms;
    if (fits)
        return last;
    check(list->want_count < WANTS_MAX);
    last = &list->wants[list->want_count++];
    *last = (struct scan_want){ .from_ms = INT64_MIN, .to_ms = to_ms };
    return last;
}

static void want_value(struct list *list, enum scan_of of, struct str property,
                       struct operand_place *at)
{
    /* Profiles are looked up by person: that want has no rows at all. */
    struct scan_want *want = pay_want(list, of == SCAN_OF_EVENT ? INT64_MAX : INT64_MIN);
    at->want = (uint32_t)(want - list->wants);
    at->pay = want->pay_count;
    want->pay[want->pay_count++] = (struct scan_pay_want){ SCAN_CODE, { of, property,
                                                                        { 0 } } };
}

static int make_wants(struct list *list)
{
    const struct people_ask *ask = list->ask;
    const struct operand *operands =
        ask->where ? selector_operands(ask->where, &list->operand_count) : NULL;
    struct operand_place ignored;
    if (list->operand_count > PEOPLE_OPERANDS_MAX)
        return ERR_TOO_LARGE;
    list->wants[WANT_ALL] = (struct scan_want){ .from_ms = INT64_MIN, .to_ms = INT64_MAX,
                                                .with_ms = true };
    list->wants[WANT_DID] = (struct scan_want){
        .events = &ask->did, .event_count = ask->did.len > 0,
        .from_ms = ask->has_did ? ask->from_ms : 0, .to_ms = ask->has_did ? ask->to_ms : 0,
    };
    list->want_count = FIXED_WANTS;
    for (uint32_t i = 0; i < list->operand_count; i++) {
        check(operands[i].of == OPERAND_PERSON);
        list->operands[i].fact = facts_find(operands[i].property);
        want_value(list, SCAN_OF_PERSON, operands[i].property, &ignored);
        if (list->operands[i].fact)
            want_value(list, SCAN_OF_PERSON, str_from(list->operands[i].fact->of_profile),
                       &ignored);
    }
    for (uint32_t i = 0; i < list->operand_count; i++)
        if (list->operands[i].fact)
            want_value(list, SCAN_OF_EVENT, str_from(list->operands[i].fact->of_event),
                       &list->operands[i]);
    return 0;
}

static void find_profiles(struct list *list)
{
    uint32_t count = 0;
    const struct operand *operands =
        list->ask->where ? selector_operands(list->ask->where, &count) : NULL;
    for (uint32_t i = 0; i < count; i++) {
        struct operand_place *at = &list->operands[i];
        at->profile = scan_person_codes(list->scan, operands[i].property);
        if (at->fact)
            at->fact_profile = scan_person_codes(list->scan, str_from(at->fact->of_profile));
    }
}

/* ---- judging -------------------------------------------------------------------------------- */

static uint32_t code_of(const struct operand_place *at, const struct scan_block *blocks,
                        uint32_t person, uint32_t index)
{
    uint32_t code = at->profile ? at->profile[person] : 0;
    if (code == 0 && at->fact_profile)
        code = at->fact_profile[person];
    if (code != 0 || !at->fact)
        return code;
    const struct scan_block *block = &blocks[at->want];
    const uint32_t *codes = block->codes[at->pay];
    uint32_t row = facts_newest(codes, block->off[index], block->off[index + 1]);
    return row == UINT32_MAX ? 0 : codes[row];
}

static bool matches(const struct list *list, const struct scan_block *blocks, uint32_t index)
{
    const struct scan_block *did = &blocks[WANT_DID];
    const struct value *values[SELECTOR_OPERANDS_MAX] = { NULL };
    if (list->ask->has_did && did->off[index] == did->off[index + 1])
        return false;
    if (!list->ask->where)
        return true;
    for (uint32_t i = 0; i < list->operand_count; i++) {
        uint32_t code = code_of(&list->operands[i], blocks, blocks->person0 + index, index);
        values[i] = code ? scan_value(list->scan, code) : NULL;
    }
    return selector_keep(list->ask->where, values);
}

/* ---- order ---------------------------------------------------------------------------------- */

static bool is_before(const struct people_row *a, const struct people_row *b)
{
    return a->last_ms != b->last_ms ? a->last_ms > b->last_ms : a->code < b->code;
}

static void put(struct best *best, uint32_t limit, const struct people_row *row)
{
    uint32_t at = best->count;
    if (at == limit + 1 && !is_before(row, &best->rows[limit]))
        return;
    if (at == limit + 1)
        at--;
    else
        best->count++;
    for (; at > 0 && is_before(row, &best->rows[at - 1]); at--)
        best->rows[at] = best->rows[at - 1];
    best->rows[at] = *row;
}

static int64_t ms_of(const struct scan_block *block, uint32_t row)
{
    return (int64_t)block->t[row] * 1000 + block->ms[row];
}

static int take_block(void *ctx, uint32_t thread, const struct scan_block *blocks)
{
    const struct list *list = ctx;
    const struct people_place *after = list->ask->after;
    const struct scan_block *all = &blocks[WANT_ALL];
    struct best *best = &list->best[thread];
    if (all->person0 == 0)
        return 0; /* nobody */
    for (uint32_t i = 0; i < all->person_count; i++) {
        uint32_t first = all->off[i], end = all->off[i + 1];
        if (first == end || !matches(list, blocks, i))
            continue;
        best->total++;
        struct people_row row = { .code = all->person0 + i, .events = end - first,
                                  .first_ms = ms_of(all, first), .last_ms = ms_of(all, end - 1) };
        if (after && !(row.last_ms < after->last_ms ||
                       (row.last_ms == after->last_ms && row.code > after->code)))
            continue;
        put(best, list->ask->limit, &row);
    }
    return 0;
}

/* ---- the page ------------------------------------------------------------------------------- */

static int write_page(const struct list *list, struct people_page *out)
{
    struct best *all = &list->best[0];
    uint32_t limit = list->ask->limit;
    for (uint32_t t = 1; t < list->threads; t++) {
        all->total += list->best[t].total;
        for (uint32_t i = 0; i < list->best[t].count; i++)
            put(all, limit, &list->best[t].rows[i]);
    }
    out->total = all->total;
    out->has_more = all->count > limit;
    out->count = out->has_more ? limit : all->count;
    out->rows = arena_try(list->ask->arena, (out->count + 1u) * sizeof(*out->rows));
    if (!out->rows)
        return ERR_NOMEM;
    memcpy(out->rows, all->rows, out->count * sizeof(*out->rows));
    return 0;
}

static int add_facts(struct store *store, const struct people_ask *ask, struct people_page *page)
{
    uint32_t persons[PEOPLE_LIMIT_MAX];
    struct facts *facts = arena_try(ask->arena, (page->count + 1u) * sizeof(*facts));
    if (!facts)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < page->count; i++)
        persons[i] = page->rows[i].code;
    int r = page->count ? facts_of_events(store, persons, page->count, ask->arena, facts) : 0;
    for (uint32_t i = 0; i < page->count && r == 0; i++)
        page->rows[i].facts = facts[i];
    return r;
}

static int scan_all(struct list *list, struct store *store)
{
    int r = scan_open(store, list->wants, list->want_count, list->threads, &list->scan);
    if (r != 0)
        return r;
    find_profiles(list);
    struct run run = { list->scan, list->want_count, list->threads, list->ask->cancelled,
                       take_block, list };
    return run_blocks(&run);
}

int people_answer(struct store *store, const struct people_ask *ask, struct people_page *out)
{
    struct list list = { .ask = ask, .threads = ask->threads ? ask->threads : 1 };
    check(ask->limit > 0 && ask->limit <= PEOPLE_LIMIT_MAX && list.threads <= RUN_THREADS_MAX);
    *out = (struct people_page){ 0 };
    int r = make_wants(&list);
    if (r != 0)
        return r;
    list.best = calloc(list.threads, sizeof(*list.best));
    if (!list.best)
        return ERR_NOMEM;
    r = scan_all(&list, store);
    if (r == 0)
        r = write_page(&list, out);
    if (list.scan)
        scan_close(list.scan);
    free(list.best);
    if (r == 0)
        r = add_facts(store, ask, out);
    return r == ERR_NOMEM ? ERR_TOO_LARGE : r;
}
