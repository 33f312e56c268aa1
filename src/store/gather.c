#include "store/gather.h"

#include <stdlib.h>
#include <string.h>

/* Rows [lo, hi) of one source that belong to one person of the block. */
struct gather_segment {
    uint32_t person;    /* index in the block */
    uint32_t source;
    uint32_t lo;
    uint32_t hi;
};

struct gather_row {
    int64_t ms;
    uint64_t hash;
    uint64_t arrival;
    uint32_t rank;
    uint32_t source;
    uint32_t row;
};

int gather_source_init(struct gather_source *source, struct part *part, struct part_event *event)
{
    int r = 0;
    for (int kind = PART_PERSONS; kind <= PART_ARRIVAL && r == 0; kind++)
        r = part_read_touch_event(part, event, kind);
    if (r != 0)
        return r;
    *source = (struct gather_source){
        .part = part, .event = event,
        .persons = part_read_section(part, &event->sections[PART_PERSONS]),
        .starts = part_read_section(part, &event->sections[PART_STARTS]),
        .time = part_read_section(part, &event->sections[PART_TIME]),
        .ms = part_read_section(part, &event->sections[PART_MS]),
        .hash = part_read_section(part, &event->sections[PART_HASH]),
        .arrival = part_read_section(part, &event->sections[PART_ARRIVAL]),
    };
    return 0;
}

static int compare_names(const void *a, const void *b, void *ctx)
{
    const struct gather_source *sources = ctx;
    const uint32_t *x = a, *y = b;
    return str_compare(sources[*x].event->name, sources[*y].event->name);
}

void gather_rank_sources(struct gather_source *sources, uint32_t count)
{
    uint32_t *order = malloc(((size_t)count + 1) * sizeof(*order));
    check(order != NULL);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof(*order), compare_names, sources);
    for (uint32_t i = 0, rank = 0; i < count; i++) {
        if (i > 0 && compare_names(&order[i - 1], &order[i], sources) != 0)
            rank++;
        sources[order[i]].rank = rank;
    }
    free(order);
}

int64_t gather_row_ms(const struct gather_source *source, uint32_t row)
{
    return (int64_t)source->time[row] * 1000 + (source->ms ? source->ms[row] : 0);
}

void gather_init(struct gather *g, const struct gather_source *sources, uint32_t count,
                 const struct moves *moves)
{
    *g = (struct gather){ .sources = sources, .source_count = count, .moves = moves,
                          .from_ms = INT64_MIN, .to_ms = INT64_MAX };
}

void gather_release(struct gather *g)
{
    free(g->spans);
    free(g->span_off);
    free(g->segments);
    free(g->sorted);
    free(g->rows);
    free(g->counts);
    *g = (struct gather){ 0 };
}

size_t gather_memory(const struct gather *g)
{
    return g->span_cap * sizeof(*g->spans) + (size_t)g->segment_cap * 2 * sizeof(*g->segments) +
           g->row_cap * sizeof(*g->rows) + (size_t)g->count_cap * 2 * sizeof(*g->counts);
}

/* ---- segments -------------------------------------------------------------------------------- */

