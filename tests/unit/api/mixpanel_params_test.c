/* api/mixpanel_params: parameters become questions, and wrong ones sentences. */
#include "api/mixpanel_params.h"

#include <string.h>

#include "support/test.h"

#define DATES "&from_date=2025-11-01&to_date=2025-11-30"
#define ENDS "\"from\":\"2025-11-01\",\"to\":\"2025-11-30\""

static void expect(const char *query, const char *form, const char *json)
{
    struct mixpanel_params params = { str_from(query), str_from(form) };
    struct mixpanel_segmentation asked;
    struct arena arena;
    const char *error;
    arena_init(&arena, 1 << 20);
    if (!mixpanel_params_segmentation(&params, &arena, &asked, &error))
        fail_msg("%s: %s", query, error);
    if (!str_equal(bytes_str(&asked.json), str_from(json)))
        fail_msg("%s: " STR_FMT, query, STR_ARG(bytes_str(&asked.json)));
    bytes_release(&asked.json);
    arena_release(&arena);
}

static void test_mixpanel_params__become_questions(void **state)
{
    (void)state;
    expect("event=Signed+up" DATES, "",
           "{\"report\":\"segmentation\",\"unit\":\"day\",\"show\":[{\"event\":\"Signed up\","
           "\"measure\":\"total\"}]," ENDS "}");
    expect("event=A&type=unique&unit=hour&query_origin=x" DATES, "",
           "{\"report\":\"segmentation\",\"unit\":\"hour\",\"show\":[{\"event\":\"A\","
           "\"measure\":\"unique\"}]," ENDS "}");
    expect("", "event=A&type=general&unit=month&interval=3&limit=5" DATES
           "&on=properties%5B%22%24os%22%5D&where=defined(properties%5B%22p%22%5D)",
           "{\"report\":\"segmentation\",\"unit\":\"month\",\"show\":[{\"event\":\"A\","
           "\"measure\":\"total\"}]," ENDS ",\"where\":\"defined(properties[\\\"p\\\"])\","
           "\"by\":[\"properties[\\\"$os\\\"]\"],\"limit\":5}");
    expect("event=A&on=x&limit=99999" DATES, "event=B&on=y&project_id=8",
           "{\"report\":\"segmentation\",\"unit\":\"day\",\"show\":[{\"event\":\"A\","
           "\"measure\":\"total\"}]," ENDS ",\"by\":[\"x\"],\"limit\":10000}");
    expect("event=%22Signed%20up%22&interval=1" DATES, "",
           "{\"report\":\"segmentation\",\"unit\":\"day\",\"show\":[{\"event\":\"Signed up\","
           "\"measure\":\"total\"}]," ENDS "}");
    expect("event=%5B%22A%22%2C%22B%22%5D" DATES, "",
           "{\"report\":\"segmentation\",\"unit\":\"day\",\"show\":[{\"event\":[\"A\",\"B\"],"
           "\"measure\":\"total\"}]," ENDS "}");
    expect("event=%22half" DATES, "",
           "{\"report\":\"segmentation\",\"unit\":\"day\",\"show\":[{\"event\":\"\\\"half\","
           "\"measure\":\"total\"}]," ENDS "}");
}

static void expect_error(const char *query, const char *sentence)
{
    struct mixpanel_params params = { str_from(query), STR("") };
    struct mixpanel_segmentation asked;
    struct arena arena;
    const char *error = NULL;
    arena_init(&arena, 1 << 20);
    assert_false(mixpanel_params_segmentation(&params, &arena, &asked, &error));
    if (!strstr(error, sentence))
        fail_msg("%s: %s", query, error);
    bytes_release(&asked.json);
    arena_release(&arena);
}

