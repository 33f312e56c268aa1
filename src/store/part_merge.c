#include "store/part_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "event/value.h"
#include "store/column_write.h"
#include "store/gather.h"

enum { BLOCK_PERSONS = 4096, ROWS_MAX = INT32_MAX };

/* A property of the new part. */
struct joined {
    struct str name;
    uint32_t types;
    bool is_wide;
    uint32_t distinct;
    struct str *entries;
    uint32_t *entry_rows;
    ptrdiff_t index[PART_MERGE_INPUTS_MAX];  /* in each input; -1 = not there */
    uint64_t *to[PART_MERGE_INPUTS_MAX];     /* by the input's code: code, or word when wide */
};

struct run { uint32_t person; uint32_t start; };

struct join {
    const struct part_merge *merge;
    struct part_write w;
    struct arena arena;
    struct joined *properties;
    uint32_t property_count;
    /* ---- of the event at hand ---- */
    struct gather_source *sources;
    uint32_t *input_of;            /* by source */
    uint32_t source_count;
    struct gather_span *spans;
    uint32_t span_count;
    uint32_t span_cap;
    struct run *runs;
    uint32_t run_count;
    uint32_t run_cap;
    uint32_t rows;
    void *buffer;                  /* 8 bytes a row */
    size_t buffer_cap;
};

static void *take(struct join *j, size_t count, size_t size)
{
    void *ptr = arena_try(&j->arena, (count + 1) * size);
    check(ptr != NULL);
    return ptr;
}

bool part_merge_fits(struct part *const *inputs, uint32_t count)
{
    uint64_t rows = 0, arrival0 = UINT64_MAX, arrival1 = 0;
    for (uint32_t i = 0; i < count; i++) {
        rows += inputs[i]->rows;
        arrival0 = inputs[i]->arrival0 < arrival0 ? inputs[i]->arrival0 : arrival0;
        arrival1 = inputs[i]->arrival1 > arrival1 ? inputs[i]->arrival1 : arrival1;
    }
    return rows < ROWS_MAX && arrival1 - arrival0 < UINT32_MAX && count <= PART_MERGE_INPUTS_MAX;
}

/* ---- properties ------------------------------------------------------------------------------ */

static uint32_t count_numbers(const struct part *part, const struct part_property *property)
{
    uint32_t n = 0;
    for (uint32_t code = 1; code <= property->distinct; code++)
        n += part_read_entry(part, property, code).ptr[0] == VALUE_NUMBER;
    return n;
}

/* Wide once an input is, or when together they hold many numbers. */
static void decide_width(struct join *j, struct joined *joined)
{
    uint64_t numbers = 0;
    for (uint32_t i = 0; i < j->merge->input_count; i++) {
        if (joined->index[i] < 0)
            continue;
        const struct part *part = j->merge->inputs[i];
        const struct part_property *property = &part->properties[joined->index[i]];
        joined->types |= property->types;
        joined->is_wide |= property->is_wide;
        numbers += count_numbers(part, property);
    }
    joined->is_wide |= numbers > COLUMN_NUMBERS_MAX;
}

/* Which input has the smallest entry at its cursor; NULL ptr when all are used up. */
static struct str smallest_entry(struct join *j, const struct joined *joined,
                                 const uint32_t *cursor)
{
    struct str least = { 0 };
    for (uint32_t i = 0; i < j->merge->input_count; i++) {
        if (joined->index[i] < 0)
            continue;
        const struct part *part = j->merge->inputs[i];
        const struct part_property *property = &part->properties[joined->index[i]];
        if (cursor[i] > property->distinct)
            continue;
        struct str entry = part_read_entry(part, property, cursor[i]);
        if (!least.ptr || str_compare(entry, least) < 0)
            least = entry;
    }
    return least;
}

