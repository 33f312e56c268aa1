/* api/mixpanel_export: the ask that web writes for a key, refusals before the first byte, pieces in
 * order, and an export that is cut in the middle, which its client can tell from a whole one. */
#include "api/mixpanel_export.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "http/stream.h"
#include "ledger/wire/ask.h"
#include "support/front.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/sock.h"

#define DATES "from_date=2026-01-01&to_date=2026-01-31"
#define LINE "GET /api/2.0/export?" DATES

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

static void test_mixpanel_export__pieces_come_in_order_to_their_end(void **state)
{
    static const char *const pieces[] = { "{\"event\":\"a\"}\n", "{\"event\":\"b\"}\n", NULL };
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->pieces = pieces;
    front_talk(f, LINE, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 200);
    assert_non_null(strstr(out, "Content-Type: text/plain; charset=utf-8\r\n"));
    assert_non_null(strstr(out, "Cache-Control: no-store\r\n"));
    assert_non_null(strstr(out, "{\"event\":\"a\"}\n"));
    assert_true(strstr(out, "{\"event\":\"b\"}\n") > strstr(out, "{\"event\":\"a\"}\n"));
    assert_true(str_ends(str_from(out), STR("\r\n0\r\n\r\n")));
    assert_null(strstr(out, "terminated"));
    assert_string_equal(f->question, "{\"handle\":\"h1\"}");
    assert_int_equal(f->what, QUERY_EXPORT_NEXT);
    assert_true(f->is_hash_right);
}

/* Query holds back the set: what it was handed stays to be looked at. */
static void test_mixpanel_export__web_writes_the_keys_ask(void **state)
{
    static const char question[] = "{\"from\":\"2026-01-01\",\"to\":\"2026-01-31\","
                                   "\"event\":[\"Signed up\"],\"where\":\"1\",\"limit\":5}";
    struct front *f = *state;
    char out[FRONT_TEXT];
    struct ask ask;
    uint8_t hash[32];
    f->query_says = "{\"error\":{\"code\":\"budget\",\"message\":\"m\",\"left\":3,\"entry\":9}}";
    f->query_status = 403;
    front_talk(f, LINE "&event=%5B%22Signed+up%22%5D&where=1&limit=5", FRONT_BASIC, "", out);
    assert_int_equal(f->what, QUERY_EXPORT);
    assert_string_equal(f->question, question);
    assert_string_equal(f->evidence, "evidence");
    assert_string_equal(f->ask, f->heard.ask);
    assert_int_equal(ask_parse(str_from(f->ask), &ask), 0);
    assert_int_equal(ask.project, 7);
    assert_int_equal(ask.kind, GRANT_ROWS);
    assert_true(str_equal(ask.purpose, STR("export")));
    assert_false(ask.has_subjects);
    assert_true(ask.has_question);
    hash_sha256(str_from(question), hash);
    assert_memory_equal(ask.question, hash, 32);
    assert_true(llabs(ask.time_ms - clock_wall_ms()) < 60000);
    assert_int_equal(f->auth_request.by, AUTH_BY_KEY);
    assert_int_equal(f->auth_request.rights, RIGHT_ROWS);
    assert_string_equal(f->heard.address, "127.0.0.1");
}

static void test_mixpanel_export__a_refusal_comes_before_the_first_byte(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->query_says = "{\"error\":{\"code\":\"budget\",\"message\":\"m\",\"left\":3,\"entry\":9}}";
    f->query_status = 403;
    front_talk(f, LINE, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 403);
    assert_string_equal(front_body(out), "{\"request\":\"/api/2.0/export?" DATES "\","
                        "\"error\":\"m\",\"code\":\"budget\",\"left\":3,\"entry\":9}");
    f->query_says = "{\"error\":{\"code\":\"query\",\"message\":\"no such property\"}}";
    f->query_status = 400;
    front_talk(f, LINE, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 400);
    assert_non_null(strstr(out, "\"error\":\"no such property\"}"));
    f->query_says = "{\"no\":\"handle\"}";
    f->query_status = 200;
    front_talk(f, LINE, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 503);
    f->auth_refuses = "frozen";
    front_talk(f, LINE, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 403);
    front_talk(f, "GET /api/2.0/export?from_date=2026-01-01", FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 400);
    assert_non_null(strstr(out, "Error in to_date: it is required"));
}

static void test_mixpanel_export__parameters_may_come_in_a_form(void **state)
{
    static const char *const pieces[] = { NULL };
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->pieces = pieces;
    front_talk(f, "POST /api/2.0/export", FRONT_BASIC
               "Content-Type: application/x-www-form-urlencoded\r\n", DATES "&project_id=7", out);
    assert_int_equal(front_status(out), 200);
    assert_true(str_ends(str_from(front_body(out)), STR("0\r\n\r\n")));
    front_talk(f, "POST /api/2.0/export", FRONT_BASIC
               "Content-Type: application/x-www-form-urlencoded\r\n", DATES "&project_id=8", out);
    assert_int_equal(front_status(out), 404);
}

