/* api/question: the grant is for exactly the bytes that query gets; auth away, within a minute and
 * after it; query away. */
#include "api/question.h"

#include <stdlib.h>
#include <string.h>

#include "support/front.h"
#include "support/test.h"
#include "sys/clock.h"

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

static unsigned ask(struct front *f, const char *headers, const char *body)
{
    char out[FRONT_TEXT];
    front_talk(f, "POST /api/query", headers, body, out);
    return front_status(out);
}

static void test_question__the_grant_is_for_these_bytes(void **state)
{
    struct front *f = *state;
    static const char body[] = " { \"project\" : 7, \"name\":\"\xd8\xa3\" }\n";
    assert_int_equal(ask(f, FRONT_BASIC, body), 200);
    assert_string_equal(f->question, body);
    assert_true(f->is_hash_right);
    assert_int_equal(f->grant_len, QUERY_GRANT_BYTES);
    assert_int_equal(f->project, 7);
    assert_int_equal(f->what, QUERY_REPORT);
    assert_string_equal(f->settings, "{\"zone\":\"Asia/Riyadh\",\"week_start\":1}");
    assert_int_equal(f->auth_request.ask_kind, GRANT_QUESTION);
    assert_int_equal(f->auth_request.rights, RIGHT_AGGREGATE);
    assert_int_equal(f->auth_request.project, 7);
}

/* Longer than a frame: the body goes in a memfd by itself. */
static void test_question__large_bodies_arrive_whole(void **state)
{
    struct front *f = *state;
    size_t len = 200 * 1024;
    char *body = malloc(len + 1);
    assert_non_null(body);
    memset(body, ' ', len);
    memcpy(body, "{}", 2);
    body[len] = 0;
    assert_int_equal(ask(f, FRONT_BASIC, body), 200);
    assert_true(f->is_hash_right);
    free(body);
}

static void test_question__querys_own_words_and_status_pass_through(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->query_status = 400;
    f->query_says = "{\"error\":{\"at\":\"/show\",\"code\":\"where\",\"message\":\"m\"}}";
    front_talk(f, "POST /api/query", FRONT_BASIC, "{}", out);
    assert_int_equal(front_status(out), 400);
    assert_string_equal(front_body(out), f->query_says);
}

/* A grant of an auth that was started anew meanwhile: one more is asked for, then it is closed. */
static void test_question__a_stale_grant_is_renewed_once(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->stale_answers = 1;
    front_talk(f, "POST /api/query", FRONT_BASIC, "{}", out);
    assert_int_equal(front_status(out), 200);
    assert_int_equal(f->auth_count, 2);
    assert_string_equal(front_body(out), "{\"asked\":true}");
    f->stale_answers = 2;
    front_talk(f, "POST /api/query", FRONT_BASIC, "{}", out);
    assert_int_equal(front_status(out), 503);
    assert_non_null(strstr(out, "\"code\":\"closed\""));
    assert_int_equal(f->auth_count, 4);
}

static void test_question__auth_away_a_minute_goes_on_without_a_grant(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    assert_int_equal(ask(f, FRONT_BASIC, "{}"), 200);
    assert_int_equal(ask(f, FRONT_WITH_COOKIE FRONT_OUR_PAGE, "{}"), 200);
    front_auth_away(f);
    assert_int_equal(ask(f, FRONT_BASIC, "{\"a\":1}"), 200);
    assert_int_equal(f->grant_len, 0);
    assert_int_equal(f->project, 7);
    assert_string_equal(f->settings, "{\"zone\":\"Asia/Riyadh\",\"week_start\":1}");
    assert_int_equal(ask(f, FRONT_WITH_COOKIE FRONT_OUR_PAGE, "{}"), 200);
    /* Not for others, nor for a project they were not let into, nor for what is no question. */
    assert_int_equal(ask(f, FRONT_BAD_BASIC, "{}"), 503);
    assert_int_equal(ask(f, FRONT_BASIC, "{\"project\":8}"), 503);
    front_talk(f, "GET /api/me", FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 503);
    assert_non_null(strstr(out, "\"code\":\"closed\""));
    clock_shift_for_test(0, RECENT_LIFE_MS - 2000);
    assert_int_equal(ask(f, FRONT_BASIC, "{}"), 200);
    clock_shift_for_test(0, 2000);
    assert_int_equal(ask(f, FRONT_BASIC, "{}"), 503);
    front_auth_back(f);
    assert_int_equal(ask(f, FRONT_BASIC, "{}"), 200);
    assert_int_equal(f->grant_len, QUERY_GRANT_BYTES);
}

static void test_question__the_uid_waits_for_auth(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    front_talk_locally(f, "POST /api/query", "", "{}", out);
    assert_int_equal(front_status(out), 200);
    front_auth_away(f);
    front_talk_locally(f, "POST /api/query", "", "{}", out);
    assert_int_equal(front_status(out), 503);
}

static void test_question__who_left_is_not_remembered(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    assert_int_equal(ask(f, FRONT_WITH_COOKIE FRONT_OUR_PAGE, "{}"), 200);
    front_talk(f, "POST /api/leave", FRONT_MEMBER, "{}", out);
    assert_int_equal(front_status(out), 200);
    front_auth_away(f);
    assert_int_equal(ask(f, FRONT_WITH_COOKIE FRONT_OUR_PAGE, "{}"), 503);
}

static void test_question__query_away_is_closed(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    front_query_away(f);
    front_talk(f, "POST /api/query", FRONT_BASIC, "{}", out);
    assert_int_equal(front_status(out), 503);
    assert_non_null(strstr(out, "{\"error\":{\"code\":\"closed\""));
    assert_non_null(strstr(out, "Retry-After"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_question__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_grant_is_for_these_bytes),
        T(large_bodies_arrive_whole),
        T(querys_own_words_and_status_pass_through),
        T(a_stale_grant_is_renewed_once),
        T(auth_away_a_minute_goes_on_without_a_grant),
        T(the_uid_waits_for_auth),
        T(who_left_is_not_remembered),
        T(query_away_is_closed),
    };
    return RUN(tests);
}
