/* api/people: what auth and query are handed of an ask, and every way in which an ask is refused before
 * anybody behind web has to read it. */
#include "api/people.h"

#include <stdio.h>
#include <string.h>

#include "support/asks.h"
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

static const struct asks list = { .kind = GRANT_ROWS, .question = "{\"limit\":50}",
                                  .beside = ",\"assertion\":{\"id\":\"aQ\"}" };
static const struct asks person = { .kind = GRANT_TIMELINE, .question = "{\"limit\":500}",
                                    .ref_count = 2 };

static void test_people__a_list_goes_with_its_ask_and_evidence(void **state)
{
    struct front *f = *state;
    struct bytes text = { 0 };
    char body[ASKS_TEXT], out[FRONT_TEXT];
    asks_body(&list, body);
    asks_text(&list, &text);
    bytes_put_u8(&text, 0);
    f->query_says = "{\"entry\":12,\"people\":[]}";
    front_talk(f, "POST /api/people", FRONT_MEMBER, body, out);
    assert_int_equal(front_status(out), 200);
    assert_string_equal(front_body(out), "{\"entry\":12,\"people\":[]}");
    assert_non_null(strstr(out, "Cache-Control: no-store\r\n"));
    assert_int_equal(f->auth_count, 1);
    assert_int_equal(f->auth_request.type, AUTH_AUTHORIZE);
    assert_int_equal(f->auth_request.ask_kind, GRANT_ROWS);
    assert_int_equal(f->auth_request.project, 7);
    assert_int_equal(f->auth_request.rights, RIGHT_ROWS);
    assert_string_equal(f->heard.ask, (char *)text.ptr);
    assert_string_equal(f->heard.proof, "7 1795453200000 c2lnbmF0dXJl");
    assert_string_equal(f->heard.path, "/api/people");
    assert_string_equal(f->heard.assertion, "{\"id\":\"aQ\"}");
    assert_int_equal(f->what, QUERY_PEOPLE);
    assert_int_equal(f->grant_len, 256);
    assert_string_equal(f->ask, (char *)text.ptr);
    assert_string_equal(f->evidence, "evidence");
    assert_string_equal(f->question, "{\"limit\":50}");
    assert_int_equal(f->refs_len, 0);
    bytes_release(&text);
}

static void test_people__a_timeline_names_its_subjects(void **state)
{
    struct front *f = *state;
    struct asks by_pseudonym = { .kind = GRANT_TIMELINE, .question = "{\"person\":\"p_1\"}" };
    char body[ASKS_TEXT], out[FRONT_TEXT];
    asks_body(&person, body);
    front_talk(f, "POST /api/person", FRONT_MEMBER, body, out);
    assert_int_equal(front_status(out), 200);
    assert_int_equal(f->what, QUERY_TIMELINE);
    assert_int_equal(f->refs_len, 32);
    asks_body(&by_pseudonym, body);
    front_talk(f, "POST /api/person", FRONT_BASIC, body, out);
    assert_int_equal(front_status(out), 200);
    assert_int_equal(f->refs_len, 0);
    assert_int_equal(f->auth_request.by, AUTH_BY_KEY);
}

static void test_people__querys_refusal_is_handed_on_whole(void **state)
{
    struct front *f = *state;
    char body[ASKS_TEXT], out[FRONT_TEXT];
    f->query_says = "{\"error\":{\"code\":\"budget\",\"left\":3,\"entry\":9}}";
    f->query_status = 403;
    asks_body(&list, body);
    front_talk(f, "POST /api/people", FRONT_MEMBER, body, out);
    assert_int_equal(front_status(out), 403);
    assert_string_equal(front_body(out), f->query_says);
}

static void refuse(struct front *f, const char *path, const struct asks *asks, const char *code)
{
    char body[ASKS_TEXT], out[FRONT_TEXT], line[64], wanted[64];
    (void)snprintf(line, sizeof(line), "POST %s", path);
    (void)snprintf(wanted, sizeof(wanted), "{\"error\":{\"code\":\"%s\"", code);
    asks_body(asks, body);
    front_talk(f, line, FRONT_MEMBER, body, out);
    if (front_status(out) != 400 || !strstr(out, wanted))
        fail_msg("%s: not %s but %s", path, code, out);
}

