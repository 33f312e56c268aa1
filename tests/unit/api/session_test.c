/* api/session: entering and leaving, the cookie's attributes, the snippets' address, the project's
 * settings, the owner's link. */
#include "api/session.h"

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

static void test_session__a_link_becomes_a_cookie(void **state)
{
    char out[FRONT_TEXT];
    front_talk(*state, "POST /api/enter", FRONT_OUR_PAGE, "{\"link\":\"" FRONT_LINK "\"}", out);
    assert_int_equal(front_status(out), 200);
    assert_non_null(strstr(out, "Set-Cookie: amana_login=" FRONT_COOKIE "; Path=/; HttpOnly; "
                           "SameSite=Strict; Max-Age=43200\r\n"));
    assert_non_null(strstr(front_body(out), "\"member\":{\"id\":1,\"name\":\"Owner\""));
    assert_null(strstr(front_body(out), FRONT_COOKIE));
    front_talk(*state, "POST /api/enter", FRONT_OUR_PAGE, "{\"link\":\"old\"}", out);
    assert_int_equal(front_status(out), 401);
    assert_non_null(strstr(out, "\"code\":\"link\""));
    assert_null(strstr(out, "Set-Cookie"));
}

static void test_session__over_https_the_cookie_is_secure(void **state)
{
    char out[FRONT_TEXT];
    front_talk(*state, "POST /api/enter", "X-Forwarded-Proto: https\r\n"
               "Origin: https://h.example:81\r\n", "{\"link\":\"" FRONT_LINK "\"}", out);
    assert_non_null(strstr(out, "Max-Age=43200; Secure\r\n"));
    assert_non_null(strstr(out, "\"ingest\":\"https://h.example:81\""));
}

static void expect_ingest(struct front *f, const char *host, const char *address)
{
    char out[FRONT_TEXT], member[300];
    (void)snprintf(member, sizeof(member), "\"ingest\":\"%s\",\"version\":\"0.1.0\"}", address);
    f->host = host;
    front_talk(f, "GET /api/me", FRONT_BASIC, "", out);
    f->host = FRONT_HOST;
    if (!strstr(front_body(out), member))
        fail_msg("%s gave %s", host, out);
}

static void test_session__me_knows_where_events_go(void **state)
{
    char out[FRONT_TEXT];
    expect_ingest(*state, FRONT_HOST, "http://h.example:4321");
    expect_ingest(*state, "h.example", "http://h.example:4321");
    expect_ingest(*state, "127.0.0.1:8080", "http://127.0.0.1:4321");
    expect_ingest(*state, "[::1]:8080", "http://[::1]:4321");
    expect_ingest(*state, "[::1]", "http://[::1]:4321");
    expect_ingest(*state, "a\"b", "http://localhost:4321");
    expect_ingest(*state, "a/b?<script>", "http://localhost:4321");
    front_talk(*state, "GET /api/me", FRONT_BASIC, "", out);
    assert_non_null(strstr(out, "\"zone\":\"Asia/Riyadh\",\"demo\":false,\"week_start\":1}]"));
}

static void test_session__leaving_takes_the_cookie_away(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    front_talk(f, "POST /api/leave", FRONT_MEMBER, "{}", out);
    assert_int_equal(front_status(out), 200);
    assert_int_equal(f->auth_type, AUTH_LEAVE);
    assert_string_equal(front_body(out), "{}");
    assert_non_null(strstr(out, "Set-Cookie: amana_login=; Path=/; HttpOnly; SameSite=Strict; "
                           "Max-Age=0\r\n"));
}

static void change(struct front *f, const char *body, unsigned status)
{
    char out[FRONT_TEXT];
    front_talk(f, "PATCH /api/project", FRONT_MEMBER, body, out);
    if (front_status(out) != status)
        fail_msg("%s gave %s", body, out);
}

static void test_session__the_projects_name_and_zone(void **state)
{
    struct front *f = *state;
    change(f, "{\"project\":7,\"zone\":\"Asia/Riyadh\"}", 200);
    assert_int_equal(f->auth_type, AUTH_CHANGE_PROJECT);
    assert_int_equal(f->auth_request.project, 7);
    assert_int_equal(f->auth_request.rights, RIGHT_SETTINGS);
    change(f, "{\"zone\":\"Mars\"}", 400);
    change(f, "{\"name\":1}", 400);
    change(f, "{\"project\":-1,\"name\":\"N\"}", 400);
    change(f, "{\"project\":8,\"name\":\"N\"}", 404);
    change(f, "no", 400);
}

static void test_session__the_owners_link(void **state)
{
    char out[FRONT_TEXT];
    front_talk_locally(*state, "POST /api/owner-link", "", "{}", out);
    assert_string_equal(front_body(out), "{\"owner_link\":\"/enter#" FRONT_LINK "\"}");
    front_talk_locally(*state, "POST /api/owner-link", FRONT_WITH_COOKIE, "{}", out);
    assert_int_equal(front_status(out), 200); /* by the uid: cookies do not count here */
    front_talk(*state, "POST /api/owner-link", FRONT_WITH_COOKIE FRONT_OUR_PAGE, "{}", out);
    assert_int_equal(front_status(out), 401);
}

static void test_session__auth_away_is_closed(void **state)
{
    char out[FRONT_TEXT];
    front_auth_away(*state);
    front_talk(*state, "POST /api/enter", "", "{\"link\":\"" FRONT_LINK "\"}", out);
    assert_int_equal(front_status(out), 503);
    assert_non_null(strstr(out, "\"code\":\"closed\""));
    front_auth_back(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session__a_link_becomes_a_cookie),
        cmocka_unit_test(test_session__over_https_the_cookie_is_secure),
        cmocka_unit_test(test_session__me_knows_where_events_go),
        cmocka_unit_test(test_session__leaving_takes_the_cookie_away),
        cmocka_unit_test(test_session__the_projects_name_and_zone),
        cmocka_unit_test(test_session__the_owners_link),
        cmocka_unit_test(test_session__auth_away_is_closed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
