/* api/console_routes: every route with every kind of credential, forged requests, the console's
 * files, bounds, and health while peers are away. */
#include "api/console_routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/polls.h"
#include "api/route.h"
#include "support/front.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/sock.h"

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

static void expect(struct front *f, bool is_local, const char *line, const char *headers,
                   const char *body, unsigned status)
{
    char out[FRONT_TEXT];
    (is_local ? front_talk_locally : front_talk)(f, line, headers, body, out);
    if (front_status(out) != status)
        fail_msg("%s with %s: not %u but %s", line, headers, status, out);
    if (strncmp(line + strcspn(line, " ") + 1, "/api/", 5) == 0 &&
        !strstr(out, "Cache-Control: no-store\r\n"))
        fail_msg("%s may be stored: %s", line, out);
}

/* The answers to: nobody, a cookie from our page with a proof, a key, a wrong key, the uid on our
 * socket. */
static const struct {
    const char *line;
    const char *body;
    unsigned nobody, cookie, key, wrong_key, uid;
} routes[] = {
    { "GET /healthz", "", 200, 200, 200, 200, 200 },
    { "GET /readyz", "", 200, 200, 200, 200, 200 },
    { "POST /api/enter", "{\"link\":\"" FRONT_LINK "\"}", 200, 200, 200, 200, 200 },
    { "POST /api/enter", "{\"link\":\"x\"}", 401, 401, 401, 401, 401 },
    { "POST /api/login/begin", "{}", 200, 200, 200, 200, 200 },
    { "POST /api/login/passkey", "{}", 200, 200, 200, 200, 200 },
    { "POST /api/login/password", "{}", 200, 200, 200, 200, 200 },
    { "POST /api/passkeys/begin", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/passkeys", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/passkeys/end", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/password", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/totp/begin", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/totp", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/totp/end", "{}", 401, 200, 401, 401, 200 },
    { "GET /api/logins", "", 401, 200, 401, 401, 200 },
    { "POST /api/logins/end", "{}", 401, 200, 401, 401, 200 },
    { "GET /api/members", "", 401, 200, 401, 401, 200 },
    { "POST /api/members", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/members/roles", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/members/recover", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/members/end", "{}", 401, 200, 401, 401, 200 },
    { "GET /api/keys", "", 401, 200, 401, 401, 200 },
    { "POST /api/keys", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/keys/end", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/decisions/approve", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/freeze", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/unfreeze", "{}", 401, 200, 401, 401, 200 },
    { "POST /api/people", "{}", 401, 400, 400, 400, 400 },      /* no ask in it */
    { "POST /api/person", "{}", 401, 400, 400, 400, 400 },
    { "POST /api/people/reveal", "{}", 401, 400, 401, 401, 401 },
    { "POST /api/people/find", "{}", 401, 400, 401, 401, 401 },
    { "POST /api/people/export", "{}", 401, 400, 401, 401, 401 },
    { "GET /api/2.0/export", "", 401, 401, 400, 400, 401 },     /* no dates */
    { "POST /api/2.0/export", "", 401, 401, 400, 400, 401 },
    { "GET /api/ledger/line?project=7", "", 401, 200, 200, 401, 200 },
    { "GET /api/ledger/line?project=8", "", 401, 404, 404, 401, 404 },
    { "GET /api/ledger/entries", "", 401, 200, 200, 401, 200 },
    { "GET /api/ledger/entry?sequence=1", "", 401, 200, 200, 401, 200 },
    { "POST /api/ledger/looked", "{}", 401, 400, 400, 400, 400 },
    { "GET /api/ledger/budgets", "", 401, 200, 200, 401, 200 },
    { "GET /log/house/checkpoint", "", 404, 404, 404, 404, 404 }, /* none was written yet */
    { "GET /log/house/tile/0/000", "", 404, 404, 404, 404, 404 },
    { "GET /person/p_1", "", 200, 200, 200, 200, 200 },
    { "GET /ledger/12", "", 200, 200, 200, 200, 200 },
    { "GET /api/me", "", 401, 200, 200, 401, 200 },
    { "POST /api/leave", "{}", 401, 200, 401, 401, 401 },
    { "PATCH /api/project", "{\"name\":\"N\"}", 401, 200, 403, 401, 200 },
    { "POST /api/owner-link", "{}", 401, 401, 401, 401, 200 },
    { "POST /api/query", "{\"report\":\"segmentation\"}", 401, 200, 200, 401, 200 },
    { "POST /api/query", "{\"project\":8}", 401, 404, 404, 401, 404 },
    { "GET /api/schema?project=7", "", 401, 200, 200, 401, 200 },
    { "GET /api/schema/values?property=x", "", 401, 200, 200, 401, 200 },
    { "GET /api/live?project=7", "", 401, 200, 200, 401, 200 },
    { "GET /api/status", "", 401, 200, 200, 401, 200 },
    { "GET /api/status?project=8", "", 401, 404, 404, 401, 404 },
    { "GET /api/query/segmentation?event=A", "", 401, 400, 400, 400, 400 },
    { "GET /api/2.0/segmentation?event=A&from_date=2025-01-01&to_date=2025-01-02", "",
      401, 503, 503, 401, 503 }, /* "asked" is no answer of query's form */
    { "POST /api/2.0/events/names", "", 401, 503, 503, 401, 503 },
    { "GET /api/query/events/names/", "", 401, 503, 503, 401, 503 },
};

static void test_console_routes__each_route_lets_in_who_may(void **state)
{
    struct front *f = *state;
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        expect(f, false, routes[i].line, "", routes[i].body, routes[i].nobody);
        expect(f, false, routes[i].line, FRONT_MEMBER, routes[i].body, routes[i].cookie);
        expect(f, false, routes[i].line, FRONT_BASIC, routes[i].body, routes[i].key);
        expect(f, false, routes[i].line, FRONT_BAD_BASIC, routes[i].body, routes[i].wrong_key);
        expect(f, true, routes[i].line, "", routes[i].body, routes[i].uid);
    }
}

