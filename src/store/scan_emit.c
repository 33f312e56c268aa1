#include "store/scan_emit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { VERDICTS = 512 };

/* A filter is pure, so the same codes have the same answer. */
struct scan_verdict {
    uint32_t codes[SCAN_FILTER_SOURCES_MAX];
    bool is_known;
    bool keeps;
};

void scan_emit_init(struct scan_emit *e, struct scan_sources *shared,
                    const struct scan_plan *plan, const struct moves *moves)
{
    *e = (struct scan_emit){ .shared = shared, .plan = plan };
    gather_init(&e->gather, plan->sources, plan->source_count, moves);
    e->cells = calloc(plan->filter_count + 1, sizeof(*e->cells));
    e->off = calloc(SCAN_BLOCK_PERSONS + 1, sizeof(*e->off));
    check(e->cells && e->off);
    if (plan->filter_count > 0) {
        e->verdicts = calloc(VERDICTS, sizeof(*e->verdicts));
        check(e->verdicts != NULL);
    }
}

void scan_emit_release(struct scan_emit *e)
{
    gather_release(&e->gather);
    free(e->cells);
    free(e->verdicts);
    free(e->off);
    free(e->t);
    free(e->ms);
    free(e->names);
    free(e->places);
    for (int i = 0; i < SCAN_PAYLOADS_MAX; i++) {
        free(e->codes[i]);
        free(e->list_off[i]);
        free(e->numbers[i]);
    }
}

size_t scan_emit_memory(const struct scan_emit *e)
{
    const struct scan_want *want = e->plan->want;
    size_t row = 4 + (want->with_ms ? 2u : 0) + (want->with_names ? 4u : 0), lists = 0;
    row += want->with_places ? sizeof(*e->places) : 0;
    for (uint32_t i = 0; i < want->pay_count; i++) {
        row += want->pay[i].kind == SCAN_NUMBER ? 8 : 4;
        lists += (size_t)e->code_cap[i] * 4;
    }
    return gather_memory(&e->gather) + e->row_cap * row + lists;
}

static void *grow(void *ptr, size_t count, size_t size)
{
    ptr = realloc(ptr, count * size);
    check(ptr != NULL);
    return ptr;
}

static void reserve(struct scan_emit *e, uint32_t more)
{
    const struct scan_want *want = e->plan->want;
    if (e->rows + more < e->row_cap)
        return;
    const size_t cap = e->rows + more + e->row_cap / 2 + 1024;
    check(cap < UINT32_MAX);
    e->row_cap = (uint32_t)cap;
    e->t = grow(e->t, cap, sizeof(*e->t));
    if (want->with_ms)
        e->ms = grow(e->ms, cap, sizeof(*e->ms));
    if (want->with_names)
        e->names = grow(e->names, cap, sizeof(*e->names));
    if (want->with_places)
        e->places = grow(e->places, cap, sizeof(*e->places));
    for (uint32_t i = 0; i < want->pay_count; i++) {
        if (want->pay[i].kind == SCAN_NUMBER)
            e->numbers[i] = grow(e->numbers[i], cap, sizeof(*e->numbers[i]));
        else if (want->pay[i].kind == SCAN_CODE)
            e->codes[i] = grow(e->codes[i], cap, sizeof(*e->codes[i]));
        else
            e->list_off[i] = grow(e->list_off[i], cap + 1, sizeof(*e->list_off[i]));
    }
}

/* ---- filter ---------------------------------------------------------------------------------- */

static bool ask(const struct scan_emit *e, uint32_t row)
{
    const struct scan_filter *filter = e->plan->want->filter;
    const struct value *values[SCAN_FILTER_SOURCES_MAX];
    struct value numbers[SCAN_FILTER_SOURCES_MAX];
    for (uint32_t i = 0; i < e->plan->filter_count; i++) {
        uint32_t code = e->cells[i].codes[row];
        values[i] = NULL;
        if (code == SCAN_CELL_NUMBER) {
            numbers[i] = (struct value){ .type = VALUE_NUMBER,
                                         .as.number = e->cells[i].numbers[row] };
            values[i] = &numbers[i];
        } else if (code != 0) {
            values[i] = scan_values_get(&e->shared->values, code);
        }
    }
    return filter->keep(filter->ctx, values);
}

