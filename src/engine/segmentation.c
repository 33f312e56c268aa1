/* Two passes over one moment of the store. The first, only with a breakdown, finds the groups that
 * are shown, and often their cells too (survey.h). The second counts cells, a group in a bucket
 * each: every thread has counters of its own for the person blocks that it gets, and they are added
 * up at the end.
 *
 * A person's rows come together and in the order of time, so "a new person in this bucket" is a
 * comparison with the row before, and distinct counts are exact without a set. For the same reason
 * $other can say how many different people its groups have: it is counted as one group, never added
 * up from others. */
#include "engine/segmentation.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "engine/bucket.h"
#include "engine/budget.h"
#include "engine/groups.h"
#include "engine/key.h"
#include "engine/measure.h"
#include "engine/plan.h"
#include "engine/run.h"
#include "engine/survey.h"

enum { BLURRED_ROWS = 1000 };

/* One row of the question. */
struct line {
    struct survey_row found;     /* with a breakdown */
    struct groups shown;         /* key → its place in found.top */
    bool has_other;
    uint32_t group_count;        /* with $other; 1 without a breakdown */
    unsigned columns;
};

struct report {
    const struct backend_ask *ask;
    const struct spec *spec;
    struct zone_buckets buckets;
    struct plan plan;
    struct budget budget;
    struct scan *scan;
    uint32_t threads;
    struct line *lines;          /* [row] */
    struct tally *cells;         /* [thread][row], counter = group * buckets + bucket */
};

static struct tally *cells_of(const struct report *report, uint32_t thread, uint32_t row)
{
    return &report->cells[thread * report->spec->show_count + row];
}

/* ---- counting cells ------------------------------------------------------------------------- */

/* Without a breakdown: buckets ascend within a person, so the last one is all to remember. */
static void count_plain(const struct report *report, struct tally *cells,
                        const struct scan_block *block)
{
    uint32_t bucket = 0;
    for (uint32_t i = 0; i < block->person_count; i++) {
        bool is_person = block->person0 + i != 0;
        uint32_t counted = UINT32_MAX;
        for (uint32_t r = block->off[i]; r < block->off[i + 1]; r++) {
            bucket = bucket_of(&report->buckets, bucket, block->t[r]);
            if (cells->rows != NULL)
                cells->rows[bucket]++;
            if (cells->persons != NULL && is_person && counted != bucket)
                cells->persons[bucket]++;
            if (cells->sums != NULL)
                sum_add(&cells->sums[bucket], block->numbers[0][r]);
            counted = bucket;
        }
    }
}

struct place {
    uint32_t r;
    uint32_t person;
    uint32_t bucket;
};

/* One row in every group that it counts in: one a list element. */
static int count_row(const struct report *report, uint32_t row, struct tally *cells,
                     const struct scan_block *block, struct place at)
{
    const struct spec *spec = report->spec;
    const struct line *line = &report->lines[row];
    uint32_t n = key_count(spec, block, at.r), key[SPEC_BY_MAX], group;
    double number = cells->sums ? block->numbers[spec->by_count][at.r] : 0;
    if (n > KEY_ROW_MAX)
        return ERR_TOO_LARGE;
    for (uint32_t i = 0; i < n; i++) {
        key_of_row(report->scan, spec, block, (struct key_row){ at.r, i }, key);
        if (!groups_find(&line->shown, key, &group)) {
            check(line->has_other);
            group = line->group_count - 1;
        }
        tally_add(cells, (size_t)group * report->buckets.count + at.bucket, at.person, number);
    }
    return 0;
}

static int count_grouped(const struct report *report, uint32_t row, struct tally *cells,
                         const struct scan_block *block)
{
    struct place at = { 0 };
    for (uint32_t i = 0; i < block->person_count; i++) {
        at.person = block->person0 + i;
        for (at.r = block->off[i]; at.r < block->off[i + 1]; at.r++) {
            at.bucket = bucket_of(&report->buckets, at.bucket, block->t[at.r]);
            int r = count_row(report, row, cells, block, at);
            if (r != 0)
                return r;
        }
    }
    return 0;
}

static int count_block(void *ctx, uint32_t thread, const struct scan_block *blocks)
{
    const struct report *report = ctx;
    int r = 0;
    for (uint32_t row = 0; r == 0 && row < report->spec->show_count; row++) {
        struct tally *cells = cells_of(report, thread, row);
        if (report->spec->by_count == 0)
            count_plain(report, cells, &blocks[row]);
        else
            r = count_grouped(report, row, cells, &blocks[row]);
    }
    return r;
}

