/* A scan: a pin of one moment, every want compiled against the pinned parts, and blocks handed out
 * by an atomic counter. Rows of nobody (code 0) may be most of a project, so they come first, in
 * slices of time, each a block of its own; persons follow, as many a block as keep it small. */
#include "store/scan.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/err.h"
#include "store/scan_emit.h"
#include "store/scan_row.h"
#include "store/scan_source.h"
#include "store/store_inside.h"

enum {
    MEMORY_MAX = 64 * 1024 * 1024,
    SAMPLE_ROWS = 16 * 1024,        /* of nobody's rows: one time in so many is looked at */
    SLICE_SAMPLES = 16,
    BLOCK_ROWS = 512 * 1024,        /* what a block should not exceed */
    BLOCK_PERSONS_MIN = 64,
};

struct scan_thread {
    struct scan_emit *emits;        /* one a want; NULL before its first block */
    uint64_t rows_read;
};

struct scan {
    struct store *store;
    struct store_pin pin;
    struct scan_sources shared;
    struct scan_want *wants;
    struct scan_plan *plans;
    uint32_t want_count;
    struct scan_thread *threads;
    uint32_t thread_count;
    int64_t *slices;                /* slice i is [slices[i], slices[i + 1]) */
    uint32_t slice_count;
    uint32_t block_persons;
    uint32_t *persons;              /* a block each; NULL = all there are */
    uint64_t block_count;
    _Atomic uint64_t next_block;
    _Atomic uint64_t rows_read;
    _Atomic int failed;
};

/* ---- compiling ------------------------------------------------------------------------------- */

static bool is_repeated(const struct scan_want *want, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (str_equal(want->events[i], want->events[index]))
            return true;
    return false;
}

static int add_source(struct scan_plan *plan, struct part *part, struct part_event *event)
{
    if (event->last_ms < plan->want->from_ms || event->first_ms >= plan->want->to_ms)
        return 0;
    return gather_source_init(&plan->sources[plan->source_count++], part, event);
}

static int add_part(struct scan_plan *plan, struct part *part)
{
    const struct scan_want *want = plan->want;
    int r = part->data ? 0 : ERR_CORRUPT;
    for (uint32_t i = 0; want->event_count == 0 && i < part->event_count && r == 0; i++)
        r = add_source(plan, part, &part->events[i]);
    for (uint32_t i = 0; i < want->event_count && r == 0; i++) {
        struct part_event *event = part_read_find_event(part, want->events[i]);
        if (event && !is_repeated(want, i))
            r = add_source(plan, part, event);
    }
    return r;
}

static int find_sources(struct scan *scan, struct scan_plan *plan)
{
    uint32_t cap = 0;
    int r = 0;
    for (uint32_t i = 0; i < scan->pin.part_count; i++)
        cap += plan->want->event_count ? plan->want->event_count
                                       : scan->pin.parts[i]->event_count;
    plan->sources = calloc(cap + 1u, sizeof(*plan->sources));
    check(plan->sources != NULL);
    for (uint32_t i = 0; i < scan->pin.part_count && r == 0; i++)
        r = add_part(plan, scan->pin.parts[i]);
    if (r == 0)
        gather_rank_sources(plan->sources, plan->source_count);
    return r;
}

static int compile_names(struct scan *scan, struct scan_plan *plan)
{
    plan->names = calloc(plan->source_count + 1, sizeof(*plan->names));
    check(plan->names != NULL);
    for (uint32_t i = 0; i < plan->source_count; i++) {
        struct value name = { .type = VALUE_STRING,
                              .as.string = plan->sources[i].event->name };
        plan->names[i] = scan_values_put(&scan->shared.values, &name);
        if (plan->names[i] == 0)
            return ERR_NOMEM;
    }
    return 0;
}

