/* api/call: the forms of refusals, and the codes that the console has words for. */
#include "api/call.h"

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

static void expect_body(struct front *f, const char *line, const char *headers, const char *body,
                        const char *expected)
{
    char out[FRONT_TEXT];
    front_talk(f, line, headers, body, out);
    if (strcmp(front_body(out), expected) != 0)
        fail_msg("%s gave %s", line, out);
    assert_non_null(strstr(out, "Content-Type: application/json"));
    assert_non_null(strstr(out, "Cross-Origin-Resource-Policy: same-origin"));
}

static void test_call__refusals_say_code_place_and_sentence(void **state)
{
    expect_body(*state, "POST /api/query", FRONT_BASIC, "[]",
                "{\"error\":{\"code\":\"query\",\"at\":\"\","
                "\"message\":\"the body is not a JSON object\"}}");
    expect_body(*state, "POST /api/query", FRONT_BASIC, "{\"project\":\"7\"}",
                "{\"error\":{\"code\":\"query\",\"at\":\"/project\","
                "\"message\":\"the project is its number\"}}");
    expect_body(*state, "GET /api/me", "", "",
                "{\"error\":{\"code\":\"login\",\"message\":\"sign in, or send an API key\"}}");
}

static void test_call__mixpanel_addresses_refuse_in_its_form(void **state)
{
    expect_body(*state, "GET /api/2.0/segmentation?event=A%22", "", "",
                "{\"error\":\"sign in, or send an API key\",\"status\":\"error\"}");
    expect_body(*state, "GET /api/2.0/segmentation?event=A%22", FRONT_BASIC, "",
                "{\"request\":\"/api/2.0/segmentation?event=A%22\","
                "\"error\":\"Error in from_date: it is required\"}");
}

static void test_call__codes_of_auth_have_a_status(void **state)
{
    (void)state;
    assert_int_equal(call_error_of(STR("login")).status, 401);
    assert_int_equal(call_error_of(STR("link")).status, 401);
    assert_int_equal(call_error_of(STR("role")).status, 403);
    assert_int_equal(call_error_of(STR("project")).status, 404);
    assert_int_equal(call_error_of(STR("closed")).status, 503);
    assert_int_equal(call_error_of(STR("invalid")).status, 400);
    assert_int_equal(call_error_of(STR("io")).status, 503);
    assert_string_equal(call_error_of(STR("io")).code, "io");
    assert_string_equal(call_error_of(STR("new word")).code, "closed");
    assert_int_equal(call_error_of(STR("new word")).status, 503);
}

/* Every word of the wires, as the console's list has it. */
static void test_call__words_of_vault_and_ledger_become_the_consoles(void **state)
{
    static const struct {
        const char *theirs;
        unsigned status;
        const char *ours;
    } cases[] = {
        { "ask_malformed", 400, "ask" },      { "grant_signature", 403, "grant" },
        { "grant_ask", 403, "grant" },        { "grant_old", 403, "grant" },
        { "grant_boot", 403, "grant" },       { "grant_spent", 403, "grant" },
        { "stopped", 503, "stopped" },        { "principal_unknown", 403, "right" },
        { "frozen", 403, "frozen" },          { "right", 403, "right" },
        { "proof", 401, "proof" },            { "level", 403, "level" },
        { "purpose", 403, "purpose" },        { "assertion", 403, "assertion" },
        { "too_new", 403, "too_new" },        { "subjects", 400, "subjects" },
        { "field", 400, "field" },            { "erased", 409, "erased" },
        { "limit", 400, "limit" },            { "budget", 403, "budget" },
        { "misses", 403, "misses" },          { "project_budget", 403, "project_budget" },
        { "export_values", 403, "export_values" }, { "invalid", 400, "invalid" },
        { "malformed", 400, "ask" },          { "closed", 503, "closed" },
        { "late", 503, "late" },              { "many", 400, "limit" },
        { "throttled", 429, "throttled" },    { "totp", 401, "totp" },
        { "lookup", 400, "lookup" },          { "person", 404, "person" },
        { "rate", 429, "rate" },              { "lev", 503, "closed" },
        { "", 503, "closed" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct call_error error = call_error_of(str_from(cases[i].theirs));
        if (error.status != cases[i].status || strcmp(error.code, cases[i].ours) != 0)
            fail_msg("%s became %u %s", cases[i].theirs, error.status, error.code);
    }
}

static void test_call__bodies_and_parameters_have_bounds(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT], line[CALL_PARAM_MAX_BYTES + 64], deep[200];
    (void)snprintf(line, sizeof(line), "GET /api/live?after=%0*d", CALL_PARAM_MAX_BYTES, 1);
    front_talk(f, line, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 200);
    (void)snprintf(line, sizeof(line), "GET /api/live?after=%0*d", CALL_PARAM_MAX_BYTES + 1, 1);
    front_talk(f, line, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 400);
    memset(deep, '[', 100);
    memset(deep + 100, ']', 99);
    deep[199] = 0;
    front_talk(f, "POST /api/query", FRONT_BASIC, deep, out);
    assert_int_equal(front_status(out), 400);
    front_talk(f, "POST /api/query", FRONT_BASIC, "{\"a\":1,\"a\":2}", out);
    assert_int_equal(front_status(out), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call__refusals_say_code_place_and_sentence),
        cmocka_unit_test(test_call__mixpanel_addresses_refuse_in_its_form),
        cmocka_unit_test(test_call__codes_of_auth_have_a_status),
        cmocka_unit_test(test_call__words_of_vault_and_ledger_become_the_consoles),
        cmocka_unit_test(test_call__bodies_and_parameters_have_bounds),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