/* As many threads as there is memory for their cells. */
static int reserve_cells(struct report *report)
{
    uint32_t row_count = report->spec->show_count;
    size_t bytes = 0, left = report->budget.limit - report->budget.used;
    for (uint32_t row = 0; row < row_count; row++)
        bytes += (size_t)report->lines[row].group_count * report->buckets.count *
                 tally_bytes(report->lines[row].columns);
    while (report->threads > 1 && bytes > left / report->threads)
        report->threads--;
    report->cells = calloc((size_t)report->threads * row_count, sizeof(*report->cells));
    if (report->cells == NULL)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < report->threads * row_count; i++) {
        const struct line *line = &report->lines[i % row_count];
        tally_init(&report->cells[i], line->columns, &report->budget);
        int r = tally_reserve(&report->cells[i],
                              (size_t)line->group_count * report->buckets.count);
        if (r != 0)
            return r;
    }
    return 0;
}

static int count_cells(struct report *report)
{
    uint32_t row_count = report->spec->show_count;
    int r = reserve_cells(report);
    if (r != 0)
        return r;
    struct run run = { report->scan, row_count, report->threads, report->ask->cancelled,
                       count_block, report };
    r = run_blocks(&run);
    for (uint32_t thread = 1; r == 0 && thread < report->threads; thread++)
        for (uint32_t row = 0; row < row_count; row++) {
            size_t count = (size_t)report->lines[row].group_count * report->buckets.count;
            for (size_t at = 0; at < count; at++)
                tally_merge(cells_of(report, 0, row), at, cells_of(report, thread, row), at);
        }
    return r;
}

/* ---- which groups --------------------------------------------------------------------------- */

static int find_groups(struct report *report)
{
    const struct backend_ask *ask = report->ask;
    uint32_t row_count = report->spec->show_count;
    struct survey survey = { report->scan, report->spec, &report->buckets, &report->budget,
                             report->threads, ask->fold_under, ask->cancelled };
    struct survey_row *found = calloc(row_count, sizeof(*found));
    if (found == NULL)
        return ERR_NOMEM;
    int r = survey_groups(&survey, found);
    for (uint32_t row = 0; row < row_count; row++)
        report->lines[row].found = found[row];
    free(found);
    for (uint32_t row = 0; r == 0 && row < row_count; row++) {
        struct line *line = &report->lines[row];
        const struct top *top = &line->found.top;
        groups_init(&line->shown, report->spec->by_count, &report->budget);
        for (uint32_t i = 0, place; r == 0 && i < top->count; i++) {
            const uint32_t *key = top->groups[i].key;
            r = groups_put(&line->shown, key, groups_hash(key, line->shown.width), &place);
            check(r != 0 || place == i);
        }
        line->has_other = top->has_more || line->found.folded > 0;
        line->group_count = top->count + line->has_other;
    }
    return r;
}

/* The first pass may have had all cells already. */
static bool has_cells(const struct report *report)
{
    for (uint32_t row = 0; row < report->spec->show_count; row++)
        if (!report->lines[row].found.has_cells)
            return false;
    return report->spec->by_count > 0;
}

static int take_cells(struct report *report)
{
    report->threads = 1;
    report->cells = calloc(report->spec->show_count, sizeof(*report->cells));
    for (uint32_t row = 0; report->cells != NULL && row < report->spec->show_count; row++) {
        report->cells[row] = report->lines[row].found.cells;
        report->lines[row].found.cells = (struct tally){ 0 };
    }
    return report->cells ? 0 : ERR_NOMEM;
}

/* ---- the answer ----------------------------------------------------------------------------- */

/* A cell that speaks of fewer people than the minimum is not said, nobody included: whether it is
 * nobody or somebody is what a narrow question is after. */
static double point_of(const struct report *report, uint32_t row, size_t at)
{
    const struct tally *cells = cells_of(report, 0, row);
    uint32_t minimum = report->ask->fold_under;
    if (minimum > 0 && cells->persons[at] < minimum)
        return (double)NAN;
    return measure_value(report->spec->show[row].measure, cells, at);
}

static int write_series(const struct report *report, uint32_t row, uint32_t group,
                        struct result_series *out)
{
    const struct line *line = &report->lines[row];
    const struct spec *spec = report->spec;
    uint32_t bucket_count = report->buckets.count;
    *out = (struct result_series){ .name = spec->show[row].name };
    out->points = arena_try(report->ask->arena, (bucket_count + 1) * sizeof(*out->points));
    if (out->points == NULL)
        return ERR_NOMEM;
    for (uint32_t b = 0; b < bucket_count; b++)
        out->points[b] = report->cells == NULL
                             ? 0 : point_of(report, row, (size_t)group * bucket_count + b);
    if (spec->by_count == 0)
        return 0;
    if (group < line->found.top.count)
        return key_to_groups(report->scan, spec, line->found.top.groups[group].key,
                             report->ask->arena, out->by);
    for (uint32_t b = 0; b < spec->by_count; b++)
        out->by[b].is_other = true;
    return 0;
}

