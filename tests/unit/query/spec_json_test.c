/* query/spec_json: what every member may be, and for each thing that is wrong the pointer and the
 * code. */
#include "query/spec_json.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "support/test.h"

static struct arena arena;
static const struct spec *spec;
static struct spec_error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 4 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void parse_good(const char *json)
{
    if (spec_json_parse(str_from(json), &arena, &spec, &error) != 0)
        fail_msg("%s: at %s: %s", json, error.at.ptr, error.message.ptr);
}

static void assert_refused(const char *json, const char *code, const char *at)
{
    assert_int_equal(spec_json_parse(str_from(json), &arena, &spec, &error), ERR_INVALID);
    assert_string_equal(error.at.ptr, at);
    assert_string_equal(error.code, code);
    assert_true(error.message.len > 10);
}

/* A question that is right but for what the test adds. */
#define RANGE "\"report\":\"segmentation\",\"from\":\"2025-11-01\",\"to\":\"2025-11-30\""
#define SHOW "\"show\":[{\"event\":\"Login\"}]"
#define QUESTION(more) "{" RANGE "," SHOW "," more "}"
#define ROW(row) "{" RANGE ",\"show\":[" row "]}"

static void test_spec_json__the_least_question(void **state)
{
    (void)state;
    int64_t from, to;
    assert_true(time_parse_day(STR("2025-11-01"), &from) && time_parse_day(STR("2025-11-30"), &to));
    parse_good("{" RANGE "," SHOW "}");
    assert_int_equal(spec->report, SPEC_SEGMENTATION);
    assert_int_equal(spec->from_day, from);
    assert_int_equal(spec->to_day, to);
    assert_int_equal(spec->unit, ZONE_DAY);
    assert_int_equal(spec->limit, SPEC_LIMIT_DEFAULT);
    assert_int_equal(spec->project, 0);
    assert_int_equal(spec->zone.len, 0);
    assert_int_equal(spec->by_count, 0);
    assert_null(spec->where);
    assert_int_equal(spec->show_count, 1);
    assert_int_equal(spec->show[0].measure, SPEC_TOTAL);
    assert_str(spec->show[0].events[0], "Login");
    assert_null(spec->show[0].where);
}

static void test_spec_json__every_member(void **state)
{
    (void)state;
    parse_good("{\"project\":7,\"report\":\"segmentation\",\"unit\":\"week\",\"from\":\"2025-11-30\","
               "\"to\":\"2025-11-30\",\"zone\":\"Asia/Riyadh\",\"limit\":10000,"
               "\"where\":\"defined(user[\\\"plan\\\"])\","
               "\"by\":[\"mp_country_code\",{\"of\":\"user[\\\"age\\\"]\",\"edges\":[-1,0.5,100]}],"
               "\"show\":[{\"event\":\"$any\",\"measure\":\"unique\"},"
               "{\"event\":[\"A\",\"B\",\"A\"],\"measure\":\"sum\",\"property\":\"Order total\","
               "\"where\":\"properties[\\\"x\\\"] > 1\"}]}");
    assert_int_equal(spec->project, 7);
    assert_int_equal(spec->unit, ZONE_WEEK);
    assert_str(spec->zone, "Asia/Riyadh");
    assert_int_equal(spec->limit, 10000);
    assert_non_null(spec->where);
    assert_int_equal(spec->by_count, 2);
    assert_str(spec->by[0].operand.property, "mp_country_code");
    assert_int_equal(spec->by[0].edge_count, 0);
    assert_int_equal(spec->by[1].operand.of, OPERAND_PERSON);
    assert_int_equal(spec->by[1].edge_count, 3);
    assert_true(spec->by[1].edges[1] == 0.5);
    assert_str(spec->show[0].name, "$any");
    assert_int_equal(spec->show[0].event_count, 0);
    assert_int_equal(spec->show[0].measure, SPEC_UNIQUE);
    assert_str(spec->show[1].name, "A, B");
    assert_int_equal(spec->show[1].event_count, 2);
    assert_str(spec->show[1].property.property, "Order total");
    assert_non_null(spec->show[1].where);
}

static void test_spec_json__an_empty_filter_is_none(void **state)
{
    (void)state;
    parse_good(QUESTION("\"where\":\"  \",\"by\":[]"));
    assert_null(spec->where);
}

