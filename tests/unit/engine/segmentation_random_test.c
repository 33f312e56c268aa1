/* engine/segmentation against the slow obvious version: random projects, random questions, and the
 * series must be equal to the byte. Printed: the seed, and how much of the language was met.
 *
 *   segmentation_random_test [questions] [seed]
 *
 * A difference prints seed, project and question; the same arguments bring it back. */
#include "engine/segmentation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference/segmentation.h"
#include "support/asking.h"
#include "support/random_case.h"
#include "support/test.h"

enum { QUESTIONS_PER_PROJECT = 10, OPTIONS_MAX = 40 };

static uint64_t question_count = 1000;
static uint64_t first_seed = 20251101;

/* An option of the language, and what in a question or an answer shows that it was met. */
static const struct { const char *name; const char *mark; } options[] = {
    { "minute", "\"minute\"" }, { "hour", "\"hour\"" }, { "day", "\"day\"" },
    { "week", "\"week\"" }, { "month", "\"month\"" }, { "all", "\"all\"" },
    { "total", "\"total\"" }, { "unique", "\"unique\"" }, { "sum", "\"sum\"" },
    { "where of the question", "],\"where\"" }, { "edges", "\"edges\"" }, { "limit", "\"limit\"" },
    { "any event", "\"$any\"" }, { "list of events", "\"event\":[" }, { "by a list", "\"tags\"" },
    { "by sealed values", "\"mail\"" }, { "person's profile", "user[" },
    { "group's profile", "group[" }, { "event's name", "event[" },
};

enum {
    MET_BY0, MET_BY1, MET_BY2, MET_BY3, MET_BY4, MET_FOLD, MET_FOLDED, MET_OTHER, MET_THREADS,
    MET_WEEK_START, MET_NULL, MET_NOT_ZERO, MET_WHERE, MET_COUNT,
};
static const char *const met_names[MET_COUNT] = {
    "no breakdown", "by one", "by two", "by three", "by four", "folding asked", "groups folded",
    "$other", "several threads", "week not from Monday", "cells not said", "cells that are not 0",
    "any where",
};

struct coverage {
    uint64_t option[OPTIONS_MAX];
    uint64_t met[MET_COUNT];
    uint64_t questions;
    uint64_t cells;             /* of days and longer; most hours and minutes are empty */
    uint64_t cells_not_zero;
};

static void note(struct coverage *coverage, const struct random_case *c, struct str series,
                 const struct reference_answer *expected, const struct asking *asking)
{
    struct str question = bytes_str(&c->question);
    const bool met[MET_COUNT] = {
        [MET_FOLD] = c->fold_under > 0, [MET_FOLDED] = expected->folded > 0,
        [MET_OTHER] = str_find(series, STR("\"$other\"")) >= 0, [MET_THREADS] = c->threads > 1,
        [MET_WEEK_START] = c->week_start != 1, [MET_NULL] = str_find(series, STR(",null]]")) >= 0,
        [MET_NOT_ZERO] = expected->cells_not_zero > 0,
        [MET_WHERE] = str_find(question, STR("\"where\"")) >= 0,
    };
    coverage->questions++;
    if (asking->result.spec->unit != ZONE_MINUTE && asking->result.spec->unit != ZONE_HOUR) {
        coverage->cells += expected->cells;
        coverage->cells_not_zero += expected->cells_not_zero;
    }
    coverage->met[MET_BY0 + asking->result.spec->by_count]++;
    for (int i = MET_FOLD; i < MET_COUNT; i++)
        coverage->met[i] += met[i];
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        coverage->option[i] += str_find(question, str_from(options[i].mark)) >= 0;
}

static void print_difference(const struct random_case *c, uint64_t seed, struct str got,
                             struct str expected)
{
    size_t at = 0;
    while (at < got.len && at < expected.len && got.ptr[at] == expected.ptr[at])
        at++;
    size_t from = at > 200 ? at - 200 : 0;
    printf("seed %llu\nquestion %.*s\nweek_start %u fold_under %u threads %u\n",
           (unsigned long long)seed, STR_ARG(bytes_str(&c->question)), c->week_start,
           c->fold_under, c->threads);
    printf("got      …%.*s\n", STR_ARG(str_slice(got, from, at + 200)));
    printf("expected …%.*s\n", STR_ARG(str_slice(expected, from, at + 200)));
}