static bool keeps(struct scan_emit *e, uint32_t row)
{
    const uint32_t n = e->plan->filter_count;
    uint64_t hash = 0;
    uint32_t codes[SCAN_FILTER_SOURCES_MAX];
    for (uint32_t i = 0; i < n; i++) {
        codes[i] = e->cells[i].codes[row];
        if (codes[i] == SCAN_CELL_NUMBER)
            return ask(e, row);
        hash = hash * 0x9e3779b97f4a7c15u + codes[i];
    }
    struct scan_verdict *verdict = &e->verdicts[hash_mix_u64(hash) % VERDICTS];
    if (!verdict->is_known || memcmp(verdict->codes, codes, n * sizeof(codes[0])) != 0) {
        verdict->keeps = ask(e, row);
        verdict->is_known = true;
        memcpy(verdict->codes, codes, n * sizeof(codes[0]));
    }
    return verdict->keeps;
}

/* Positions in the batch that stay. False: memory. */
static bool choose(struct scan_emit *e, const struct gather_span *batch, uint32_t person,
                   uint16_t *chosen, uint32_t *count)
{
    const struct scan_plan *plan = e->plan;
    const struct scan_cell_source *sources = plan->filter + batch->source * plan->filter_count;
    *count = 0;
    for (uint32_t i = 0; i < plan->filter_count; i++)
        if (!scan_source_load(e->shared, &sources[i], &plan->sources[batch->source], person,
                              batch, &e->cells[i]))
            return false;
    for (uint32_t i = 0; i < batch->count; i++)
        if (!plan->want->filter || (plan->filter_count ? keeps(e, i) : ask(e, i)))
            chosen[(*count)++] = (uint16_t)i;
    return true;
}

/* ---- payloads -------------------------------------------------------------------------------- */

static bool put_codes(struct scan_emit *e, uint32_t pay, const struct scan_cells *cells,
                      const uint16_t *chosen, uint32_t count)
{
    uint32_t *out = e->codes[pay] + e->rows;
    for (uint32_t i = 0; i < count; i++) {
        out[i] = cells->codes[chosen[i]];
        if (out[i] != SCAN_CELL_NUMBER)
            continue;
        out[i] = scan_values_put_number(&e->shared->values, cells->numbers[chosen[i]]);
        if (out[i] == 0)
            return false;
    }
    return true;
}

static void put_numbers(struct scan_emit *e, uint32_t pay, const struct scan_cells *cells,
                        const uint16_t *chosen, uint32_t count)
{
    double *out = e->numbers[pay] + e->rows;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = cells->codes[chosen[i]];
        out[i] = NAN;
        if (code == SCAN_CELL_NUMBER) {
            out[i] = cells->numbers[chosen[i]];
        } else if (code != 0) {
            const struct value *value = scan_values_get(&e->shared->values, code);
            if (value->type == VALUE_NUMBER)
                out[i] = value->as.number;
        }
    }
}

static void append_list(struct scan_emit *e, uint32_t pay, uint32_t at, const uint32_t *elements,
                        uint32_t count)
{
    if (at + count > e->code_cap[pay]) {
        e->code_cap[pay] = (at + count) * 2 + 256;
        e->codes[pay] = grow(e->codes[pay], e->code_cap[pay], sizeof(*e->codes[pay]));
    }
    if (count)
        memcpy(e->codes[pay] + at, elements, count * sizeof(*elements));
}

static bool put_lists(struct scan_emit *e, uint32_t pay, const struct scan_cells *cells,
                      const uint16_t *chosen, uint32_t count)
{
    uint32_t *off = e->list_off[pay] + e->rows, at = off[0];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = cells->codes[chosen[i]], n = 0;
        const uint32_t *elements = NULL;
        if (code == SCAN_CELL_NUMBER)
            code = scan_values_put_number(&e->shared->values, cells->numbers[chosen[i]]);
        if (code == 0 && cells->codes[chosen[i]] != 0)
            return false;
        if (code != 0 && !scan_values_elements(&e->shared->values, code, &elements, &n))
            return false;
        append_list(e, pay, at, elements ? elements : &code, n);
        at += n;
        off[i + 1] = at;
    }
    return true;
}