static int compile_plan(struct scan *scan, struct scan_plan *plan)
{
    const struct scan_want *want = plan->want;
    int r = find_sources(scan, plan);
    plan->filter_count = want->filter ? want->filter->source_count : 0;
    plan->filter = calloc((size_t)plan->source_count * plan->filter_count + 1,
                          sizeof(*plan->filter));
    plan->pay = calloc((size_t)plan->source_count * want->pay_count + 1, sizeof(*plan->pay));
    check(plan->filter && plan->pay);
    for (uint32_t s = 0; s < plan->source_count && r == 0; s++) {
        for (uint32_t i = 0; i < plan->filter_count && r == 0; i++)
            r = scan_source_compile(&scan->shared, &want->filter->sources[i], &plan->sources[s],
                                    &plan->filter[s * plan->filter_count + i]);
        for (uint32_t i = 0; i < want->pay_count && r == 0; i++)
            r = scan_source_compile(&scan->shared, &want->pay[i].source, &plan->sources[s],
                                    &plan->pay[s * want->pay_count + i]);
    }
    if (r == 0 && want->with_names)
        r = compile_names(scan, plan);
    return r;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static int compare_ms(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static uint32_t rows_of_nobody(const struct gather_source *source)
{
    return source->persons[0] == 0 ? source->starts[1] : 0;
}

/* Slices of nobody's rows, about SLICE_SAMPLES * SAMPLE_ROWS each, cut between seconds. */
static void cut_slices(struct scan *scan)
{
    size_t cap = 2, n = 0, kept = 1;
    bool is_any = false;
    for (uint32_t w = 0; w < scan->want_count; w++)
        for (uint32_t s = 0; s < scan->plans[w].source_count; s++)
            cap += rows_of_nobody(&scan->plans[w].sources[s]) / SAMPLE_ROWS + 1;
    scan->slices = malloc((cap + 1) * sizeof(*scan->slices));
    check(scan->slices != NULL);
    scan->slices[n++] = INT64_MIN;
    for (uint32_t w = 0; w < scan->want_count; w++)
        for (uint32_t s = 0; s < scan->plans[w].source_count; s++) {
            const struct gather_source *source = &scan->plans[w].sources[s];
            uint32_t rows = rows_of_nobody(source);
            is_any |= rows > 0;
            for (uint32_t row = SAMPLE_ROWS; row < rows; row += SAMPLE_ROWS)
                scan->slices[n++] = (int64_t)source->time[row] * 1000;
        }
    qsort(scan->slices, n, sizeof(*scan->slices), compare_ms);
    for (size_t i = SLICE_SAMPLES; i < n; i += SLICE_SAMPLES)
        if (scan->slices[i] > scan->slices[kept - 1])
            scan->slices[kept++] = scan->slices[i];
    scan->slices[kept] = INT64_MAX;
    scan->slice_count = is_any ? (uint32_t)kept : 0;
}

static void cut_blocks(struct scan *scan)
{
    uint64_t rows = 0, persons = scan->pin.person_count;
    for (uint32_t w = 0; w < scan->want_count; w++)
        for (uint32_t s = 0; s < scan->plans[w].source_count; s++)
            rows += scan->plans[w].sources[s].event->rows -
                    rows_of_nobody(&scan->plans[w].sources[s]);
    uint32_t n = SCAN_BLOCK_PERSONS;
    while (n > BLOCK_PERSONS_MIN && rows / persons * n > BLOCK_ROWS)
        n /= 2;
    cut_slices(scan);
    scan->block_persons = n;
    scan->block_count = scan->slice_count + (persons - 1 + n - 1) / n;
}

/* ---- life ------------------------------------------------------------------------------------ */

static int take_profiles(struct scan *scan)
{
    int r = 0;
    for (uint32_t w = 0; w < scan->want_count; w++) {
        const struct scan_want *want = &scan->wants[w];
        for (uint32_t i = 0; want->filter && i < want->filter->source_count && r == 0; i++)
            r = scan_source_take_profiles(&scan->shared, scan->store,
                                          &want->filter->sources[i]);
        for (uint32_t i = 0; i < want->pay_count && r == 0; i++)
            r = scan_source_take_profiles(&scan->shared, scan->store, &want->pay[i].source);
    }
    return r;
}

int scan_open(struct store *store, const struct scan_want *wants, uint32_t want_count,
              uint32_t threads, struct scan **out)
{
    struct scan *scan = calloc(1, sizeof(*scan));
    check(scan != NULL && want_count <= SCAN_WANTS_MAX && threads > 0);
    scan->store = store;
    scan->wants = calloc(want_count + 1, sizeof(*scan->wants));
    scan->plans = calloc(want_count + 1, sizeof(*scan->plans));
    scan->threads = calloc(threads, sizeof(*scan->threads));
    check(scan->wants && scan->plans && scan->threads);
    scan->want_count = want_count;
    scan->thread_count = threads;
    for (uint32_t i = 0; i < want_count; i++) {
        check(wants[i].pay_count <= SCAN_PAYLOADS_MAX);
        check(!wants[i].filter || wants[i].filter->source_count <= SCAN_FILTER_SOURCES_MAX);
        scan->wants[i] = wants[i];
        scan->plans[i].want = &scan->wants[i];
    }
    (void)pthread_mutex_lock(&store->stores->lock);
    store_pin_locked(store, &scan->pin);
    scan_source_init(&scan->shared, scan->pin.person_count, MEMORY_MAX);
    int r = take_profiles(scan);
    (void)pthread_mutex_unlock(&store->stores->lock);
    for (uint32_t i = 0; i < want_count && r == 0; i++)
        r = compile_plan(scan, &scan->plans[i]);
    if (r == 0)
        cut_blocks(scan);
    if (r != 0) {
        scan_close(scan);
        scan = NULL;
    }
    *out = scan;
    return r;
}

void scan_close(struct scan *scan)
{
    if (!scan)
        return;
    for (uint32_t t = 0; t < scan->thread_count; t++) {
        for (uint32_t w = 0; scan->threads[t].emits && w < scan->want_count; w++)
            scan_emit_release(&scan->threads[t].emits[w]);
        free(scan->threads[t].emits);
    }
    for (uint32_t w = 0; w < scan->want_count; w++) {
        free(scan->plans[w].sources);
        free(scan->plans[w].filter);
        free(scan->plans[w].pay);
        free(scan->plans[w].names);
    }
    scan_source_release(&scan->shared);
    store_unpin(&scan->pin);
    free(scan->slices);
    free(scan->persons);
    free(scan->threads);
    free(scan->plans);
    free(scan->wants);
    free(scan);
}

/* ---- scanning -------------------------------------------------------------------------------- */

static struct scan_thread *begin_thread(struct scan *scan, uint32_t index)
{
    struct scan_thread *thread = &scan->threads[index];
    if (thread->emits)
        return thread;
    thread->emits = calloc(scan->want_count + 1, sizeof(*thread->emits));
    check(thread->emits != NULL);
    for (uint32_t w = 0; w < scan->want_count; w++)
        scan_emit_init(&thread->emits[w], &scan->shared, &scan->plans[w], scan->pin.moves);
    return thread;
}

static int emit_wants(struct scan *scan, struct scan_thread *thread, uint64_t block,
                      struct scan_block *blocks)
{
    uint32_t person0 = 0, count = 1;
    int64_t from_ms = INT64_MIN, to_ms = INT64_MAX;
    size_t memory = 0;
    uint64_t rows_read = 0;
    if (scan->persons) {
        person0 = scan->persons[block];
    } else if (block < scan->slice_count) {
        from_ms = scan->slices[block];
        to_ms = scan->slices[block + 1];
    } else {
        person0 = 1 + (uint32_t)(block - scan->slice_count) * scan->block_persons;
        count = scan->pin.person_count - person0;
        count = count < scan->block_persons ? count : scan->block_persons;
    }
    for (uint32_t w = 0; w < scan->want_count; w++) {
        struct scan_emit *emit = &thread->emits[w];
        bool is_done = scan_emit_block(emit, person0, count, from_ms, to_ms, &blocks[w]);
        memory += scan_emit_memory(emit);
        rows_read += emit->gather.rows_read;
        if (!is_done || memory > MEMORY_MAX)
            return ERR_NOMEM;
    }
    scan->rows_read += rows_read - thread->rows_read;
    thread->rows_read = rows_read;
    return 1;
}

int scan_next(struct scan *scan, uint32_t thread, struct scan_block *blocks)
{
    check(thread < scan->thread_count);
    if (scan->failed)
        return scan->failed;
    uint64_t block = scan->next_block++;
    if (block >= scan->block_count)
        return 0;
    int r = emit_wants(scan, begin_thread(scan, thread), block, blocks);
    if (r < 0)
        scan->failed = r;
    return r;
}

void scan_cancel(struct scan *scan)
{
    int none = 0;
    (void)atomic_compare_exchange_strong(&scan->failed, &none, ERR_CANCELLED);
}

void scan_rewind(struct scan *scan)
{
    scan->next_block = 0;
}

void scan_limit(struct scan *scan, const uint32_t *persons, uint32_t count)
{
    free(scan->persons);
    scan->persons = malloc(((size_t)count + 1) * sizeof(*persons));
    check(scan->persons != NULL);
    for (uint32_t i = 0; i < count; i++) {
        check(persons[i] > 0);
        scan->persons[i] = persons[i];
    }
    scan->block_count = count;
    scan->next_block = 0;
}

uint32_t scan_person_count(const struct scan *scan)
{
    return scan->pin.person_count;
}

uint64_t scan_rows_read(const struct scan *scan)
{
    return scan->rows_read;
}

int64_t scan_until_ms(const struct scan *scan)
{
    return scan->pin.until_ms;
}

const uint32_t *scan_person_codes(const struct scan *scan, struct str property)
{
    return scan_source_person_codes(&scan->shared, property);
}

int scan_read_row(const struct scan *scan, uint32_t want, const struct scan_place *place,
                  struct arena *arena, struct property **out, uint32_t *count)
{
    check(want < scan->want_count && place->source < scan->plans[want].source_count);
    return scan_row_read(&scan->plans[want].sources[place->source], place->row, arena, out,
                         count);
}

const struct value *scan_value(const struct scan *scan, uint32_t code)
{
    return scan_values_get(&scan->shared.values, code);
}