/* Feeds both; the store gets a part for some of the batches and keeps the rest in memory. */
static void feed(struct random_case *c, struct asking *asking, struct world *world)
{
    static struct bytes events, updates; /* the world's text lives as long as it does */
    bytes_reset(&events);
    bytes_reset(&updates);
    for (uint32_t i = 0; i < c->batch_count; i++) {
        asking_feed_events(asking, bytes_str(&c->batches[i]));
        asking_feed_updates(asking, bytes_str(&c->updates[i]));
        if (rand_below(&c->rand, 10) < 6)
            asking_flush(asking);
        bytes_append_str(&events, bytes_str(&c->batches[i]));
        bytes_append_str(&updates, bytes_str(&c->updates[i]));
    }
    world_read(world, bytes_str(&events), bytes_str(&updates));
}

static bool ask_both(struct random_case *c, uint64_t seed, struct asking *asking,
                     const struct world *world, struct coverage *coverage)
{
    static struct bytes json;
    static struct reference_answer expected;
    random_case_question(c);
    asking->week_start = c->week_start;
    asking->fold_under = c->fold_under;
    asking->threads = c->threads;
    struct reference_ask ask = { world, bytes_str(&c->question), c->week_start, c->fold_under };
    reference_segmentation(&ask, &expected);
    int r = asking_ask(asking, bytes_str(&c->question), &json);
    if (r != 0) {
        printf("seed %llu: refused with %d: %.*s\n", (unsigned long long)seed, r,
               STR_ARG(bytes_str(&c->question)));
        return false;
    }
    struct str series = asking_series(bytes_str(&json)), should = bytes_str(&expected.series);
    note(coverage, c, series, &expected, asking);
    if (str_equal(series, should) && asking->result.folded == expected.folded &&
        asking->result.until_ms == world->until_ms)
        return true;
    print_difference(c, seed, series, should);
    printf("folded %u, expected %u; until %lld, expected %lld\n", asking->result.folded,
           expected.folded, (long long)asking->result.until_ms, (long long)world->until_ms);
    return false;
}

static void print_coverage(const struct coverage *coverage)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        printf("  %-24s %5.1f %%\n", options[i].name,
               100.0 * (double)coverage->option[i] / (double)coverage->questions);
    for (int i = 0; i < MET_COUNT; i++)
        printf("  %-24s %5.1f %%\n", met_names[i],
               100.0 * (double)coverage->met[i] / (double)coverage->questions);
    printf("  %llu cells of days and longer, %.1f %% not 0\n", (unsigned long long)coverage->cells,
           100.0 * (double)coverage->cells_not_zero / (double)coverage->cells);
}

static void test_segmentation__agrees_with_the_slow_version(void **state)
{
    (void)state;
    struct coverage coverage = { .questions = 0 };
    uint64_t wrong = 0;
    printf("seed %llu, %llu questions\n", (unsigned long long)first_seed,
           (unsigned long long)question_count);
    for (uint64_t n = 0; n < question_count && wrong < 3; n += QUESTIONS_PER_PROJECT) {
        static struct random_case c;
        static struct asking asking;
        struct world world;
        uint64_t seed = first_seed + n / QUESTIONS_PER_PROJECT;
        random_case_project(&c, seed);
        asking_open(&asking);
        feed(&c, &asking, &world);
        for (uint32_t i = 0; i < QUESTIONS_PER_PROJECT; i++)
            wrong += !ask_both(&c, seed, &asking, &world, &coverage);
        world_release(&world);
        asking_close(&asking);
    }
    print_coverage(&coverage);
    assert_int_equal(wrong, 0);
    for (size_t i = 0; question_count >= 1000 && i < sizeof(options) / sizeof(options[0]); i++)
        assert_true(coverage.option[i] * 20 >= coverage.questions);
    for (int i = 0; question_count >= 1000 && i < MET_COUNT; i++)
        assert_true(coverage.met[i] * 20 >= coverage.questions);
    assert_true(coverage.met[MET_NOT_ZERO] * 2 >= coverage.questions);
    assert_true(question_count < 1000 || coverage.cells_not_zero * 2 >= coverage.cells);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        question_count = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = strtoull(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segmentation__agrees_with_the_slow_version),
    };
    return RUN(tests);
}