/* Joins the sorted dictionaries. */
static void join_dictionary(struct join *j, struct joined *joined)
{
    uint32_t cursor[PART_MERGE_INPUTS_MAX], total = 0;
    for (uint32_t i = 0; i < j->merge->input_count; i++) {
        cursor[i] = 1;
        if (joined->index[i] < 0)
            continue;
        uint32_t distinct = j->merge->inputs[i]->properties[joined->index[i]].distinct;
        joined->to[i] = take(j, distinct, sizeof(uint64_t));
        joined->to[i][0] = joined->is_wide ? PART_BOXED : 0;
        total += distinct;
    }
    joined->entries = take(j, total, sizeof(*joined->entries));
    joined->entry_rows = take(j, total, sizeof(*joined->entry_rows));
    memset(joined->entry_rows, 0, total * sizeof(*joined->entry_rows));
    for (struct str least; (least = smallest_entry(j, joined, cursor)).ptr != NULL;) {
        bool is_number = joined->is_wide && least.ptr[0] == VALUE_NUMBER;
        uint64_t to = joined->distinct + 1;
        if (is_number)
            to = column_write_number_word(least);
        else if (joined->is_wide)
            to |= PART_BOXED;
        for (uint32_t i = 0; i < j->merge->input_count; i++) {
            if (joined->index[i] < 0)
                continue;
            const struct part *part = j->merge->inputs[i];
            const struct part_property *property = &part->properties[joined->index[i]];
            if (cursor[i] <= property->distinct &&
                str_equal(part_read_entry(part, property, cursor[i]), least))
                joined->to[i][cursor[i]++] = to;
        }
        if (!is_number)
            joined->entries[joined->distinct++] = least;
    }
}

static int join_properties(struct join *j)
{
    const struct part_merge *merge = j->merge;
    uint32_t cursor[PART_MERGE_INPUTS_MAX] = { 0 }, total = 0;
    for (uint32_t i = 0; i < merge->input_count; i++)
        total += merge->inputs[i]->property_count;
    j->properties = take(j, total, sizeof(*j->properties));
    for (;;) {
        struct str least = { 0 };
        for (uint32_t i = 0; i < merge->input_count; i++) {
            const struct part *part = merge->inputs[i];
            if (cursor[i] < part->property_count &&
                (!least.ptr || str_compare(part->properties[cursor[i]].name, least) < 0))
                least = part->properties[cursor[i]].name;
        }
        if (!least.ptr)
            return 0;
        struct joined *joined = &j->properties[j->property_count++];
        *joined = (struct joined){ .name = least };
        for (uint32_t i = 0; i < merge->input_count; i++) {
            struct part *part = merge->inputs[i];
            joined->index[i] = -1;
            if (cursor[i] == part->property_count ||
                !str_equal(part->properties[cursor[i]].name, least))
                continue;
            joined->index[i] = (ptrdiff_t)cursor[i];
            int r = part_read_touch_dictionary(part, &part->properties[cursor[i]++]);
            if (r != 0)
                return r;
        }
        decide_width(j, joined);
        join_dictionary(j, joined);
    }
}

static void write_properties(struct join *j)
{
    for (uint32_t i = 0; i < j->property_count; i++) {
        const struct joined *joined = &j->properties[i];
        struct part_property property = { .name = joined->name, .types = joined->types,
                                          .is_wide = joined->is_wide };
        column_write_dictionary(&j->w, joined->entries, joined->entry_rows, joined->distinct,
                                &property);
        part_write_property(&j->w, &property);
    }
}

/* ---- the rows of one event ------------------------------------------------------------------- */

static void add_run(struct join *j, uint32_t person, const struct gather_span *spans, uint32_t n)
{
    if (j->run_count + 1 >= j->run_cap) {
        j->run_cap = j->run_cap ? j->run_cap * 2 : 1024;
        j->runs = realloc(j->runs, j->run_cap * sizeof(*j->runs));
        check(j->runs != NULL);
    }
    if (j->span_count + n > j->span_cap) {
        j->span_cap = (j->span_count + n) * 2;
        j->spans = realloc(j->spans, j->span_cap * sizeof(*j->spans));
        check(j->spans != NULL);
    }
    j->runs[j->run_count++] = (struct run){ person, j->rows };
    memcpy(j->spans + j->span_count, spans, n * sizeof(*spans));
    j->span_count += n;
    for (uint32_t i = 0; i < n; i++)
        j->rows += spans[i].count;
}