static void test_people__asks_that_do_not_fit_their_address_ask_nobody(void **state)
{
    struct front *f = *state;
    const struct asks reveal = { .kind = GRANT_REVEAL, .fields = { "$email" }, .field_count = 1,
                                 .ref_count = 1 };
    const struct asks no_field = { .kind = GRANT_REVEAL, .ref_count = 1 };
    const struct asks nobody = { .kind = GRANT_REVEAL, .fields = { "$email" }, .field_count = 1 };
    const struct asks find = { .kind = GRANT_FIND };
    const struct asks rows_of = { .kind = GRANT_ROWS, .question = "{}", .ref_count = 1 };
    const struct asks no_question = { .kind = GRANT_ROWS };
    const struct asks find_of = { .kind = GRANT_FIND, .ref_count = 1, .beside =
                                  ",\"lookup\":{\"kind\":\"id\",\"text\":\"u\"}" };
    refuse(f, "/api/people", &person, "ask");
    refuse(f, "/api/people", &reveal, "ask");
    refuse(f, "/api/people", &rows_of, "subjects");
    refuse(f, "/api/people", &no_question, "ask");
    refuse(f, "/api/person", &list, "ask");
    refuse(f, "/api/people/reveal", &person, "ask");
    refuse(f, "/api/people/reveal", &no_field, "field");
    refuse(f, "/api/people/reveal", &nobody, "subjects");
    refuse(f, "/api/people/find", &reveal, "ask");
    refuse(f, "/api/people/find", &find, "lookup");
    refuse(f, "/api/people/find", &find_of, "subjects");
    refuse(f, "/api/people/export", &list, "ask");
    assert_int_equal(f->auth_count, 0);
    assert_int_equal(f->vault_count, 0);
}

static void test_people__auths_refusal_reaches_nobody_else(void **state)
{
    static const struct {
        const char *code;
        unsigned status;
    } cases[] = { { "login", 401 }, { "proof", 401 }, { "role", 403 }, { "level", 403 },
                  { "frozen", 403 }, { "project", 404 }, { "ask", 400 }, { "throttled", 429 },
                  { "closed", 503 }, { "io", 503 } };
    struct front *f = *state;
    char body[ASKS_TEXT], out[FRONT_TEXT];
    asks_body(&list, body);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        f->auth_refuses = cases[i].code;
        front_talk(f, "POST /api/people", FRONT_MEMBER, body, out);
        if (front_status(out) != cases[i].status || !strstr(out, cases[i].code))
            fail_msg("%s gave %s", cases[i].code, out);
    }
    assert_int_equal(f->what, 0);
}

/* Who was let in a moment ago goes on with aggregates, and with nothing that has people in it. */
static void test_people__without_auth_nobody_sees_people(void **state)
{
    struct front *f = *state;
    char body[ASKS_TEXT], out[FRONT_TEXT];
    asks_body(&list, body);
    front_talk(f, "POST /api/people", FRONT_MEMBER, body, out);
    assert_int_equal(front_status(out), 200);
    front_talk(f, "GET /api/ledger/line", FRONT_MEMBER, "", out);
    assert_int_equal(front_status(out), 200);
    front_talk(f, "GET /api/status", FRONT_MEMBER, "", out);
    assert_int_equal(front_status(out), 200);
    front_auth_away(f);
    front_talk(f, "GET /api/status", FRONT_MEMBER, "", out);
    assert_int_equal(front_status(out), 200);
    assert_int_equal(f->grant_len, 0);
    f->what = 0;
    front_talk(f, "POST /api/people", FRONT_MEMBER, body, out);
    assert_int_equal(front_status(out), 503);
    front_talk(f, "GET /api/ledger/line", FRONT_MEMBER, "", out);
    assert_int_equal(front_status(out), 503);
    assert_int_equal(f->what, 0);
}

static void test_people__without_query_there_are_no_rows(void **state)
{
    struct front *f = *state;
    char body[ASKS_TEXT], out[FRONT_TEXT];
    front_query_away(f);
    asks_body(&list, body);
    front_talk(f, "POST /api/people", FRONT_MEMBER, body, out);
    assert_int_equal(front_status(out), 503);
    assert_non_null(strstr(out, "\"code\":\"closed\""));
}

static void test_people__exports_with_values_are_refused(void **state)
{
    struct front *f = *state;
    const struct asks export = { .kind = GRANT_EXPORT, .fields = { "$email" }, .field_count = 1 };
    char body[ASKS_TEXT], out[FRONT_TEXT];
    asks_body(&export, body);
    front_talk(f, "POST /api/people/export", FRONT_MEMBER, body, out);
    assert_int_equal(front_status(out), 403);
    assert_non_null(strstr(out, "\"code\":\"export_values\""));
    assert_int_equal(f->auth_request.rights, RIGHT_REVEAL);
    assert_int_equal(f->vault_count, 0);
    f->auth_refuses = "role";
    front_talk(f, "POST /api/people/export", FRONT_MEMBER, body, out);
    assert_non_null(strstr(out, "\"code\":\"role\""));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_people__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_list_goes_with_its_ask_and_evidence),
        T(a_timeline_names_its_subjects),
        T(querys_refusal_is_handed_on_whole),
        T(asks_that_do_not_fit_their_address_ask_nobody),
        T(auths_refusal_reaches_nobody_else),
        T(without_auth_nobody_sees_people),
        T(without_query_there_are_no_rows),
        T(exports_with_values_are_refused),
    };
    return RUN(tests);
}
