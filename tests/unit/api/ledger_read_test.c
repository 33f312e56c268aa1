/* api/ledger_read: what the ledger is asked through query, and whose names stand in its answers. */
#include "api/ledger_read.h"

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

static void expect(struct front *f, const char *line, const char *body, const char *question)
{
    char out[FRONT_TEXT];
    front_talk(f, line, FRONT_BASIC, body, out);
    if (front_status(out) != 200 || f->what != QUERY_LEDGER || strcmp(f->question, question) != 0)
        fail_msg("%s asked %s and gave %s", line, f->question, out);
    assert_string_equal(front_body(out), "{\"asked\":true}");
    assert_true(f->is_hash_right);
    assert_int_equal(f->grant_len, 256);
    assert_int_equal(f->auth_request.rights, 0); /* one's own record needs none */
    assert_int_equal(f->project, 7);
}

static void test_ledger_read__addresses_become_questions(void **state)
{
    struct front *f = *state;
    expect(f, "GET /api/ledger/line?project=7", "", "{\"read\":\"line\"}");
    expect(f, "GET /api/ledger/entries", "", "{\"read\":\"entries\"}");
    expect(f, "GET /api/ledger/entries?before=9&limit=50&principal=5&kind=reveal&other=1", "",
           "{\"read\":\"entries\",\"before\":9,\"limit\":50,\"principal\":5,\"kind\":\"reveal\"}");
    expect(f, "GET /api/ledger/entry?sequence=48214", "",
           "{\"read\":\"entry\",\"sequence\":48214}");
    expect(f, "GET /api/ledger/budgets?project=7", "", "{\"read\":\"budget\"}");
    expect(f, "POST /api/ledger/looked",
           "{\"project\":7,\"refs\":[\"0a000000000000000000000000000000\"]}",
           "{\"read\":\"looked\",\"refs\":[\"0a000000000000000000000000000000\"]}");
}

static void test_ledger_read__wrong_parameters_ask_nobody(void **state)
{
    static const struct {
        const char *line;
        const char *body;
    } cases[] = {
        { "GET /api/ledger/entries?before=x", "" },
        { "GET /api/ledger/entries?limit=-1", "" },
        { "GET /api/ledger/entry?sequence=9007199254740993", "" },
        { "GET /api/ledger/line?project=seven", "" },
        { "POST /api/ledger/looked", "" },
        { "POST /api/ledger/looked", "{\"project\":7}" },
        { "POST /api/ledger/looked", "{\"refs\":[\"0a\"]}" },
        { "POST /api/ledger/looked",
          "{\"project\":\"7\",\"refs\":[\"0a000000000000000000000000000000\"]}" },
    };
    struct front *f = *state;
    char out[FRONT_TEXT];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        front_talk(f, cases[i].line, FRONT_BASIC, cases[i].body, out);
        if (front_status(out) != 400 || !strstr(out, "\"code\":\"invalid\""))
            fail_msg("%s gave %s", cases[i].line, out);
    }
    assert_int_equal(f->auth_count, 0);
}

static void expect_names(struct front *f, const char *headers, const char *answer)
{
    char out[FRONT_TEXT];
    f->query_says = "{\"entries\":[{\"principal\":5},{\"principal\":1},{\"principal\":9}]}";
    front_talk(f, "GET /api/ledger/entries", headers, "", out);
    assert_int_equal(front_status(out), 200);
    assert_string_equal(front_body(out), answer);
}

static void test_ledger_read__names_are_those_that_the_asker_may_see(void **state)
{
    struct front *f = *state;
    expect_names(f, FRONT_WITH_COOKIE,
                 "{\"entries\":[{\"principal\":5,\"name\":\"Salma\"},"
                 "{\"principal\":1,\"name\":\"Owner\"},{\"principal\":9,\"name\":\"nightly\"}]}");
    expect_names(f, FRONT_BASIC,
                 "{\"entries\":[{\"principal\":5},{\"principal\":1},{\"principal\":9}]}");
    f->auth_refuses_calls = "role"; /* the lists, not who one is */
    expect_names(f, FRONT_WITH_COOKIE,
                 "{\"entries\":[{\"principal\":5},{\"principal\":1,\"name\":\"Owner\"},"
                 "{\"principal\":9}]}");
}

static void test_ledger_read__refusals_are_handed_on(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->query_says = "{\"error\":{\"code\":\"role\"}}";
    f->query_status = 403;
    front_talk(f, "GET /api/ledger/entries", FRONT_WITH_COOKIE, "", out);
    assert_int_equal(front_status(out), 403);
    assert_string_equal(front_body(out), f->query_says);
    front_query_away(f);
    front_talk(f, "GET /api/ledger/line", FRONT_WITH_COOKIE, "", out);
    assert_int_equal(front_status(out), 503);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_ledger_read__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(addresses_become_questions),
        T(wrong_parameters_ask_nobody),
        T(names_are_those_that_the_asker_may_see),
        T(refusals_are_handed_on),
    };
    return RUN(tests);
}