static void order_rows(struct join *j)
{
    const struct moves *moves = j->merge->moves;
    struct gather g;
    uint32_t lo = UINT32_MAX, hi = 0;
    for (uint32_t i = 0; i < j->source_count; i++) {
        const struct gather_source *s = &j->sources[i];
        lo = s->persons[0] < lo ? s->persons[0] : lo;
        hi = s->persons[s->event->runs - 1] > hi ? s->persons[s->event->runs - 1] : hi;
    }
    if (moves->count > 0) {
        uint32_t first = moves->by_person[0].person;
        uint32_t last = moves->by_person[moves->count - 1].person;
        lo = first < lo ? first : lo;
        hi = last > hi ? last : hi;
    }
    j->span_count = j->run_count = j->rows = 0;
    gather_init(&g, j->sources, j->source_count, moves);
    for (uint64_t person0 = lo; person0 <= hi; person0 += BLOCK_PERSONS) {
        gather_block(&g, (uint32_t)person0, BLOCK_PERSONS);
        for (uint32_t i = 0; i < BLOCK_PERSONS; i++)
            if (g.span_off[i + 1] > g.span_off[i])
                add_run(j, (uint32_t)person0 + i, g.spans + g.span_off[i],
                        g.span_off[i + 1] - g.span_off[i]);
    }
    gather_release(&g);
}

static void *reserve(struct join *j)
{
    if (j->buffer_cap < (size_t)j->rows * 8 + 8) {
        free(j->buffer);
        j->buffer_cap = (size_t)j->rows * 8 + 8;
        j->buffer = malloc(j->buffer_cap);
        check(j->buffer != NULL);
    }
    return j->buffer;
}

static void write_runs(struct join *j, struct part_event *event)
{
    uint32_t *out = reserve(j);
    for (uint32_t i = 0; i < j->run_count; i++)
        out[i] = j->runs[i].person;
    part_write_section(&j->w, out, j->run_count * sizeof(*out), &event->sections[PART_PERSONS]);
    for (uint32_t i = 0; i < j->run_count; i++)
        out[i] = j->runs[i].start;
    out[j->run_count] = j->rows;
    part_write_section(&j->w, out, (j->run_count + 1) * sizeof(*out),
                       &event->sections[PART_STARTS]);
}

static void write_time(struct join *j, struct part_event *event)
{
    uint32_t *out = reserve(j);
    event->first_ms = INT64_MAX;
    for (uint32_t i = 0, at = 0; i < j->span_count; i++) {
        const struct gather_span *span = &j->spans[i];
        const struct gather_source *s = &j->sources[span->source];
        memcpy(out + at, s->time + span->row, span->count * sizeof(*out));
        at += span->count;
        /* Within a span times ascend. */
        int64_t first = gather_row_ms(s, span->row);
        int64_t last = gather_row_ms(s, span->row + span->count - 1);
        event->first_ms = first < event->first_ms ? first : event->first_ms;
        event->last_ms = last > event->last_ms ? last : event->last_ms;
    }
    part_write_section(&j->w, out, j->rows * sizeof(*out), &event->sections[PART_TIME]);
}

/* A section that may be empty: `width` bytes a row. */
static void write_optional(struct join *j, enum part_kind kind, size_t width,
                           struct part_event *event)
{
    uint8_t *out = reserve(j);
    bool is_any = false;
    size_t at = 0;
    for (uint32_t i = 0; i < j->span_count; i++) {
        const struct gather_span *span = &j->spans[i];
        const struct gather_source *s = &j->sources[span->source];
        const uint8_t *from = part_read_section(s->part, &s->event->sections[kind]);
        is_any |= from != NULL;
        if (from)
            memcpy(out + at, from + span->row * width, span->count * width);
        else
            memset(out + at, 0, span->count * width);
        at += span->count * width;
    }
    part_write_section(&j->w, out, is_any ? at : 0, &event->sections[kind]);
}