static void test_mixpanel_params__wrong_ones_are_named(void **state)
{
    (void)state;
    expect_error("from_date=2025-11-01&to_date=2025-11-30", "Error in event");
    expect_error("event=A&to_date=2025-11-30", "Error in from_date: it is required");
    expect_error("event=A&from_date=1999-12-31&to_date=2025-11-30",
                 "Error in from_date: invalid date, bad year");
    expect_error("event=A&from_date=2025-11-01&to_date=2025-11-31", "Error in to_date");
    expect_error("event=A&type=average" DATES, "average is not supported");
    expect_error("event=A&type=most" DATES, "Error in type");
    expect_error("event=A&unit=year" DATES, "Error in unit");
    expect_error("event=A&interval=7" DATES, "Error in interval");
    expect_error("event=A&interval=x" DATES, "Error in interval");
    expect_error("event=A&on=x&limit=-1" DATES, "Error in limit");
    expect_error("event=A%00" DATES, "a zero byte");
    expect_error("event=A&project_id=x" DATES, "Error in project_id");
}

static void test_mixpanel_params__project_form_and_names(void **state)
{
    (void)state;
    struct mixpanel_params params = { STR("event=A&format=csv&on=x&project_id=12" DATES),
                                      STR("") };
    struct mixpanel_params names = { STR("type=general"), STR("limit=6000&project_id=3") };
    struct mixpanel_params none = { STR(""), STR("") };
    struct mixpanel_segmentation asked;
    struct arena arena;
    const char *error;
    uint64_t project;
    uint32_t limit;
    arena_init(&arena, 1 << 20);
    assert_true(mixpanel_params_segmentation(&params, &arena, &asked, &error));
    assert_true(asked.is_csv && asked.is_grouped);
    assert_int_equal(asked.project, 12);
    bytes_release(&asked.json);
    assert_true(mixpanel_params_names(&names, &arena, &project, &limit, &error));
    assert_int_equal(project, 3);
    assert_int_equal(limit, MIXPANEL_PARAMS_NAMES_MAX);
    assert_true(mixpanel_params_names(&none, &arena, &project, &limit, &error));
    assert_int_equal(project, 0);
    assert_int_equal(limit, MIXPANEL_PARAMS_NAMES_DEFAULT);
    arena_release(&arena);
}

static void expect_export(const char *query, const char *json)
{
    struct mixpanel_params params = { str_from(query), STR("project_id=4") };
    struct bytes question = { 0 };
    struct arena arena;
    const char *error = NULL;
    uint64_t project;
    arena_init(&arena, 1 << 20);
    bool is_right = mixpanel_params_export(&params, &arena, &project, &question, &error);
    if (is_right != (json != NULL) || is_right == (error != NULL))
        fail_msg("%s: %s", query, error ? error : "taken");
    if (json && !str_equal(bytes_str(&question), str_from(json)))
        fail_msg("%s: " STR_FMT, query, STR_ARG(bytes_str(&question)));
    if (json)
        assert_int_equal(project, 4);
    bytes_release(&question);
    arena_release(&arena);
}

static void test_mixpanel_params__exports_become_questions(void **state)
{
    (void)state;
    expect_export("x=1" DATES, "{" ENDS "}");
    expect_export("event=Signed+up" DATES, "{" ENDS ",\"event\":[\"Signed up\"]}");
    expect_export("event=%5B%22A%22%2C%22B%22%5D&where=w&limit=100000&time_in_ms=true" DATES,
                  "{" ENDS ",\"event\":[\"A\",\"B\"],\"where\":\"w\",\"limit\":100000,"
                  "\"time_in_ms\":true}");
    expect_export("event=%5B%5D&limit=0&time_in_ms=false" DATES, "{" ENDS ",\"event\":[]}");
    expect_export("event=%5B%22A%22" DATES, NULL);
    expect_export("event=%5B1%5D" DATES, NULL);
    expect_export("limit=100001" DATES, NULL);
    expect_export("limit=x" DATES, NULL);
    expect_export("project_id=x" DATES, NULL);
    expect_export("from_date=2025-11-01", NULL);
    expect_export("from_date=1999-11-01&to_date=2025-01-01", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mixpanel_params__become_questions),
        cmocka_unit_test(test_mixpanel_params__wrong_ones_are_named),
        cmocka_unit_test(test_mixpanel_params__project_form_and_names),
        cmocka_unit_test(test_mixpanel_params__exports_become_questions),
    };
    return RUN(tests);
}
