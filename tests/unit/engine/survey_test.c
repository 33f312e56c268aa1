/* engine/survey: the choice is the same whatever memory it has, until it has too little; folding
 * counts people of the whole range; a row of too few people does not tell whether it has any. */
#include "engine/survey.h"

#include <stdlib.h>

#include "base/err.h"
#include "engine/key.h"
#include "support/asking_scan.h"
#include "support/test.h"

enum { VALUES = 30000 };

/* Value i has i % 5 + 1 events, each of another person, but value 0 has one person five times. */
static int setup(void **state)
{
    static struct asking asking;
    struct bytes lines = { 0 };
    asking_open(&asking);
    for (uint32_t i = 0; i < VALUES; i++) {
        for (uint32_t n = 0; n < (i == 0 ? 5 : i % 5 + 1); n++)
            bytes_printf(&lines, "{\"event\":\"A\",\"properties\":{\"time\":1761955200,"
                         "\"distinct_id\":\"u%u\",\"x\":%u}}\n", i == 0 ? 0 : n, i);
        if (lines.len > 90000 || i + 1 == VALUES) {
            asking_feed_events(&asking, bytes_str(&lines));
            bytes_reset(&lines);
        }
    }
    bytes_release(&lines);
    *state = &asking;
    return 0;
}

static int teardown(void **state)
{
    asking_close(*state);
    return 0;
}

#define QUESTION(rest)                                                                            \
    STR("{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","                  \
        "\"to\":\"2025-11-01\",\"by\":[\"x\"],\"limit\":50,\"show\":[" rest "]}")

static int survey(struct asking *asking, struct str question, size_t memory, uint32_t fold_under,
                  struct survey_row *rows, struct bytes *texts)
{
    struct asking_scan s;
    struct budget budget = { .limit = memory };
    asking_scan_open(asking, question, 2, &s);
    struct zone_bucket day = { 1761955200, 1762041600, STR("2025-11-01") };
    struct zone_buckets buckets = { &day, 1 };
    struct survey ask = { s.scan, s.spec, &buckets, &budget, 2, fold_under, NULL };
    int r = survey_groups(&ask, rows);
    for (uint32_t row = 0; row < s.spec->show_count; row++) {
        for (uint32_t i = 0; r == 0 && i < rows[row].top.count; i++)
            bytes_printf(texts, "%.*s=%.0f ", STR_ARG(bytes_str(&rows[row].top.groups[i].text)),
                         rows[row].top.groups[i].total);
        bytes_printf(texts, "+%d folded %u\n", rows[row].top.has_more, rows[row].folded);
        survey_release(&rows[row]);
    }
    assert_int_equal(budget.used, 0);
    asking_scan_close(&s);
    return r;
}

static void test_survey__choice_does_not_depend_on_memory(void **state)
{
    struct survey_row rows[2];
    struct bytes roomy = { 0 }, tight = { 0 };
    struct str question = QUESTION("{\"event\":\"A\",\"measure\":\"total\"},"
                                   "{\"event\":\"A\",\"measure\":\"unique\"}");
    assert_int_equal(survey(*state, question, BUDGET_QUERY_BYTES, 0, rows, &roomy), 0);
    /* Value 0 is a large total of one person: "0" is the first of the totals only. */
    assert_true(str_starts(bytes_str(&roomy), STR("0")));
    assert_int_equal(str_find(bytes_str(&roomy), STR("\n0")), -1);
    for (size_t memory = 1 << 20; memory >= 1 << 16; memory /= 4) {
        bytes_reset(&tight);
        assert_int_equal(survey(*state, question, memory, 0, rows, &tight), 0);
        assert_true(str_equal(bytes_str(&roomy), bytes_str(&tight)));
    }
    bytes_reset(&tight);
    assert_int_equal(survey(*state, question, 1 << 13, 0, rows, &tight), ERR_NOMEM);
    bytes_release(&roomy);
    bytes_release(&tight);
}

static void test_survey__folding_comes_before_the_limit(void **state)
{
    struct survey_row rows[1];
    struct bytes texts = { 0 };
    struct str question = QUESTION("{\"event\":\"A\",\"measure\":\"total\"}");
    assert_int_equal(survey(*state, question, 1 << 17, 5, rows, &texts), 0);
    /* Of five people are the values 4, 9, 14, …: a fifth of them all. */
    assert_true(str_starts(bytes_str(&texts), STR("10004")));
    assert_true(str_ends(bytes_str(&texts), STR("+1 folded 24000\n")));
    bytes_release(&texts);
}

static void test_survey__row_of_few_people_looks_like_an_empty_one(void **state)
{
    static const struct str questions[] = {
        QUESTION("{\"event\":\"A\",\"measure\":\"total\"}"),
        QUESTION("{\"event\":\"A\",\"measure\":\"unique\",\"where\":"
                 "\"properties[\\\"x\\\"] == 3\"}"),
        QUESTION("{\"event\":\"Nothing\",\"measure\":\"sum\",\"property\":\"x\"}"),
    };
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        struct survey_row rows[1];
        struct bytes texts = { 0 };
        assert_int_equal(survey(*state, questions[i], BUDGET_QUERY_BYTES, 6, rows, &texts), 0);
        assert_true(str_equal(bytes_str(&texts), STR("+0 folded 1\n")));
        bytes_release(&texts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survey__choice_does_not_depend_on_memory),
        cmocka_unit_test(test_survey__folding_comes_before_the_limit),
        cmocka_unit_test(test_survey__row_of_few_people_looks_like_an_empty_one),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