static void write_arrival(struct join *j, struct part_event *event)
{
    uint32_t *out = reserve(j);
    size_t at = 0;
    for (uint32_t i = 0; i < j->span_count; i++) {
        const struct gather_span *span = &j->spans[i];
        const struct gather_source *s = &j->sources[span->source];
        uint32_t shift = (uint32_t)(s->part->arrival0 - j->w.head.arrival0);
        for (uint32_t row = span->row; row < span->row + span->count; row++)
            out[at++] = s->arrival[row] + shift;
    }
    part_write_section(&j->w, out, at * sizeof(*out), &event->sections[PART_ARRIVAL]);
}

/* ---- columns --------------------------------------------------------------------------------- */

static struct part_column *column_of(struct join *j, const struct joined *joined, uint32_t source)
{
    ptrdiff_t index = joined->index[j->input_of[source]];
    return index < 0 ? NULL
                     : part_read_find_column(j->sources[source].event, (uint32_t)index);
}

static void fill_words(struct join *j, const struct joined *joined,
                       struct part_column *const *columns, uint64_t *out)
{
    uint32_t codes[256];
    for (uint32_t i = 0; i < j->span_count; i++) {
        const struct gather_span *span = &j->spans[i];
        const struct part_column *column = columns[span->source];
        const struct part *part = j->sources[span->source].part;
        const uint64_t *to = joined->to[j->input_of[span->source]];
        const bool is_wide = column && column->encoding == PART_WIDE;
        if (is_wide)
            part_read_words(part, column, span->row, span->count, out);
        for (uint32_t k = 0; k < span->count; k++) {
            if (!is_wide && k % 256 == 0)
                part_read_codes(part, column, span->row + k,
                                span->count - k < 256 ? span->count - k : 256, codes);
            if (!is_wide)
                out[k] = codes[k % 256] ? to[codes[k % 256]] : PART_BOXED;
            else if (out[k] > PART_BOXED)
                out[k] = to[out[k] - PART_BOXED];
            if (out[k] > PART_BOXED)
                joined->entry_rows[out[k] - PART_BOXED - 1]++;
        }
        out += span->count;
    }
}

static void fill_codes(struct join *j, const struct joined *joined,
                       struct part_column *const *columns, uint32_t *out)
{
    for (uint32_t i = 0; i < j->span_count; i++) {
        const struct gather_span *span = &j->spans[i];
        const uint64_t *to = joined->to[j->input_of[span->source]];
        part_read_codes(j->sources[span->source].part, columns[span->source], span->row,
                        span->count, out);
        for (uint32_t k = 0; k < span->count; k++)
            if (out[k]) {
                out[k] = (uint32_t)to[out[k]];
                joined->entry_rows[out[k] - 1]++;
            }
        out += span->count;
    }
}

static uint32_t to_pairs(const uint32_t *codes, uint32_t rows, uint32_t *at, uint32_t *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows; i++)
        if (codes[i]) {
            at[n] = i;
            out[n++] = codes[i];
        }
    return n;
}

/* Into column; false when no row has the property. */
static bool write_column(struct join *j, const struct joined *joined,
                         struct part_column *const *columns, struct part_column *column)
{
    uint32_t present = 0, *codes = reserve(j);
    if (joined->is_wide) {
        fill_words(j, joined, columns, j->buffer);
        column_write_words(&j->w, j->buffer, j->rows, column);
        return true;
    }
    fill_codes(j, joined, columns, codes);
    for (uint32_t i = 0; i < j->rows; i++)
        present += codes[i] != 0;
    if (present == 0)
        return false;
    if (!column_write_is_sparse(present, j->rows)) {
        column_write_codes(&j->w, codes, j->rows, joined->distinct, column);
        return true;
    }
    uint32_t *at = malloc((size_t)present * 8);
    check(at != NULL);
    (void)to_pairs(codes, j->rows, at, at + present);
    column_write_pairs(&j->w, at, at + present, present, column);
    free(at);
    return true;
}

