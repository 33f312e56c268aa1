/* api/query_mixpanel: the two addresses as a Mixpanel client sees them. */
#include "api/query_mixpanel.h"

#include <stdio.h>
#include <string.h>

#include "support/front.h"
#include "support/test.h"

static int setup(void **state)
{
    static struct front f;
    front_open(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    front_close(*state);
    return 0;
}

#define DATES "&from_date=2025-11-01&to_date=2025-11-01"

static void test_query_mixpanel__segmentation_under_both_prefixes(void **state)
{
    struct front *f = *state;
    static const char *const paths[] = { "/api/query/segmentation", "/api/2.0/segmentation/" };
    char out[FRONT_TEXT], line[300];
    f->query_says = "{\"series\":[{\"name\":\"A\",\"by\":[],\"points\":[[\"2025-11-01\",3]]}]}";
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(line, sizeof(line), "GET %s?event=A&project_id=7" DATES, paths[i]);
        front_talk(f, line, FRONT_BASIC, "", out);
        assert_string_equal(front_body(out), "{\"data\":{\"series\":[\"2025-11-01\"],\"values\":"
                                             "{\"A\":{\"2025-11-01\":3}}},\"legend_size\":1}");
        assert_true(f->is_hash_right);
        assert_int_equal(f->auth_request.project, 7);
        (void)snprintf(line, sizeof(line), "POST %s", paths[i]);
        front_talk(f, line, FRONT_BASIC "Content-Type: application/x-www-form-urlencoded\r\n",
                   "event=A&format=csv" DATES, out);
        assert_string_equal(front_body(out), "date,\"A\"\r\n2025-11-01,3\r\n");
        assert_non_null(strstr(out, "Content-Type: text/csv"));
    }
}

static void test_query_mixpanel__names(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->query_says = "{\"events\":[{\"name\":\"A\",\"count\":1},{\"name\":\"B\",\"count\":2}]}";
    front_talk(f, "GET /api/2.0/events/names?type=general&limit=1", FRONT_BASIC, "", out);
    assert_string_equal(front_body(out), "[\"B\"]");
    assert_int_equal(f->what, QUERY_SCHEMA);
}

static void test_query_mixpanel__refusals(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->query_status = 400;
    f->query_says = "{\"error\":{\"at\":\"/where\",\"code\":\"where\",\"message\":\"no\"}}";
    front_talk(f, "GET /api/2.0/segmentation?event=A&where=(" DATES, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 400);
    assert_string_equal(front_body(out), "{\"request\":\"/api/2.0/segmentation?event=A&where=("
                                         DATES "\",\"error\":\"no\"}");
    front_talk(f, "GET /api/2.0/segmentation?event=A&type=average" DATES, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 400);
    front_talk(f, "GET /api/2.0/events/names", FRONT_BAD_BASIC, "", out);
    assert_int_equal(front_status(out), 401);
    assert_non_null(strstr(out, "\"status\":\"error\"}"));
    front_query_away(f);
    front_talk(f, "GET /api/2.0/events/names", FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 503);
    assert_non_null(strstr(out, "{\"request\":\"/api/2.0/events/names\",\"error\":"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_mixpanel__segmentation_under_both_prefixes),
        cmocka_unit_test(test_query_mixpanel__names),
        cmocka_unit_test(test_query_mixpanel__refusals),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
