#include "engine/survey.h"

#include <stdlib.h>

#include "base/err.h"
#include "engine/bucket.h"
#include "engine/groups.h"
#include "engine/key.h"
#include "engine/measure.h"
#include "engine/run.h"
#include "engine/tally.h"

/* What one thread has of one row. */
struct found {
    struct groups groups;
    struct tally tally;
    uint32_t people;            /* of all groups together */
    bool has_cells;             /* so far */
    struct tally cells;         /* counter = group * buckets + bucket */
};

struct pass {
    const struct survey *survey;
    struct found *found;        /* [thread][row] */
    uint32_t shares;            /* a power of two */
    uint32_t share;
};

static struct found *found_of(const struct pass *pass, uint32_t thread, uint32_t row)
{
    return &pass->found[thread * pass->survey->spec->show_count + row];
}

/* ---- counting ------------------------------------------------------------------------------- */

static int add(const struct pass *pass, struct found *found, const uint32_t *key, uint32_t *index)
{
    uint64_t hash = groups_hash(key, found->groups.width);
    *index = UINT32_MAX;
    if ((hash >> 32 & (pass->shares - 1)) != pass->share)
        return 0;
    int r = groups_put(&found->groups, key, hash, index);
    return r == 0 ? tally_reserve(&found->tally, found->groups.count) : r;
}

static void drop_cells(struct found *found)
{
    found->has_cells = false;
    tally_release(&found->cells);
}

/* Cells are kept while all groups would be shown. No memory for them is no failure. */
static bool keep_cells(const struct pass *pass, struct found *found)
{
    if (found->has_cells &&
        (found->groups.count > pass->survey->spec->limit ||
         tally_reserve(&found->cells,
                       (size_t)found->groups.count * pass->survey->buckets->count) != 0))
        drop_cells(found);
    return found->has_cells;
}

struct place {
    uint32_t r;
    uint32_t person;
    uint32_t bucket;
};

static int count_row(const struct pass *pass, struct found *found, const struct scan_block *block,
                     struct place at)
{
    const struct survey *survey = pass->survey;
    const struct spec *spec = survey->spec;
    uint32_t n = key_count(spec, block, at.r), key[SPEC_BY_MAX], index;
    double number = found->tally.columns & TALLY_SUMS ? block->numbers[spec->by_count][at.r] : 0;
    if (n > KEY_ROW_MAX)
        return ERR_TOO_LARGE;
    for (uint32_t i = 0; i < n; i++) {
        key_of_row(survey->scan, spec, block, (struct key_row){ at.r, i }, key);
        int e = add(pass, found, key, &index);
        if (e != 0)
            return e;
        if (index == UINT32_MAX)
            continue;
        tally_add(&found->tally, index, at.person, number);
        if (keep_cells(pass, found))
            tally_add(&found->cells, (size_t)index * survey->buckets->count + at.bucket,
                      at.person, number);
    }
    return 0;
}

static int count_want(const struct pass *pass, struct found *found,
                      const struct scan_block *block)
{
    struct place at = { 0 };
    for (uint32_t i = 0; i < block->person_count; i++) {
        at.person = block->person0 + i;
        found->people += at.person != 0 && block->off[i + 1] > block->off[i];
        for (at.r = block->off[i]; at.r < block->off[i + 1]; at.r++) {
            if (found->has_cells)
                at.bucket = bucket_of(pass->survey->buckets, at.bucket, block->t[at.r]);
            int r = count_row(pass, found, block, at);
            if (r != 0)
                return r;
        }
    }
    return 0;
}

static int count_block(void *ctx, uint32_t thread, const struct scan_block *blocks)
{
    const struct pass *pass = ctx;
    int r = 0;
    for (uint32_t row = 0; r == 0 && row < pass->survey->spec->show_count; row++)
        r = count_want(pass, found_of(pass, thread, row), &blocks[row]);
    return r;
}

/* ---- from what the threads found to what is shown ------------------------------------------- */

static void release_found(struct found *found)
{
    groups_release(&found->groups);
    tally_release(&found->tally);
    drop_cells(found);
}

static int merge(const struct pass *pass, struct found *into, struct found *from)
{
    const uint32_t bucket_count = pass->survey->buckets->count;
    if (!from->has_cells)
        drop_cells(into);
    for (uint32_t i = 0; i < from->groups.count; i++) {
        const uint32_t *key = from->groups.keys + (size_t)i * from->groups.width;
        uint32_t index;
        int r = groups_put(&into->groups, key, groups_hash(key, into->groups.width), &index);
        if (r == 0)
            r = tally_reserve(&into->tally, into->groups.count);
        if (r != 0)
            return r;
        tally_merge(&into->tally, index, &from->tally, i);
        if (keep_cells(pass, into))
            for (uint32_t b = 0; b < bucket_count; b++)
                tally_merge(&into->cells, (size_t)index * bucket_count + b, &from->cells,
                            (size_t)i * bucket_count + b);
    }
    into->people += from->people;
    release_found(from);
    return 0;
}