/* With folding the number of rows is blurred: it would count what a small cell does not say. */
static uint64_t rows_said(const struct report *report)
{
    uint64_t rows = scan_rows_read(report->scan);
    return report->ask->fold_under > 0 ? (rows / BLURRED_ROWS + 1) * BLURRED_ROWS : rows;
}

static int write_result(const struct report *report, struct result *out)
{
    uint32_t count = 0, at = 0;
    *out = (struct result){ .spec = report->spec, .buckets = report->buckets };
    for (uint32_t row = 0; row < report->spec->show_count; row++) {
        count += report->lines[row].group_count;
        out->folded += report->lines[row].found.folded;
    }
    out->series = arena_try(report->ask->arena, (count + 1) * sizeof(*out->series));
    if (out->series == NULL)
        return ERR_NOMEM;
    for (uint32_t row = 0; row < report->spec->show_count; row++)
        for (uint32_t group = 0; group < report->lines[row].group_count; group++) {
            int r = write_series(report, row, group, &out->series[at++]);
            if (r != 0)
                return r;
        }
    out->series_count = at;
    if (report->scan != NULL) {
        out->rows_scanned = rows_said(report);
        out->until_ms = scan_until_ms(report->scan);
    }
    return 0;
}

/* ---- life ----------------------------------------------------------------------------------- */

static int begin(struct report *report)
{
    const struct spec *spec = report->spec;
    int r = zone_make_buckets(report->ask->zone, spec->from_day, spec->to_day, spec->unit,
                              report->ask->week_start, SPEC_BUCKETS_MAX, report->ask->arena,
                              &report->buckets);
    if (r != 0)
        return r;
    report->lines = calloc(spec->show_count + 1, sizeof(*report->lines));
    if (report->lines == NULL)
        return ERR_NOMEM;
    for (uint32_t row = 0; row < spec->show_count; row++) {
        report->lines[row].columns =
            measure_columns(spec->show[row].measure, report->ask->fold_under > 0);
        report->lines[row].group_count = spec->by_count == 0;
    }
    return 0;
}

static int scan_and_count(struct report *report, struct store *store)
{
    const struct zone_buckets *buckets = &report->buckets;
    int64_t from_ms = 0, to_ms = 0; /* the only day asked may be one that the zone skipped */
    if (buckets->count > 0) {
        from_ms = buckets->buckets[0].from_s * 1000;
        to_ms = buckets->buckets[buckets->count - 1].to_s * 1000;
    }
    int r = plan_make(report->spec, from_ms, to_ms, report->ask->arena, &report->plan);
    if (r == 0)
        r = scan_open(store, report->plan.wants, report->plan.want_count, report->threads,
                      &report->scan);
    if (r == 0 && report->spec->by_count > 0)
        r = find_groups(report);
    if (r != 0)
        return r;
    if (has_cells(report))
        return take_cells(report);
    for (uint32_t row = 0; row < report->spec->show_count; row++)
        tally_release(&report->lines[row].found.cells);
    if (report->spec->by_count > 0)
        scan_rewind(report->scan);
    return count_cells(report);
}

static void release(struct report *report)
{
    uint32_t row_count = report->spec->show_count;
    for (uint32_t i = 0; report->cells != NULL && i < report->threads * row_count; i++)
        tally_release(&report->cells[i]);
    for (uint32_t row = 0; report->lines != NULL && row < row_count; row++) {
        groups_release(&report->lines[row].shown);
        survey_release(&report->lines[row].found);
    }
    free(report->cells);
    free(report->lines);
    if (report->scan != NULL)
        scan_close(report->scan);
    check(report->budget.used == 0);
}

int segmentation_answer(struct store *store, const struct backend_ask *ask, struct result *out)
{
    struct report report = { .ask = ask, .spec = ask->spec, .threads = ask->threads };
    report.budget.limit = BUDGET_QUERY_BYTES;
    if (report.threads < 1)
        report.threads = 1;
    if (report.threads > RUN_THREADS_MAX)
        report.threads = RUN_THREADS_MAX;
    int r = begin(&report);
    if (r == 0 && store != NULL && ask->spec->show_count > 0)
        r = scan_and_count(&report, store);
    if (r == 0)
        r = write_result(&report, out);
    release(&report);
    return r == ERR_NOMEM ? ERR_TOO_LARGE : r;
}