static bool put_payloads(struct scan_emit *e, const struct gather_span *batch, uint32_t person,
                         const uint16_t *chosen, uint32_t count)
{
    const struct scan_plan *plan = e->plan;
    struct scan_cells *cells = &e->cells[plan->filter_count];
    for (uint32_t i = 0; i < plan->want->pay_count; i++) {
        if (!scan_source_load(e->shared, &plan->pay[batch->source * plan->want->pay_count + i],
                              &plan->sources[batch->source], person, batch, cells))
            return false;
        switch (plan->want->pay[i].kind) {
        case SCAN_CODE:
            if (!put_codes(e, i, cells, chosen, count))
                return false;
            break;
        case SCAN_NUMBER: put_numbers(e, i, cells, chosen, count); break;
        case SCAN_LIST:
            if (!put_lists(e, i, cells, chosen, count))
                return false;
            break;
        }
    }
    return true;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool put_batch(struct scan_emit *e, const struct gather_span *batch, uint32_t person)
{
    const struct scan_want *want = e->plan->want;
    const struct gather_source *source = &e->plan->sources[batch->source];
    uint16_t chosen[SCAN_CELLS];
    uint32_t count;
    if (!choose(e, batch, person, chosen, &count))
        return false;
    if (count == 0)
        return true;
    reserve(e, count);
    if (!put_payloads(e, batch, person, chosen, count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        e->t[e->rows + i] = source->time[batch->row + chosen[i]];
    for (uint32_t i = 0; want->with_ms && i < count; i++)
        e->ms[e->rows + i] = source->ms ? source->ms[batch->row + chosen[i]] : 0;
    for (uint32_t i = 0; want->with_names && i < count; i++)
        e->names[e->rows + i] = e->plan->names[batch->source];
    for (uint32_t i = 0; want->with_places && i < count; i++)
        e->places[e->rows + i] = (struct scan_place){ batch->source, batch->row + chosen[i] };
    e->rows += count;
    return true;
}

/* Nothing to decide and nothing to look up: ranges are copied. */
static void put_plain(struct scan_emit *e, const struct gather_span *span)
{
    const struct gather_source *source = &e->plan->sources[span->source];
    reserve(e, span->count);
    memcpy(e->t + e->rows, source->time + span->row, span->count * sizeof(*e->t));
    if (e->ms && source->ms)
        memcpy(e->ms + e->rows, source->ms + span->row, span->count * sizeof(*e->ms));
    else if (e->ms)
        memset(e->ms + e->rows, 0, span->count * sizeof(*e->ms));
    for (uint32_t i = 0; e->names && i < span->count; i++)
        e->names[e->rows + i] = e->plan->names[span->source];
    for (uint32_t i = 0; e->places && i < span->count; i++)
        e->places[e->rows + i] = (struct scan_place){ span->source, span->row + i };
    e->rows += span->count;
}

static bool put_span(struct scan_emit *e, const struct gather_span *span, uint32_t person)
{
    const struct scan_want *want = e->plan->want;
    if (!want->filter && want->pay_count == 0) {
        put_plain(e, span);
        return true;
    }
    for (uint32_t at = 0; at < span->count; at += SCAN_CELLS) {
        struct gather_span batch = { span->source, span->row + at, span->count - at };
        batch.count = batch.count < SCAN_CELLS ? batch.count : SCAN_CELLS;
        if (!put_batch(e, &batch, person))
            return false;
    }
    return true;
}

static void point(const struct scan_emit *e, uint32_t person0, uint32_t count,
                  struct scan_block *out)
{
    *out = (struct scan_block){ .person0 = person0, .person_count = count, .off = e->off,
                                .t = e->t, .ms = e->ms, .names = e->names,
                                .places = e->places };
    for (uint32_t i = 0; i < e->plan->want->pay_count; i++) {
        out->codes[i] = e->codes[i];
        out->list_off[i] = e->list_off[i];
        out->numbers[i] = e->numbers[i];
    }
}

bool scan_emit_block(struct scan_emit *e, uint32_t person0, uint32_t count, int64_t from_ms,
                     int64_t to_ms, struct scan_block *out)
{
    const struct scan_want *want = e->plan->want;
    struct gather *g = &e->gather;
    g->from_ms = from_ms > want->from_ms ? from_ms : want->from_ms;
    g->to_ms = to_ms < want->to_ms ? to_ms : want->to_ms;
    gather_block(g, person0, count);
    e->rows = 0;
    reserve(e, 1);
    for (uint32_t i = 0; i < want->pay_count; i++)
        if (e->list_off[i])
            e->list_off[i][0] = 0;
    for (uint32_t person = 0; person < count; person++) {
        e->off[person] = e->rows;
        for (uint32_t i = g->span_off[person]; i < g->span_off[person + 1]; i++)
            if (!put_span(e, &g->spans[i], person0 + person))
                return false;
    }
    e->off[count] = e->rows;
    point(e, person0, count, out);
    return true;
}