static void test_spec_json__what_is_wrong_has_its_pointer(void **state)
{
    (void)state;
    static const struct { const char *json, *at; } wrong[] = {
        { "", "" }, { "{", "" }, { "[]", "" }, { "7", "" }, { "{\"a\":1,\"a\":2}", "" },
        { "{}", "/report" }, { "{\"report\":1}", "/report" },
        { "{\"report\":\"nonsense\"}", "/report" },
        { "{\"report\":\"segmentation\"}", "/from" },
        { QUESTION("\"color\":1"), "/color" },
        { QUESTION("\"a/b~c\":1"), "/a~1b~0c" },
        { QUESTION("\"project\":0"), "/project" }, { QUESTION("\"project\":-1"), "/project" },
        { QUESTION("\"project\":1.5"), "/project" }, { QUESTION("\"project\":\"1\""), "/project" },
        { QUESTION("\"limit\":0"), "/limit" }, { QUESTION("\"limit\":10001"), "/limit" },
        { QUESTION("\"limit\":null"), "/limit" },
        { QUESTION("\"zone\":3"), "/zone" }, { QUESTION("\"zone\":\"\""), "/zone" },
        { QUESTION("\"unit\":\"year\""), "/unit" }, { QUESTION("\"unit\":5"), "/unit" },
        { QUESTION("\"where\":true"), "/where" },
        { QUESTION("\"by\":\"x\""), "/by" }, { QUESTION("\"by\":[1]"), "/by/0" },
        { QUESTION("\"by\":[\"a\",\"b\",\"c\",\"d\",\"e\"]"), "/by" },
        { QUESTION("\"by\":[\"a\",\"\"]"), "/by/1" },
        { QUESTION("\"by\":[\"user[plan]\"]"), "/by/0" },
        { QUESTION("\"by\":[{\"edges\":[1]}]"), "/by/0" },
        { QUESTION("\"by\":[{\"of\":1,\"edges\":[1]}]"), "/by/0/of" },
        { QUESTION("\"by\":[{\"of\":\"a\"}]"), "/by/0/edges" },
        { QUESTION("\"by\":[{\"of\":\"a\",\"edges\":[]}]"), "/by/0/edges" },
        { QUESTION("\"by\":[{\"of\":\"a\",\"edges\":[1,1]}]"), "/by/0/edges/1" },
        { QUESTION("\"by\":[{\"of\":\"a\",\"edges\":[2,\"3\"]}]"), "/by/0/edges/1" },
        { QUESTION("\"by\":[{\"of\":\"a\",\"edges\":[1],\"x\":1}]"), "/by/0/x" },
        { "{" RANGE "}", "/show" }, { "{" RANGE ",\"show\":[]}", "/show" },
        { "{" RANGE ",\"show\":{}}", "/show" }, { ROW("1"), "/show/0" }, { ROW("{}"), "/show/0" },
        { ROW("{\"event\":\"A\",\"color\":1}"), "/show/0/color" },
        { ROW("{\"event\":\"\"}"), "/show/0/event" }, { ROW("{\"event\":1}"), "/show/0/event" },
        { ROW("{\"event\":[]}"), "/show/0/event" },
        { ROW("{\"event\":[\"A\",2]}"), "/show/0/event/1" },
        { ROW("{\"event\":[\"A\",\"$any\"]}"), "/show/0/event/1" },
        { ROW("{\"event\":\"A\",\"measure\":\"most\"}"), "/show/0/measure" },
        { ROW("{\"event\":\"A\",\"measure\":\"sum\"}"), "/show/0/measure" },
        { ROW("{\"event\":\"A\",\"property\":\"x\"}"), "/show/0/property" },
        { ROW("{\"event\":\"A\"},{\"event\":\"B\",\"measure\":\"sum\",\"property\":\"\"}"),
          "/show/1/property" },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_refused(wrong[i].json, "query", wrong[i].at);
}

static void test_spec_json__days_must_be_days(void **state)
{
    (void)state;
    static const char *const days[] = {
        "2025-02-29", "2025-13-01", "2025-1-1", "20250101", "yesterday", "0900-01-01", "",
        "2025-11-01T00:00:00",
    };
    char json[256];
    for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++) {
        (void)snprintf(json, sizeof(json),
                       "{\"report\":\"segmentation\",\"from\":\"%s\",\"to\":\"2025-11-30\"," SHOW "}",
                       days[i]);
        assert_refused(json, "query", "/from");
    }
    assert_refused("{\"report\":\"segmentation\",\"from\":\"2025-11-02\",\"to\":\"2025-11-01\"," SHOW
                   "}", "query", "/to");
    assert_refused("{\"report\":\"segmentation\",\"from\":\"2025-11-02\",\"to\":20251103," SHOW "}",
                   "query", "/to");
}