/* Where a whole row speaks of too few people, it must not tell whether it speaks of anybody: none,
 * one or several groups look like one. */
static void hide_few(const struct survey *survey, const struct found *found,
                     struct survey_row *out)
{
    if (found->people >= survey->fold_under)
        return;
    check(out->top.count == 0);
    out->folded = 1;
}

static void choose(const struct survey *survey, uint32_t row, const struct found *found,
                   struct survey_row *out)
{
    enum spec_measure measure = survey->spec->show[row].measure;
    for (uint32_t i = 0; i < found->groups.count; i++) {
        if (survey->fold_under > 0 && found->tally.persons[i] < survey->fold_under)
            out->folded++;
        else
            top_offer(&out->top, found->groups.keys + (size_t)i * found->groups.width,
                      measure_value(measure, &found->tally, i));
    }
}

/* When all groups are shown, their cells, in the order of the answer. */
static int take_cells(const struct survey *survey, struct found *found, struct survey_row *out)
{
    const size_t bucket_count = survey->buckets->count;
    if (!found->has_cells || out->folded > 0)
        return 0;
    top_finish(&out->top);
    tally_init(&out->cells, found->cells.columns, survey->budget);
    int r = tally_reserve(&out->cells, out->top.count * bucket_count);
    if (r != 0)
        return r;
    for (uint32_t place = 0; place < out->top.count; place++) {
        uint32_t index;
        check(groups_find(&found->groups, out->top.groups[place].key, &index));
        for (size_t b = 0; b < bucket_count; b++)
            tally_merge(&out->cells, place * bucket_count + b, &found->cells,
                        index * bucket_count + b);
    }
    out->has_cells = true;
    return 0;
}

/* One share of the groups, counted and chosen from. */
static int run_share(struct pass *pass, struct survey_row *rows)
{
    const struct survey *survey = pass->survey;
    uint32_t row_count = survey->spec->show_count;
    struct run run = { survey->scan, row_count, survey->threads, survey->cancelled, count_block,
                       pass };
    for (uint32_t i = 0; i < survey->threads * row_count; i++) {
        const struct spec_show *show = &survey->spec->show[i % row_count];
        struct found *found = &pass->found[i];
        *found = (struct found){ .has_cells = pass->shares == 1 };
        unsigned columns = measure_columns(show->measure, survey->fold_under > 0);
        groups_init(&found->groups, survey->spec->by_count, survey->budget);
        tally_init(&found->tally, columns, survey->budget);
        if (found->has_cells)
            tally_init(&found->cells, columns, survey->budget);
    }
    int r = run_blocks(&run);
    for (uint32_t row = 0; row < row_count; row++) {
        for (uint32_t thread = 1; r == 0 && thread < survey->threads; thread++)
            r = merge(pass, found_of(pass, 0, row), found_of(pass, thread, row));
        if (r == 0) {
            choose(survey, row, found_of(pass, 0, row), &rows[row]);
            hide_few(survey, found_of(pass, 0, row), &rows[row]);
            r = take_cells(survey, found_of(pass, 0, row), &rows[row]);
        }
        release_found(found_of(pass, 0, row));
    }
    for (uint32_t i = 0; i < survey->threads * row_count; i++)
        release_found(&pass->found[i]);
    return r;
}

static int begin_rows(const struct survey *survey, struct survey_row *rows)
{
    int r = 0;
    for (uint32_t i = 0; i < survey->spec->show_count; i++) {
        survey_release(&rows[i]);
        if (top_init(&rows[i].top, survey->scan, survey->spec) != 0)
            r = ERR_NOMEM;
    }
    return r;
}

void survey_release(struct survey_row *row)
{
    top_release(&row->top);
    tally_release(&row->cells);
    *row = (struct survey_row){ 0 };
}

int survey_groups(const struct survey *survey, struct survey_row *rows)
{
    struct pass pass = { .survey = survey };
    uint32_t row_count = survey->spec->show_count;
    int r = ERR_NOMEM;
    check(survey->spec->by_count > 0);
    for (uint32_t i = 0; i < row_count; i++)
        rows[i] = (struct survey_row){ 0 };
    pass.found = calloc((size_t)survey->threads * row_count, sizeof(*pass.found));
    if (pass.found == NULL)
        return ERR_NOMEM;
    for (pass.shares = 1; r == ERR_NOMEM && pass.shares <= SURVEY_SHARES_MAX; pass.shares *= 2) {
        r = begin_rows(survey, rows);
        for (pass.share = 0; r == 0 && pass.share < pass.shares; pass.share++) {
            if (pass.shares > 1)
                scan_rewind(survey->scan);
            r = run_share(&pass, rows);
        }
    }
    for (uint32_t i = 0; i < row_count; i++)
        if (r == 0)
            top_finish(&rows[i].top);
    free(pass.found);
    return r;
}