static uint32_t lower_bound(const uint32_t *v, uint32_t n, uint32_t key)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (v[mid] < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The first row in [lo, hi) whose time is >= ms. */
static uint32_t first_at(const struct gather_source *source, uint32_t lo, uint32_t hi, int64_t ms)
{
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (gather_row_ms(source, mid) < ms)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void add_segment(struct gather *g, uint32_t person, uint32_t source, uint32_t run)
{
    const struct gather_source *s = &g->sources[source];
    uint32_t lo = s->starts[run], hi = s->starts[run + 1];
    if (s->event->first_ms < g->from_ms)
        lo = first_at(s, lo, hi, g->from_ms);
    if (s->event->last_ms >= g->to_ms)
        hi = first_at(s, lo, hi, g->to_ms);
    if (lo == hi)
        return;
    if (g->segment_count == g->segment_cap) {
        g->segment_cap = g->segment_cap ? g->segment_cap * 2 : 4096;
        g->segments = realloc(g->segments, g->segment_cap * sizeof(*g->segments));
        free(g->sorted);
        g->sorted = malloc(g->segment_cap * sizeof(*g->sorted));
        check(g->segments && g->sorted);
    }
    g->segments[g->segment_count++] = (struct gather_segment){ person, source, lo, hi };
    g->rows_read += hi - lo;
}

/* The source's own rows of the block, but those of persons who moved away. */
static void add_own(struct gather *g, uint32_t source, uint32_t person0, uint32_t count)
{
    const struct gather_source *s = &g->sources[source];
    const struct moves *moves = g->moves;
    uint32_t move = identity_first_from(moves, person0);
    for (uint32_t run = lower_bound(s->persons, s->event->runs, person0);
         run < s->event->runs && s->persons[run] - person0 < count; run++) {
        uint32_t code = s->persons[run];
        while (move < moves->count && moves->by_device[move].device < code)
            move++;
        if (move < moves->count && moves->by_device[move].device == code)
            continue;
        add_segment(g, code - person0, source, run);
    }
}

/* Rows of those who moved into the block. */
static void add_moved(struct gather *g, uint32_t person0, uint32_t count)
{
    const struct moves *moves = g->moves;
    for (uint32_t i = identity_first_to(moves, person0);
         i < moves->count && moves->by_person[i].person - person0 < count; i++) {
        uint32_t device = moves->by_person[i].device;
        for (uint32_t source = 0; source < g->source_count; source++) {
            const struct gather_source *s = &g->sources[source];
            uint32_t run = lower_bound(s->persons, s->event->runs, device);
            if (run < s->event->runs && s->persons[run] == device)
                add_segment(g, moves->by_person[i].person - person0, source, run);
        }
    }
}

/* Counting sort by person; afterwards person i has sorted[counts[i] … counts[i + 1] - 1]. */
static void sort_segments(struct gather *g, uint32_t count)
{
    memset(g->counts, 0, ((size_t)count + 2) * sizeof(*g->counts));
    for (uint32_t i = 0; i < g->segment_count; i++)
        g->counts[g->segments[i].person + 2]++;
    for (uint32_t i = 2; i < count + 2; i++)
        g->counts[i] += g->counts[i - 1];
    for (uint32_t i = 0; i < g->segment_count; i++)
        g->sorted[g->counts[g->segments[i].person + 1]++] = g->segments[i];
}

/* ---- spans ----------------------------------------------------------------------------------- */

static void add_span(struct gather *g, uint32_t source, uint32_t row, uint32_t count)
{
    if (g->span_count == g->span_cap) {
        g->span_cap = g->span_cap ? g->span_cap * 2 : 4096;
        g->spans = realloc(g->spans, g->span_cap * sizeof(*g->spans));
        check(g->spans != NULL);
    }
    g->spans[g->span_count++] = (struct gather_span){ source, row, count };
}

static int compare_rows(const void *a, const void *b)
{
    const struct gather_row *x = a, *y = b;
    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

static bool is_older_twin(const struct gather_row *row, const struct gather_row *next)
{
    return row->hash != 0 && row->ms == next->ms && row->rank == next->rank &&
           row->hash == next->hash;
}

static void load_rows(struct gather_row *out, const struct gather_segment *segment,
                      const struct gather_source *s)
{
    for (uint32_t row = segment->lo; row < segment->hi; row++)
        *out++ = (struct gather_row){
            .ms = gather_row_ms(s, row), .hash = s->hash ? s->hash[row] : 0,
            .arrival = s->part->arrival0 + s->arrival[row], .rank = s->rank,
            .source = segment->source, .row = row,
        };
}

/* Segments whose times overlap: every row is looked at. */
static void merge_segments(struct gather *g, const struct gather_segment *segments, uint32_t count)
{
    uint32_t n = 0;
    size_t span0 = g->span_count;
    for (uint32_t i = 0; i < count; i++)
        n += segments[i].hi - segments[i].lo;
    if (n > g->row_cap) {
        g->row_cap = n + n / 2;
        free(g->rows);
        g->rows = malloc(g->row_cap * sizeof(*g->rows));
        check(g->rows != NULL);
    }
    n = 0;
    for (uint32_t i = 0; i < count; i++) {
        load_rows(g->rows + n, &segments[i], &g->sources[segments[i].source]);
        n += segments[i].hi - segments[i].lo;
    }
    qsort(g->rows, n, sizeof(*g->rows), compare_rows);
    for (uint32_t i = 0; i < n; i++) {
        const struct gather_row *row = &g->rows[i];
        if (i + 1 < n && is_older_twin(row, row + 1))
            continue;
        struct gather_span *last = g->span_count > span0 ? &g->spans[g->span_count - 1] : NULL;
        if (last && last->source == row->source && last->row + last->count == row->row)
            last->count++;
        else
            add_span(g, row->source, row->row, 1);
    }
}

static int compare_segments(const void *a, const void *b, void *ctx)
{
    const struct gather_segment *x = a, *y = b;
    const struct gather_source *sources = ctx;
    int64_t x_ms = gather_row_ms(&sources[x->source], x->lo);
    int64_t y_ms = gather_row_ms(&sources[y->source], y->lo);
    return x_ms < y_ms ? -1 : x_ms > y_ms;
}

static void sort_by_time(struct gather *g, struct gather_segment *segments, uint32_t count)
{
    if (count > 16) {
        qsort_r(segments, count, sizeof(*segments), compare_segments,
                (void *)(uintptr_t)g->sources);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        struct gather_segment segment = segments[i];
        int64_t ms = gather_row_ms(&g->sources[segment.source], segment.lo);
        uint32_t j = i;
        for (; j > 0; j--) {
            const struct gather_segment *before = &segments[j - 1];
            if (gather_row_ms(&g->sources[before->source], before->lo) <= ms)
                break;
            segments[j] = *before;
        }
        segments[j] = segment;
    }
}

/* Each group of segments whose times overlap is merged; the others are copied. */
static void add_person(struct gather *g, struct gather_segment *segments, uint32_t count)
{
    sort_by_time(g, segments, count);
    for (uint32_t i = 0, j; i < count; i = j) {
        int64_t last_ms = gather_row_ms(&g->sources[segments[i].source], segments[i].hi - 1);
        for (j = i + 1; j < count; j++) {
            const struct gather_source *s = &g->sources[segments[j].source];
            if (gather_row_ms(s, segments[j].lo) > last_ms)
                break;
            int64_t ms = gather_row_ms(s, segments[j].hi - 1);
            last_ms = ms > last_ms ? ms : last_ms;
        }
        if (j == i + 1)
            add_span(g, segments[i].source, segments[i].lo, segments[i].hi - segments[i].lo);
        else
            merge_segments(g, segments + i, j - i);
    }
}

static void reserve_persons(struct gather *g, uint32_t count)
{
    if (count + 2 <= g->count_cap)
        return;
    free(g->counts);
    free(g->span_off);
    g->count_cap = count + 2;
    g->counts = malloc(g->count_cap * sizeof(*g->counts));
    g->span_off = malloc(g->count_cap * sizeof(*g->span_off));
    check(g->counts && g->span_off);
}

void gather_block(struct gather *g, uint32_t person0, uint32_t count)
{
    check(count <= 65536);
    reserve_persons(g, count);
    g->segment_count = 0;
    g->span_count = 0;
    for (uint32_t source = 0; source < g->source_count; source++)
        add_own(g, source, person0, count);
    add_moved(g, person0, count);
    sort_segments(g, count);
    for (uint32_t i = 0; i < count; i++) {
        g->span_off[i] = g->span_count;
        uint32_t first = g->counts[i], n = g->counts[i + 1] - first;
        if (n == 1)
            add_span(g, g->sorted[first].source, g->sorted[first].lo,
                     g->sorted[first].hi - g->sorted[first].lo);
        else if (n > 1)
            add_person(g, g->sorted + first, n);
    }
    g->span_off[count] = g->span_count;
}