static int write_columns(struct join *j, struct part_event *event)
{
    struct part_column **columns = calloc(j->source_count + 1, sizeof(struct part_column *));
    int r = 0;
    event->columns = calloc(j->property_count + 1, sizeof(*event->columns));
    check(columns && event->columns);
    for (uint32_t p = 0; p < j->property_count && r == 0; p++) {
        const struct joined *joined = &j->properties[p];
        bool is_any = false;
        for (uint32_t s = 0; s < j->source_count && r == 0; s++) {
            columns[s] = column_of(j, joined, s);
            is_any |= columns[s] != NULL;
            if (columns[s])
                r = part_read_touch_column(j->sources[s].part, j->sources[s].event, columns[s]);
        }
        struct part_column *column = &event->columns[event->column_count];
        column->property = p;
        if (r == 0 && is_any && write_column(j, joined, columns, column))
            event->column_count++;
    }
    free(columns);
    return r;
}

static int find_sources(struct join *j, struct str name)
{
    int r = 0;
    j->source_count = 0;
    for (uint32_t i = 0; i < j->merge->input_count && r == 0; i++) {
        struct part *part = j->merge->inputs[i];
        struct part_event *event = part_read_find_event(part, name);
        if (!event)
            continue;
        j->input_of[j->source_count] = i;
        r = part_read_touch_event(part, event, PART_FLAGS);
        if (r == 0)
            r = gather_source_init(&j->sources[j->source_count++], part, event);
    }
    return r;
}

static int write_event(struct join *j, struct str name)
{
    int r = find_sources(j, name);
    if (r != 0)
        return r;
    order_rows(j);
    struct part_event event = { .name = name, .rows = j->rows, .runs = j->run_count };
    check(j->rows > 0);
    write_runs(j, &event);
    write_time(j, &event);
    write_optional(j, PART_MS, 2, &event);
    write_optional(j, PART_HASH, 8, &event);
    write_arrival(j, &event);
    write_optional(j, PART_FLAGS, 1, &event);
    r = write_columns(j, &event);
    part_write_event(&j->w, &event);
    free(event.columns);
    return r;
}

static int write_events(struct join *j)
{
    const struct part_merge *merge = j->merge;
    uint32_t cursor[PART_MERGE_INPUTS_MAX] = { 0 };
    for (int r = 0; r == 0;) {
        struct str least = { 0 };
        for (uint32_t i = 0; i < merge->input_count; i++) {
            const struct part *part = merge->inputs[i];
            if (cursor[i] < part->event_count &&
                (!least.ptr || str_compare(part->events[cursor[i]].name, least) < 0))
                least = part->events[cursor[i]].name;
        }
        if (!least.ptr)
            return 0;
        for (uint32_t i = 0; i < merge->input_count; i++) {
            const struct part *part = merge->inputs[i];
            if (cursor[i] < part->event_count &&
                str_equal(part->events[cursor[i]].name, least))
                cursor[i]++;
        }
        r = write_event(j, least);
        if (r != 0)
            return r;
    }
    return 0;
}

static struct part_write_head head_of(const struct part_merge *merge)
{
    struct part_write_head head = { .project = merge->inputs[0]->project, .id = merge->id,
                                    .links = merge->links, .arrival0 = UINT64_MAX };
    for (uint32_t i = 0; i < merge->input_count; i++) {
        const struct part *part = merge->inputs[i];
        head.arrival0 = part->arrival0 < head.arrival0 ? part->arrival0 : head.arrival0;
        head.arrival1 = part->arrival1 > head.arrival1 ? part->arrival1 : head.arrival1;
    }
    return head;
}

int part_merge_write(const struct part_merge *merge, struct file *file)
{
    struct join j = { .merge = merge };
    check(part_merge_fits(merge->inputs, merge->input_count) && merge->input_count > 0);
    struct part_write_head head = head_of(merge);
    arena_init(&j.arena, 0);
    j.sources = take(&j, merge->input_count, sizeof(*j.sources));
    j.input_of = take(&j, merge->input_count, sizeof(*j.input_of));
    part_write_begin(&j.w, file, &head);
    int r = join_properties(&j);
    if (r == 0)
        r = write_events(&j);
    if (r == 0) {
        write_properties(&j);
        r = part_write_finish(&j.w);
    }
    part_write_release(&j.w);
    free(j.spans);
    free(j.runs);
    free(j.buffer);
    arena_release(&j.arena);
    return r;
}
