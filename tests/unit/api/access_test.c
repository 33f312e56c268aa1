/* api/access: what auth is handed of a request, and what becomes of its answer. */
#include "api/access.h"

#include <stdlib.h>
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

static void test_access__goes_to_auth_as_it_came(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    front_talk(f, "POST /api/keys?x=1", FRONT_MEMBER
               "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
               "X-Forwarded-For: 203.0.113.9, 198.51.100.7\r\n",
               " {\"ask\" : \"an ask\\n\", \"detail\":\"{}\",\"assertion\":{\"id\":\"x\"}} ", out);
    assert_int_equal(front_status(out), 200);
    assert_string_equal(front_body(out), "{\"done\":true}");
    assert_int_equal(f->auth_type, AUTH_CALL);
    assert_int_equal(f->auth_request.call, AUTH_KEY_ADD);
    assert_int_equal(f->auth_request.by, AUTH_BY_COOKIE);
    assert_string_equal(f->heard.body, " {\"ask\" : \"an ask\\n\", \"detail\":\"{}\","
                                       "\"assertion\":{\"id\":\"x\"}} ");
    assert_string_equal(f->heard.ask, "an ask\n");
    assert_string_equal(f->heard.assertion, "{\"id\":\"x\"}");
    assert_string_equal(f->heard.proof, "7 1795453200000 c2lnbmF0dXJl");
    assert_string_equal(f->heard.method, "POST");
    assert_string_equal(f->heard.path, "/api/keys");
    assert_string_equal(f->heard.address, "198.51.100.7");
    assert_string_equal(f->heard.agent, "Firefox 140 on Linux");
}

/* Also what is no JSON: it is auth's to say so. */
static void test_access__bodies_are_not_read_here(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    front_talk(f, "POST /api/freeze", FRONT_MEMBER, "not JSON", out);
    assert_int_equal(front_status(out), 200);
    assert_string_equal(f->heard.body, "not JSON");
    assert_string_equal(f->heard.ask, "");
    front_talk(f, "GET /api/members", FRONT_WITH_COOKIE, "", out);
    assert_int_equal(f->auth_request.call, AUTH_MEMBERS_LIST);
    assert_non_null(strstr(front_body(out), "\"name\":\"Salma\""));
}

static void test_access__a_login_gives_a_cookie(void **state)
{
    static const struct {
        const char *line;
        enum auth_call call;
    } cases[] = { { "POST /api/login/passkey", AUTH_LOGIN_PASSKEY },
                  { "POST /api/login/password", AUTH_LOGIN_PASSWORD } };
    struct front *f = *state;
    char out[FRONT_TEXT];
    for (size_t i = 0; i < 2; i++) {
        front_talk(f, cases[i].line, FRONT_OUR_PAGE, "{\"nonce\":\"00\"}", out);
        assert_int_equal(front_status(out), 200);
        assert_int_equal(f->auth_request.call, cases[i].call);
        assert_int_equal(f->auth_request.by, AUTH_BY_NOBODY);
        assert_string_equal(f->heard.address, "127.0.0.1");
        assert_non_null(strstr(out, "Set-Cookie: amana_login=" FRONT_COOKIE "; Path=/; HttpOnly; "
                               "SameSite=Strict; Max-Age=43200\r\n"));
        assert_non_null(strstr(front_body(out), "\"ingest\":\"http://h.example:4321\""));
        assert_null(strstr(front_body(out), FRONT_COOKIE));
    }
    front_talk(f, "POST /api/login/begin", FRONT_OUR_PAGE, "{}", out);
    assert_null(strstr(out, "Set-Cookie"));
}

static void test_access__auths_own_status_is_handed_on(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    front_talk(f, "POST /api/password", FRONT_MEMBER, "{\"teapot\":1}", out);
    assert_int_equal(front_status(out), 418);
    assert_string_equal(front_body(out), "{\"done\":true}");
    f->auth_refuses = "totp";
    front_talk(f, "POST /api/login/password", FRONT_OUR_PAGE, "{}", out);
    assert_int_equal(front_status(out), 401);
    assert_non_null(strstr(out, "\"code\":\"totp\""));
    f->auth_refuses = "throttled";
    front_talk(f, "POST /api/login/password", FRONT_OUR_PAGE, "{}", out);
    assert_int_equal(front_status(out), 429);
    assert_non_null(strstr(out, "Retry-After"));
    front_auth_away(f);
    front_talk(f, "POST /api/freeze", FRONT_MEMBER, "{}", out);
    assert_int_equal(front_status(out), 503);
}

static void test_access__bodies_have_a_bound(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    char *body = malloc(ACCESS_BODY_MAX_BYTES + 2);
    assert_non_null(body);
    memset(body, ' ', ACCESS_BODY_MAX_BYTES + 1);
    body[ACCESS_BODY_MAX_BYTES + 1] = 0;
    front_talk(f, "POST /api/members", FRONT_MEMBER, body, out);
    assert_int_equal(front_status(out), 413);
    assert_non_null(strstr(out, "\"code\":\"limit\""));
    assert_int_equal(f->auth_count, 0);
    body[ACCESS_BODY_MAX_BYTES] = 0;
    front_talk(f, "POST /api/members", FRONT_MEMBER, body, out);
    assert_int_equal(front_status(out), 200);
    free(body);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_access__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(goes_to_auth_as_it_came),
        T(bodies_are_not_read_here),
        T(a_login_gives_a_cookie),
        T(auths_own_status_is_handed_on),
        T(bodies_have_a_bound),
    };
    return RUN(tests);
}
