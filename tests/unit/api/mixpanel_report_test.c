/* api/mixpanel_report: our answers in Mixpanel's form. */
#include "api/mixpanel_report.h"

#include <stdlib.h>

#include "base/err.h"
#include "support/test.h"

#define POINTS "[[\"2025-11-01\",3],[\"2025-11-02\",null]]"
static const char plain[] =
    "{\"series\":[{\"name\":\"A\",\"by\":[],\"points\":" POINTS "}],\"computed_ms\":1}";
static const char grouped[] =
    "{\"series\":[{\"name\":\"A\",\"by\":[\"1\"],\"points\":" POINTS "},"
    "{\"name\":\"A\",\"by\":[1],\"points\":" POINTS "},"
    "{\"name\":\"A\",\"by\":[null],\"points\":" POINTS "},"
    "{\"name\":\"A\",\"by\":[true],\"points\":" POINTS "},"
    "{\"name\":\"A\",\"by\":[\"$other\"],\"points\":" POINTS "}]}";

static void expect(int (*report)(struct str, bool, struct bytes *), const char *answer,
                   bool is_grouped, const char *expected)
{
    struct bytes out = { 0 };
    assert_int_equal(report(str_from(answer), is_grouped, &out), 0);
    if (!str_equal(bytes_str(&out), str_from(expected)))
        fail_msg("gave " STR_FMT, STR_ARG(bytes_str(&out)));
    bytes_release(&out);
}

#define VALUES "{\"2025-11-01\":3,\"2025-11-02\":0}"

static void test_mixpanel_report__dates_and_values(void **state)
{
    (void)state;
    expect(mixpanel_report_segmentation, plain, false,
           "{\"data\":{\"series\":[\"2025-11-01\",\"2025-11-02\"],\"values\":{\"A\":" VALUES
           "}},\"legend_size\":1}");
    expect(mixpanel_report_segmentation,
           "{\"series\":[{\"name\":\"A\",\"by\":[],\"points\":[[\"2025-11-01T13:00:00\",0.5]]}]}",
           false,
           "{\"data\":{\"series\":[\"2025-11-01 13:00:00\"],"
           "\"values\":{\"A\":{\"2025-11-01 13:00:00\":0.5}}},\"legend_size\":1}");
    expect(mixpanel_report_segmentation, "{\"series\":[]}", true,
           "{\"data\":{\"series\":[],\"values\":{}},\"legend_size\":0}");
}

static void test_mixpanel_report__groups_have_distinct_names_and_no_other(void **state)
{
    (void)state;
    expect(mixpanel_report_segmentation, grouped, true,
           "{\"data\":{\"series\":[\"2025-11-01\",\"2025-11-02\"],\"values\":{\"1\":" VALUES
           ",\"1 (2)\":" VALUES ",\"undefined\":" VALUES ",\"true\":" VALUES
           "}},\"legend_size\":4}");
}

static void test_mixpanel_report__sheets_hold_no_formulas(void **state)
{
    (void)state;
    expect(mixpanel_report_csv,
           "{\"series\":[{\"name\":\"A\",\"by\":[\"=1+\\\"x\\\"\"],\"points\":" POINTS "},"
           "{\"name\":\"A\",\"by\":[\"b,c\"],\"points\":[[\"2025-11-01\",1.5]]}]}", true,
           "date,\"'=1+\"\"x\"\"\",\"b,c\"\r\n2025-11-01,3,1.5\r\n2025-11-02,0,0\r\n");
}

static void test_mixpanel_report__names_by_count(void **state)
{
    (void)state;
    static const char answer[] = "{\"events\":[{\"name\":\"a\",\"count\":1},"
                                 "{\"name\":\"c\",\"count\":5},{\"name\":\"b\",\"count\":5}]}";
    struct bytes out = { 0 };
    assert_int_equal(mixpanel_report_names(str_from(answer), 2, &out), 0);
    assert_str(bytes_str(&out), "[\"b\",\"c\"]");
    bytes_reset(&out);
    assert_int_equal(mixpanel_report_names(str_from(answer), 255, &out), 0);
    assert_str(bytes_str(&out), "[\"b\",\"c\",\"a\"]");
    bytes_release(&out);
}

static void test_mixpanel_report__other_forms_are_refused(void **state)
{
    (void)state;
    static const char *const answers[] = { "", "{", "{}", "[]", "{\"series\":1}" };
    struct bytes out = { 0 };
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(mixpanel_report_segmentation(str_from(answers[i]), true, &out),
                         ERR_INVALID);
        assert_int_equal(mixpanel_report_csv(str_from(answers[i]), false, &out), ERR_INVALID);
        assert_int_equal(mixpanel_report_names(str_from(answers[i]), 5, &out), ERR_INVALID);
        assert_int_equal(out.len, 0);
        bytes_reset(&out);
    }
    bytes_release(&out);
    char *message = mixpanel_report_error(STR("{\"error\":{\"message\":\"m\"}}"));
    assert_string_equal(message, "m");
    free(message);
    assert_null(mixpanel_report_error(STR("{\"error\":{}}")));
    assert_null(mixpanel_report_error(STR("no")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mixpanel_report__dates_and_values),
        cmocka_unit_test(test_mixpanel_report__groups_have_distinct_names_and_no_other),
        cmocka_unit_test(test_mixpanel_report__sheets_hold_no_formulas),
        cmocka_unit_test(test_mixpanel_report__names_by_count),
        cmocka_unit_test(test_mixpanel_report__other_forms_are_refused),
    };
    return RUN(tests);
}
