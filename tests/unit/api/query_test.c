/* api/query: what each address asks of query, and with which parameters. */
#include "api/query.h"

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

static void expect(struct front *f, const char *line, enum query_what what, const char *question)
{
    char out[FRONT_TEXT];
    front_talk(f, line, FRONT_BASIC, "{\"project\":7}", out);
    if (front_status(out) != 200 || f->what != what || strcmp(f->question, question) != 0)
        fail_msg("%s asked %d %s and gave %s", line, f->what, f->question, out);
    assert_string_equal(front_body(out), "{\"asked\":true}");
    assert_true(f->is_hash_right);
    assert_int_equal(f->project, 7);
}

static void test_query__addresses_become_questions(void **state)
{
    expect(*state, "POST /api/query", QUERY_REPORT, "{\"project\":7}");
    expect(*state, "GET /api/schema?project=7", QUERY_SCHEMA, "{}");
    expect(*state, "GET /api/status?project=7&more=1", QUERY_STATUS, "{}");
    expect(*state, "GET /api/schema/values?project=7&of=event&property=%24os&q=a%22b",
           QUERY_VALUES, "{\"of\":\"event\",\"property\":\"$os\",\"q\":\"a\\\"b\"}");
    expect(*state, "GET /api/schema/values?property=x", QUERY_VALUES, "{\"property\":\"x\"}");
    expect(*state, "GET /api/live?project=7", QUERY_LIVE, "{\"wait_ms\":2000}");
    expect(*state, "GET /api/live?project=7&after=3.9", QUERY_LIVE,
           "{\"after\":\"3.9\",\"wait_ms\":2000}");
}

static void refuse(struct front *f, const char *line, const char *body)
{
    char out[FRONT_TEXT];
    front_talk(f, line, FRONT_BASIC, body, out);
    if (front_status(out) != 400)
        fail_msg("%s %s gave %s", line, body, out);
}

static void test_query__wrong_projects_and_bodies_are_refused_here(void **state)
{
    struct front *f = *state;
    int asked = f->auth_count;
    refuse(f, "GET /api/schema?project=seven", "");
    refuse(f, "GET /api/live?project=-7", "");
    refuse(f, "GET /api/status?project=99999999999999999999", "");
    refuse(f, "POST /api/query", "");
    refuse(f, "POST /api/query", "{");
    refuse(f, "POST /api/query", "\"{}\"");
    refuse(f, "POST /api/query", "{\"project\":1.5}");
    refuse(f, "POST /api/query", "{\"project\":null}");
    refuse(f, "POST /api/query", "{\"a\":\"\xff\"}");
    assert_int_equal(f->auth_count, asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query__addresses_become_questions),
        cmocka_unit_test(test_query__wrong_projects_and_bodies_are_refused_here),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
