/* engine/segmentation: the example of its documentation, the golden cases, and what random
 * questions do not reach: no store, far too many groups, a big question, cancelling, one answer
 * from any number of threads. */
#include "engine/segmentation.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "engine/engine.h"
#include "json/doc.h"
#include "support/asking.h"
#include "support/test.h"

static int setup(void **state)
{
    static struct asking asking;
    asking_open(&asking);
    *state = &asking;
    return 0;
}

static int teardown(void **state)
{
    asking_close(*state);
    return 0;
}

/* ---- expected answers ----------------------------------------------------------------------- */

static struct bytes compact(struct str json)
{
    struct bytes out = { 0 };
    struct json_doc *doc;
    assert_int_equal(json_doc_parse(json, 1 << 20, &doc), 0);
    json_doc_print(json_doc_root(doc), &out);
    json_doc_destroy(doc);
    return out;
}

static void assert_json(struct str got, struct str expected)
{
    struct bytes a = compact(got), b = compact(expected);
    if (!str_equal(bytes_str(&a), bytes_str(&b)))
        printf("got      %.*s\nexpected %.*s\n", STR_ARG(bytes_str(&a)), STR_ARG(bytes_str(&b)));
    assert_true(str_equal(bytes_str(&a), bytes_str(&b)));
    bytes_release(&a);
    bytes_release(&b);
}

static void assert_series(struct asking *asking, struct str question, struct str expected)
{
    struct bytes json = { 0 };
    assert_int_equal(asking_ask(asking, question, &json), 0);
    assert_json(asking_series(bytes_str(&json)), expected);
    bytes_release(&json);
}

/* ---- the documentation ---------------------------------------------------------------------- */

/* The text of the next ```-block, or empty. */
static struct str next_block(struct str *rest)
{
    ptrdiff_t at = str_find(*rest, STR("\n```"));
    if (at < 0)
        return STR("");
    *rest = str_from_index(*rest, (size_t)at + 1);
    *rest = str_from_index(*rest, (size_t)str_find_byte(*rest, '\n') + 1);
    at = str_find(*rest, STR("\n```"));
    assert_true(at > 0);
    struct str block = str_slice(*rest, 0, (size_t)at + 1);
    *rest = str_from_index(*rest, (size_t)at + 4);
    return block;
}

static void test_segmentation__documented_example_holds(void **state)
{
    struct asking *asking = *state;
    struct bytes page = asking_read_file("docs/reports/segmentation.md");
    struct str rest = bytes_str(&page);
    int questions = 0;
    asking_feed_events(asking, next_block(&rest));
    for (struct str block = next_block(&rest); block.len > 0; block = next_block(&rest)) {
        assert_series(asking, block, next_block(&rest));
        questions++;
    }
    assert_int_equal(questions, 2);
    bytes_release(&page);
}

/* ---- golden cases --------------------------------------------------------------------------- */

static struct bytes golden(const char *name, const char *file)
{
    char path[200];
    (void)snprintf(path, sizeof(path), "tests/golden/segmentation/%s/%s", name, file);
    return asking_read_file(path);
}

static void run_golden(const char *name)
{
    struct asking asking;
    struct bytes json = { 0 }, events = golden(name, "events.jsonl");
    struct bytes updates = golden(name, "updates.jsonl"), ask = golden(name, "ask.json");
    struct bytes question = golden(name, "question.json"), answer = golden(name, "answer.json");
    struct json_doc *doc;
    printf("  %s\n", name);
    asking_open(&asking);
    asking_feed_events(&asking, bytes_str(&events));
    asking_feed_updates(&asking, bytes_str(&updates));
    assert_int_equal(json_doc_parse(ask.len ? bytes_str(&ask) : STR("{}"), 1000, &doc), 0);
    asking.week_start = (uint32_t)json_doc_get_number(json_doc_root(doc), "week_start", 1);
    asking.fold_under = (uint32_t)json_doc_get_number(json_doc_root(doc), "fold_under", 0);
    json_doc_destroy(doc);
    assert_int_equal(json_doc_parse(bytes_str(&answer), 1 << 20, &doc), 0);
    struct bytes series = { 0 };
    json_doc_print(json_doc_member(json_doc_root(doc), "series"), &series);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(asking_ask(&asking, bytes_str(&question), &json), 0);
        assert_json(asking_series(bytes_str(&json)), bytes_str(&series));
        assert_int_equal(asking.result.folded,
                         (uint32_t)json_doc_get_number(json_doc_root(doc), "folded", 0));
        asking_flush(&asking);
    }
    json_doc_destroy(doc);
    struct bytes *all[] = { &json, &events, &updates, &ask, &question, &answer, &series };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        bytes_release(all[i]);
    asking_close(&asking);
}