/* Each row that needs one is refused without it before anybody is asked; no other row is. */
static void test_console_routes__a_cookie_without_a_proof_gets_what_needs_none(void **state)
{
    struct front *f = *state;
    char line[128], out[FRONT_TEXT];
    int refused = 0;
    for (uint32_t i = 0; i < route_count(); i++) {
        const struct route *route = route_at(i);
        if (!(route->who & ASKER_COOKIE))
            continue;
        int asked = f->auth_count;
        (void)snprintf(line, sizeof(line), "%s %s", route->method, route->path);
        front_talk(f, line, FRONT_WITH_COOKIE FRONT_OUR_PAGE, "{}", out);
        bool is_refused = strstr(out, "\"code\":\"proof\"") && front_status(out) == 401;
        if (is_refused != route->needs_proof || (is_refused && f->auth_count != asked))
            fail_msg("%s gave %s", line, out);
        refused += is_refused;
    }
    assert_int_equal(refused, 24);
}

static void test_console_routes__heads_of_exports_are_refused(void **state)
{
    expect(*state, false, "HEAD /api/2.0/export?from_date=2025-01-01&to_date=2025-01-02",
           FRONT_BASIC, "", 405);
    expect(*state, false, "HEAD /api/me", FRONT_BASIC, "", 200);
}

static void test_console_routes__unknown_addresses_and_methods(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    expect(f, false, "GET /api/nothing", FRONT_BASIC, "", 404);
    expect(f, false, "GET /api", "", "", 404);
    expect(f, false, "GET /nothing", "", "", 404);
    expect(f, false, "GET /assets/../etc", "", "", 404);
    expect(f, false, "GET /assets/", "", "", 404);
    expect(f, false, "GET /person", "", "", 404);
    expect(f, false, "GET /person/", "", "", 404);
    expect(f, false, "GET /person/p_1/more", "", "", 404);
    expect(f, false, "GET /log/house", "", "", 404);
    expect(f, false, "GET /log/house/tile/../../house/checkpoint", "", "", 404);
    expect(f, false, "POST /api/people/", FRONT_MEMBER, "{}", 400);
    expect(f, false, "GET /api/people", FRONT_MEMBER, "", 405);
    expect(f, false, "GET /api/query", FRONT_BASIC, "", 405);
    expect(f, false, "DELETE /api/project", FRONT_BASIC, "", 405);
    expect(f, false, "POST /", "", "", 405);
    front_talk(f, "GET /api/nothing", "", "", out);
    assert_non_null(strstr(out, "{\"error\":{\"code\":\"unsupported\""));
}