static void expect_cut(const char *out)
{
    assert_int_equal(front_status(out), 200);
    assert_non_null(strstr(out, "{\"event\":\"a\"}\n"));
    assert_non_null(strstr(out, "terminated early\n"));
    assert_false(str_ends(str_from(out), STR("\r\n0\r\n\r\n")));
}

static void test_mixpanel_export__a_freeze_in_the_middle_cuts_it(void **state)
{
    static const char *const pieces[] = { "{\"event\":\"a\"}\n", NULL };
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->pieces = pieces;
    f->piece_refused = "{\"error\":{\"code\":\"frozen\"}}";
    front_talk(f, LINE, FRONT_BASIC, "", out);
    expect_cut(out);
}

/* Auth ends the key while the export runs: a grant is at most three seconds old. */
static void test_mixpanel_export__a_key_that_ends_in_the_middle_cuts_it(void **state)
{
    struct front *f = *state;
    static const char *pieces[4001];
    static char large[60 * 1024 + 1];
    struct bytes got = { 0 };
    char buf[8192];
    size_t len = 1;
    memset(large, 'x', sizeof(large) - 1);
    pieces[0] = "{\"event\":\"a\"}\n";
    for (int i = 1; i < 4000; i++)
        pieces[i] = large;
    f->pieces = pieces;
    int fd = front_send(f, LINE, FRONT_BASIC, "");
    for (int i = 0; i < 500 && f->pieces_asked < 4; i++)
        clock_sleep_ms(10);
    assert_true(f->pieces_asked >= 4);
    f->auth_refuses = "login";
    clock_shift_for_test(0, 4000);
    while (len && sock_read(fd, buf, sizeof(buf), 5000, &len) == 0)
        bytes_append(&got, buf, len);
    clock_shift_for_test(0, -4000);
    assert_true(f->pieces_asked < 4000);
    assert_true(str_find(bytes_str(&got), STR("terminated early\n")) > 0);
    assert_false(str_ends(bytes_str(&got), STR("\r\n0\r\n\r\n")));
    sock_close(fd);
    bytes_release(&got);
}

static void test_mixpanel_export__query_that_dies_in_the_middle_cuts_it(void **state)
{
    static const char *const pieces[] = { "{\"event\":\"a\"}\n", NULL };
    struct front *f = *state;
    char out[FRONT_TEXT];
    f->pieces = pieces;
    f->piece_refused = "";
    front_talk(f, LINE, FRONT_BASIC, "", out);
    expect_cut(out);
}

/* A slow reader holds query back: what waits between them is the ring and the sockets' own room. */
static void test_mixpanel_export__a_slow_reader_holds_query_back_and_a_gone_one_ends_it(void **state)
{
    static const char *pieces[4001];
    static char large[60 * 1024 + 1];
    struct front *f = *state;
    memset(large, 'x', sizeof(large) - 1);
    for (int i = 0; i < 4000; i++)
        pieces[i] = large;
    f->pieces = pieces;
    int fd = front_send(f, LINE, FRONT_BASIC, "");
    int asked = -1;
    for (int i = 0; i < 100 && asked != f->pieces_asked; i++) {
        asked = f->pieces_asked;
        clock_sleep_ms(200);
    }
    assert_true(asked > 2);
    assert_true(asked < 1000);
    sock_close(fd);
    clock_sleep_ms(300);
    int after = f->pieces_asked;
    clock_sleep_ms(300);
    assert_int_equal(f->pieces_asked, after);
    assert_true(after < 1000);
}

static void test_mixpanel_export__each_key_has_two_at_once(void **state)
{
    static const char *pieces[4001];
    static char large[60 * 1024 + 1];
    struct front *f = *state;
    char out[FRONT_TEXT];
    int fds[2];
    memset(large, 'x', sizeof(large) - 1);
    for (int i = 0; i < 4000; i++)
        pieces[i] = large;
    f->pieces = pieces;
    for (int i = 0; i < 2; i++)
        fds[i] = front_send(f, LINE, FRONT_BASIC, "");
    for (int i = 0; i < 500 && f->pieces_asked < 20; i++)
        clock_sleep_ms(10);
    front_talk(f, LINE, FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 429);
    front_talk(f, "GET /api/me", FRONT_BASIC, "", out);
    assert_int_equal(front_status(out), 200);
    for (int i = 0; i < 2; i++)
        sock_close(fds[i]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_mixpanel_export__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(pieces_come_in_order_to_their_end),
        T(web_writes_the_keys_ask),
        T(a_refusal_comes_before_the_first_byte),
        T(parameters_may_come_in_a_form),
        T(a_freeze_in_the_middle_cuts_it),
        T(a_key_that_ends_in_the_middle_cuts_it),
        T(query_that_dies_in_the_middle_cuts_it),
        T(a_slow_reader_holds_query_back_and_a_gone_one_ends_it),
        T(each_key_has_two_at_once),
    };
    return RUN(tests);
}