static void test_spec_json__too_many_buckets(void **state)
{
    (void)state;
    parse_good("{\"report\":\"segmentation\",\"from\":\"2025-01-01\",\"to\":\"2025-02-03\","
               "\"unit\":\"minute\"," SHOW "}");
    assert_refused("{\"report\":\"segmentation\",\"from\":\"2025-01-01\",\"to\":\"2025-02-04\","
                   "\"unit\":\"minute\"," SHOW "}", "query", "/unit");
    assert_refused("{\"report\":\"segmentation\",\"from\":\"1850-01-01\",\"to\":\"2025-02-04\","
                   "\"unit\":\"day\"," SHOW "}", "query", "/unit");
    parse_good("{\"report\":\"segmentation\",\"from\":\"1850-01-01\",\"to\":\"2025-02-04\","
               "\"unit\":\"all\"," SHOW "}");
}

static void test_spec_json__what_is_known_and_not_here_is_said(void **state)
{
    (void)state;
    assert_refused("{\"report\":\"funnel\",\"steps\":[]}", "unsupported", "/report");
    assert_refused("{\"report\":\"timeline\"}", "closed", "/report");
    assert_refused("{\"report\":\"people\",\"size\":50}", "closed", "/report");
    assert_refused(QUESTION("\"cohort\":12"), "unsupported", "/cohort");
    assert_refused(QUESTION("\"by\":[\"cohort:12\"]"), "unsupported", "/by/0");
    assert_refused(ROW("{\"event\":\"A\",\"measure\":\"dau\"}"), "unsupported",
                   "/show/0/measure");
    assert_refused(ROW("{\"event\":\"A\",\"measure\":\"median\",\"property\":\"x\"}"), "unsupported",
                   "/show/0/measure");
    assert_refused(ROW("{\"event\":\"A\"},{\"formula\":\"B / A\"}"), "unsupported",
                   "/show/1/formula");
    assert_refused(QUESTION("\"where\":\"behaviors[\\\"b\\\"] > 2\""), "unsupported", "/where");
    assert_refused(QUESTION("\"where\":\"true and upper(\\\"a\\\") == \\\"A\\\"\""), "unsupported",
                   "/where");
}

static void test_spec_json__a_filter_s_error_names_the_character(void **state)
{
    (void)state;
    assert_refused(QUESTION("\"where\":\"\\\"é\\\" = 5\""), "where", "/where");
    assert_true(str_starts(error.message, STR("At character 5: ")));
    assert_refused(ROW("{\"event\":\"A\",\"where\":\"plan == 5\"}"), "where", "/show/0/where");
    assert_true(str_starts(error.message, STR("At character 1: ")));
}

/* {…"show":[ part, part, … ]} */
static struct str repeat(const char *head, const char *part, int count, const char *tail)
{
    struct bytes out = { 0 };
    bytes_append_str(&out, str_from(head));
    for (int i = 0; i < count; i++)
        bytes_printf(&out, "%s%s", i ? "," : "", part);
    bytes_append_str(&out, str_from(tail));
    struct str copy = arena_copy(&arena, bytes_str(&out));
    bytes_release(&out);
    return copy;
}

static void test_spec_json__the_bounds(void **state)
{
    (void)state;
    const char *rows = "{" RANGE ",\"show\":[", *events = "{" RANGE ",\"show\":[{\"event\":[";
    parse_good(repeat(rows, "{\"event\":\"A\"}", 26, "]}").ptr);
    assert_int_equal(spec->show_count, 26);
    assert_refused(repeat(rows, "{\"event\":\"A\"}", 27, "]}").ptr, "query", "/show");
    parse_good(repeat(events, "\"A\"", 64, "]}]}").ptr);
    assert_int_equal(spec->show[0].event_count, 1);
    assert_refused(repeat(events, "\"A\"", 65, "]}]}").ptr, "query", "/show/0/event");
    assert_refused(repeat("{\"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 9,
                          "\":1," RANGE "}").ptr,
                   "query", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    struct str big = repeat("", "          ", 30000, "{}");
    assert_refused(big.ptr, "query", "");
    struct arena small;
    arena_init(&small, 200);
    assert_int_equal(spec_json_parse(STR("{" RANGE "," SHOW "}"), &small, &spec, &error),
                     ERR_NOMEM);
    arena_release(&small);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_spec_json__the_least_question),
        T(test_spec_json__every_member),
        T(test_spec_json__an_empty_filter_is_none),
        T(test_spec_json__what_is_wrong_has_its_pointer),
        T(test_spec_json__days_must_be_days),
        T(test_spec_json__too_many_buckets),
        T(test_spec_json__what_is_known_and_not_here_is_said),
        T(test_spec_json__a_filter_s_error_names_the_character),
        T(test_spec_json__the_bounds),
    };
    return RUN(tests);
}