static void test_console_routes__pages_carry_the_policy(void **state)
{
    static const char *const lines[] = { "GET /", "GET /trends", "GET /live", "GET /setup?a=b",
                                         "GET /enter", "GET /people", "GET /person/p_7Qx",
                                         "GET /ledger", "GET /ledger/48205", "GET /access" };
    char out[FRONT_TEXT];
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        front_talk(*state, lines[i], "", "", out);
        assert_int_equal(front_status(out), 200);
        assert_string_equal(front_body(out), "the page");
        assert_non_null(strstr(out, "script-src 'self'; style-src 'self'"));
        assert_non_null(strstr(out, "frame-ancestors 'none'; base-uri 'none'"));
        assert_null(strstr(out, "unsafe"));
        assert_non_null(strstr(out, "X-Content-Type-Options: nosniff"));
        assert_non_null(strstr(out, "Referrer-Policy: no-referrer"));
        assert_non_null(strstr(out, "Cross-Origin-Opener-Policy: same-origin"));
        assert_non_null(strstr(out, "Cache-Control: no-cache"));
        assert_non_null(strstr(out, "publickey-credentials-get=(self)"));
    }
    front_talk(*state, "HEAD /", "", "", out);
    assert_int_equal(front_status(out), 200);
    assert_string_equal(front_body(out), "");
    front_talk(*state, "GET /assets/a-1.js", "Accept-Encoding: gzip\r\n", "", out);
    assert_string_equal(front_body(out), "packed");
    assert_non_null(strstr(out, "immutable"));
}