static void test_segmentation__golden_cases(void **state)
{
    (void)state;
    static const char *const names[] = { "folded", "folded_plain", "hour_twice",
                                         "merged_and_twice", "profiles_and_edges", "weeks_cut" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        run_golden(names[i]);
}

/* ---- edges of the engine -------------------------------------------------------------------- */

#define DAY_QUESTION(rest)                                                                        \
    STR("{\"report\":\"segmentation\",\"unit\":\"all\",\"from\":\"2025-11-01\","                  \
        "\"to\":\"2025-11-01\"," rest "}")

static void test_segmentation__project_that_sent_nothing_answers_zero(void **state)
{
    struct asking *asking = *state;
    asking->fold_under = 10;
    assert_series(asking, STR("{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":"
                              "\"2025-11-01\",\"to\":\"2025-11-02\",\"show\":[{\"event\":\"A\","
                              "\"measure\":\"unique\"}]}"),
                  STR("[{\"name\":\"A\",\"by\":[],\"points\":[[\"2025-11-01\",0],"
                      "[\"2025-11-02\",0]]}]"));
    assert_series(asking, DAY_QUESTION("\"show\":[{\"event\":\"A\",\"measure\":\"total\"}],"
                                       "\"by\":[\"x\"]"), STR("[]"));
    assert_int_equal(asking->result.rows_scanned, 0);
    assert_int_equal(asking->result.until_ms, 0);
}

/* Values 0 to count - 1, value i of person i / 3, every seventh value twice. */
static void feed_values(struct asking *asking, uint32_t count)
{
    struct bytes lines = { 0 };
    for (uint32_t i = 0; i < count; i++) {
        for (int twice = 0; twice <= (i % 7 == 0); twice++)
            bytes_printf(&lines, "{\"event\":\"A\",\"properties\":{\"time\":%u,\"distinct_id\":"
                         "\"u%u\",\"x\":\"v%06u\"}}\n", 1761955200 + i % 86400, i / 3, i);
        if (lines.len > 90000 || i + 1 == count) {
            asking_feed_events(asking, bytes_str(&lines));
            bytes_reset(&lines);
        }
    }
    bytes_release(&lines);
}

static void test_segmentation__any_number_of_groups_is_chosen_from_exactly(void **state)
{
    struct asking *asking = *state;
    feed_values(asking, 50000);
    asking->threads = 2;
    assert_series(asking, DAY_QUESTION("\"show\":[{\"event\":\"A\",\"measure\":\"total\"},"
                                       "{\"event\":\"A\",\"measure\":\"unique\"}],"
                                       "\"by\":[\"x\"],\"limit\":2"),
                  STR("[{\"name\":\"A\",\"by\":[\"v000000\"],\"points\":[[\"2025-11-01\",2]]},"
                      "{\"name\":\"A\",\"by\":[\"v000007\"],\"points\":[[\"2025-11-01\",2]]},"
                      "{\"name\":\"A\",\"by\":[\"$other\"],\"points\":[[\"2025-11-01\",57139]]},"
                      "{\"name\":\"A\",\"by\":[\"v000000\"],\"points\":[[\"2025-11-01\",1]]},"
                      "{\"name\":\"A\",\"by\":[\"v000001\"],\"points\":[[\"2025-11-01\",1]]},"
                      "{\"name\":\"A\",\"by\":[\"$other\"],\"points\":[[\"2025-11-01\",16667]]}"
                      "]"));
}

static void test_segmentation__threads_change_nothing(void **state)
{
    struct asking *asking = *state;
    struct bytes one = { 0 }, many = { 0 };
    feed_values(asking, 20000);
    struct str question = DAY_QUESTION("\"show\":[{\"event\":\"A\",\"measure\":\"unique\"}],"
                                       "\"by\":[\"x\"],\"limit\":100");
    assert_int_equal(asking_ask(asking, question, &one), 0);
    for (asking->threads = 0; asking->threads < 70; asking->threads += 23) {
        assert_int_equal(asking_ask(asking, question, &many), 0);
        assert_true(str_equal(asking_series(bytes_str(&one)), asking_series(bytes_str(&many))));
    }
    bytes_release(&one);
    bytes_release(&many);
}

static void test_segmentation__too_many_cells_are_too_large(void **state)
{
    struct asking *asking = *state;
    feed_values(asking, 9000);
    assert_int_equal(asking_ask(asking, STR("{\"report\":\"segmentation\",\"unit\":\"minute\","
                                            "\"from\":\"2025-11-01\",\"to\":\"2025-11-30\","
                                            "\"show\":[{\"event\":\"A\",\"measure\":\"unique\"}],"
                                            "\"by\":[\"x\"],\"limit\":9000}"), NULL),
                     ERR_TOO_LARGE);
}

static void put_long_list(struct bytes *out, char name)
{
    bytes_printf(out, ",\"%c\":[1", name);
    for (int i = 0; i < 99; i++)
        bytes_printf(out, ",%d", i);
    bytes_printf(out, "]");
}

static void test_segmentation__lists_that_multiply_too_far_are_too_large(void **state)
{
    struct asking *asking = *state;
    struct bytes line = { 0 };
    bytes_printf(&line, "{\"event\":\"A\",\"properties\":{\"time\":1761955200");
    for (char name = 'a'; name < 'd'; name++)
        put_long_list(&line, name);
    bytes_printf(&line, "}}\n");
    asking_feed_events(asking, bytes_str(&line));
    assert_int_equal(asking_ask(asking, DAY_QUESTION("\"show\":[{\"event\":\"A\",\"measure\":"
                                                     "\"total\"}],\"by\":[\"a\",\"b\"]"), NULL),
                     0);
    assert_int_equal(asking_ask(asking, DAY_QUESTION("\"show\":[{\"event\":\"A\",\"measure\":"
                                                     "\"total\"}],\"by\":[\"a\",\"b\",\"c\"]"),
                                NULL), ERR_TOO_LARGE);
    bytes_release(&line);
}

static void test_segmentation__asker_who_left_ends_it(void **state)
{
    struct asking *asking = *state;
    static const _Atomic bool cancelled = true;
    feed_values(asking, 100);
    asking->cancelled = &cancelled;
    assert_int_equal(asking_ask(asking, DAY_QUESTION("\"show\":[{\"event\":\"A\",\"measure\":"
                                                     "\"total\"}]"), NULL), ERR_CANCELLED);
    assert_int_equal(asking_ask(asking, DAY_QUESTION("\"show\":[{\"event\":\"A\",\"measure\":"
                                                     "\"total\"}],\"by\":[\"x\"]"), NULL),
                     ERR_CANCELLED);
}

static void test_segmentation__folded_answer_blurs_the_rows(void **state)
{
    struct asking *asking = *state;
    struct str question = DAY_QUESTION("\"show\":[{\"event\":\"A\",\"measure\":\"total\"}]");
    feed_values(asking, 7);
    assert_int_equal(asking_ask(asking, question, NULL), 0);
    assert_int_equal(asking->result.rows_scanned, 8);
    asking->fold_under = 10;
    assert_int_equal(asking_ask(asking, question, NULL), 0);
    assert_int_equal(asking->result.rows_scanned, 1000);
}

/* Twenty people of one city on each of two days; with_her, one of another city once in between. */
static void feed_town(struct asking *asking, bool with_her)
{
    struct bytes lines = { 0 };
    for (int day = 0; day < 2; day++)
        for (int i = 0; i < 20; i++)
            bytes_printf(&lines, "{\"event\":\"A\",\"properties\":{\"time\":%d,\"distinct_id\":"
                         "\"u%d\",\"city\":\"Oslo\",\"x\":1}}\n", 1761955200 + day * 86400 + i, i);
    if (with_her)
        bytes_printf(&lines, "%s", "{\"event\":\"A\",\"properties\":{\"time\":1761962400,"
                     "\"distinct_id\":\"her\",\"city\":\"Bergen\",\"x\":5}}\n");
    asking_feed_events(asking, bytes_str(&lines));
    bytes_release(&lines);
}

/* However a question is narrowed down to her, its answer is the same to the byte as if she had not
 * been there. */
static void test_segmentation__folded_answers_do_not_tell_of_one_person(void **state)
{
    static const char *const units[] = { "minute", "hour", "day", "all" };
    static const char *const measures[] = { "total", "unique", "sum\",\"property\":\"x" };
    static const char *const bys[] = { "", ",\"by\":[\"city\"]", ",\"by\":[\"x\",\"city\"]" };
    struct asking *with = *state, without;
    struct bytes question = { 0 }, a = { 0 }, b = { 0 };
    asking_open(&without);
    feed_town(with, true);
    feed_town(&without, false);
    with->fold_under = without.fold_under = 10;
    for (int i = 0; i < 4 * 3 * 3; i++) {
        bytes_reset(&question);
        bytes_printf(&question, "{\"report\":\"segmentation\",\"unit\":\"%s\",\"from\":"
                     "\"2025-11-01\",\"to\":\"2025-11-01\",\"show\":[{\"event\":\"A\",\"measure\":"
                     "\"%s\",\"where\":\"properties[\\\"city\\\"] == \\\"Bergen\\\"\"}]%s}",
                     units[i % 4], measures[i / 4 % 3], bys[i / 12]);
        assert_int_equal(asking_ask(with, bytes_str(&question), &a), 0);
        assert_int_equal(asking_ask(&without, bytes_str(&question), &b), 0);
        assert_true(str_equal(bytes_str(&a), bytes_str(&b)));
        with->fold_under = 0;
        assert_int_equal(asking_ask(with, bytes_str(&question), &a), 0);
        assert_false(str_equal(bytes_str(&a), bytes_str(&b)));
        with->fold_under = 10;
    }
    bytes_release(&question);
    bytes_release(&a);
    bytes_release(&b);
    asking_close(&without);
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_segmentation__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(documented_example_holds),
        CASE(golden_cases),
        CASE(project_that_sent_nothing_answers_zero),
        CASE(any_number_of_groups_is_chosen_from_exactly),
        CASE(threads_change_nothing),
        CASE(too_many_cells_are_too_large),
        CASE(lists_that_multiply_too_far_are_too_large),
        CASE(asker_who_left_ends_it),
        CASE(folded_answer_blurs_the_rows),
        CASE(folded_answers_do_not_tell_of_one_person),
    };
    return RUN(tests);
}