static void test_console_routes__another_page_cannot_use_a_cookie(void **state)
{
    struct front *f = *state;
    static const struct {
        const char *headers;
        unsigned status;
    } cases[] = {
        { FRONT_WITH_COOKIE FRONT_OUR_PAGE, 200 },
        { FRONT_WITH_COOKIE "Origin: https://h.example:81\r\n", 200 },
        { FRONT_WITH_COOKIE "Sec-Fetch-Site: same-origin\r\n", 200 },
        { FRONT_WITH_COOKIE FRONT_OUR_PAGE "Sec-Fetch-Site: same-origin\r\n", 200 },
        { FRONT_WITH_COOKIE, 403 },
        { FRONT_WITH_COOKIE "Origin: http://h.example\r\n", 403 },
        { FRONT_WITH_COOKIE "Origin: http://h.example:81.evil.example\r\n", 403 },
        { FRONT_WITH_COOKIE "Origin: null\r\n", 403 },
        { FRONT_WITH_COOKIE "Origin: http://evil.example\r\n"
                            "Sec-Fetch-Site: same-origin\r\n", 403 },
        { FRONT_WITH_COOKIE FRONT_OUR_PAGE "Sec-Fetch-Site: same-site\r\n", 403 },
        { FRONT_WITH_COOKIE "Sec-Fetch-Site: cross-site\r\n", 403 },
        { FRONT_WITH_COOKIE "Sec-Fetch-Site: none\r\n", 403 },
        { FRONT_BASIC "Origin: http://evil.example\r\n", 200 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect(f, false, "POST /api/query", cases[i].headers, "{}", cases[i].status);
    expect(f, false, "GET /api/me", FRONT_WITH_COOKIE, "", 200);
    expect(f, false, "POST /api/enter", "Origin: http://evil.example\r\n",
           "{\"link\":\"" FRONT_LINK "\"}", 403);
}

static void test_console_routes__the_sockets_uid_is_not_a_proxys(void **state)
{
    expect(*state, true, "GET /api/me", "X-Forwarded-For: 192.0.2.1\r\n", "", 401);
    expect(*state, true, "GET /api/me", "Via: 1.1 proxy\r\n", "", 401);
}

static void test_console_routes__large_bodies_are_refused_in_the_askers_form(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    char *body = malloc(CONSOLE_BODY_MAX_BYTES + 2);
    assert_non_null(body);
    memset(body, ' ', CONSOLE_BODY_MAX_BYTES + 1);
    memcpy(body, "{}", 2);
    body[CONSOLE_BODY_MAX_BYTES + 1] = 0;
    front_talk(f, "POST /api/query", FRONT_BASIC, body, out);
    assert_int_equal(front_status(out), 413);
    assert_non_null(strstr(out, "{\"error\":{\"code\":\"query\""));
    front_talk(f, "POST /api/2.0/segmentation", FRONT_BASIC, body, out);
    assert_int_equal(front_status(out), 413);
    assert_non_null(strstr(out, "{\"request\":\"/api/2.0/segmentation\""));
    body[CONSOLE_BODY_MAX_BYTES] = 0;
    front_talk(f, "POST /api/query", FRONT_BASIC, body, out);
    assert_int_equal(front_status(out), 200);
    assert_true(f->is_hash_right);
    free(body);
}

static void test_console_routes__long_polls_have_a_bound_and_hold_nobody_up(void **state)
{
    struct front *f = *state;
    enum { POLLS = POLLS_EACH_MAX };
    int fds[POLLS];
    char out[FRONT_TEXT];
    for (int i = 0; i < POLLS; i++)
        fds[i] = front_send(f, "GET /api/live?after=hold", FRONT_BASIC, "");
    for (int i = 0; i < 500 && f->held < POLLS; i++)
        clock_sleep_ms(10);
    assert_int_equal(f->held, POLLS);
    front_talk(f, "GET /api/live?after=hold", FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 429);
    assert_non_null(strstr(out, "\"code\":\"rate\""));
    assert_non_null(strstr(out, "Retry-After"));
    expect(f, false, "GET /api/live", FRONT_WITH_COOKIE, "", 200);
    expect(f, false, "POST /api/query", FRONT_BASIC, "{}", 200);
    assert_int_equal(front_release(f), POLLS);
    for (int i = 0; i < POLLS; i++) {
        front_read(fds[i], out);
        assert_string_equal(front_body(out), "{\"released\":true}");
    }
    expect(f, false, "GET /api/live", FRONT_BASIC, "", 200);
}

/* Reports that take their time leave room for what is answered at once. */
static void test_console_routes__slow_reports_hold_nobody_up(void **state)
{
    struct front *f = *state;
    enum { REPORTS = 20 };
    int fds[REPORTS];
    char out[FRONT_TEXT];
    for (int i = 0; i < REPORTS; i++)
        fds[i] = front_send(f, "POST /api/query", FRONT_BASIC, "{\"name\":\"hold\"}");
    for (int i = 0; i < 500 && f->held < 8; i++)
        clock_sleep_ms(10);
    assert_int_equal(f->held, 8);
    expect(f, false, "GET /api/me", FRONT_BASIC, "", 200);
    expect(f, false, "GET /api/status", FRONT_BASIC, "", 200);
    expect(f, false, "GET /readyz", "", "", 200);
    for (int done = 0; done < REPORTS;) {
        done += front_release(f);
        clock_sleep_ms(5);
    }
    for (int i = 0; i < REPORTS; i++) {
        front_read(fds[i], out);
        assert_string_equal(front_body(out), "{\"released\":true}");
    }
}

static void test_console_routes__ready_says_who_is_away(void **state)
{
    struct front *f = *state;
    expect(f, false, "GET /readyz", "", "", 200);
    front_query_away(f);
    clock_shift_for_test(0, 1500);
    expect(f, false, "GET /readyz", "", "", 503);
    expect(f, false, "GET /healthz", "", "", 200);
    expect(f, false, "POST /api/query", FRONT_BASIC, "{}", 503);
    expect(f, false, "GET /", "", "", 200);
    clock_shift_for_test(0, -1500);
}

/* What main does at the end: questions are waited for, long polls are cut. */
static void test_console_routes__settles_without_waiting_for_long_polls(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    int fd = front_send(f, "GET /api/live?after=hold", FRONT_BASIC, "");
    for (int i = 0; i < 500 && f->held < 1; i++)
        clock_sleep_ms(10);
    uint64_t began = clock_boot_ms();
    console_routes_settle(f->routes, 5000);
    assert_true(clock_boot_ms() - began < 1000);
    front_query_away(f);
    front_read(fd, out);
    assert_int_equal(front_status(out), 503);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_console_routes__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(each_route_lets_in_who_may),
        T(a_cookie_without_a_proof_gets_what_needs_none),
        T(heads_of_exports_are_refused),
        T(unknown_addresses_and_methods),
        T(pages_carry_the_policy),
        T(another_page_cannot_use_a_cookie),
        T(the_sockets_uid_is_not_a_proxys),
        T(large_bodies_are_refused_in_the_askers_form),
        T(long_polls_have_a_bound_and_hold_nobody_up),
        T(slow_reports_hold_nobody_up),
        T(ready_says_who_is_away),
        T(settles_without_waiting_for_long_polls),
    };
    return RUN(tests);
}
