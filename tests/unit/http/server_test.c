/* http/server: answers now and later, bounds on bodies, draining; over real sockets. */
#include "http/server.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "event/limits.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/sock.h"

struct fixture {
    struct http_server *server;
    char address[64];
    int listener;
    struct http_request *sleeping;
};

static void say(struct http_request *request, unsigned status, struct str body)
{
    static const struct http_header header = { "X-Test", "yes" };
    struct http_response response = { .status = status, .headers = &header, .header_count = 1,
                                      .body = body };
    http_answer(request, &response);
}

static void *answer_later(void *arg)
{
    clock_sleep_ms(30);
    say(arg, 200, STR("later"));
    return NULL;
}

static void handle(void *ctx, struct http_request *request)
{
    struct fixture *f = ctx;
    struct bytes text = { 0 };
    pthread_t thread;
    if (str_equal(http_request_path(request), STR("/sleep"))) {
        f->sleeping = request;
        return;
    }
    if (str_equal(http_request_path(request), STR("/later"))) {
        check(pthread_create(&thread, NULL, answer_later, request) == 0);
        (void)pthread_detach(thread);
        return;
    }
    if (str_equal(http_request_path(request), STR("/long"))) {
        bytes_printf(&text, "query of %zu", http_request_query(request).len);
        say(request, 200, bytes_str(&text));
        bytes_release(&text);
        return;
    }
    bytes_printf(&text, STR_FMT " " STR_FMT " " STR_FMT " %zu " STR_FMT " " STR_FMT " " STR_FMT,
                 STR_ARG(http_request_method(request)), STR_ARG(http_request_path(request)),
                 STR_ARG(http_request_query(request)), http_request_body(request).len,
                 STR_ARG(http_request_header(request, "x-a")),
                 STR_ARG(http_request_last_header(request, "x-a")),
                 STR_ARG(http_request_peer(request)));
    say(request, 200, bytes_str(&text));
    bytes_release(&text);
}

static int setup(void **state)
{
    static struct fixture f;
    uint16_t port;
    f = (struct fixture){ 0 };
    if (sock_listen("127.0.0.1:0", &f.listener) != 0 || sock_port(f.listener, &port) != 0)
        return -1;
    (void)snprintf(f.address, sizeof(f.address), "127.0.0.1:%u", port);
    struct http_config config = { .listen_fd = f.listener, .threads = 2, .connections_max = 100,
                                  .idle_s = 75, .body_max_bytes = 1000, .bodies_max_bytes = 1500,
                                  .handler = handle, .ctx = &f };
    *state = &f;
    return http_server_create(&config, &f.server);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    http_server_destroy(f->server);
    return 0;
}

/* Sends raw text and reads what comes within the time. */
static void talk(struct fixture *f, const char *text, char out[2048])
{
    int fd;
    size_t len = 0, got = 0;
    assert_int_equal(sock_connect(f->address, 1000, &fd), 0);
    assert_int_equal(sock_write(fd, str_from(text), 1000), 0);
    while (len < 2047 && sock_read(fd, out + len, 2047 - len, 200, &got) == 0 && got)
        len += got;
    out[len] = 0;
    sock_close(fd);
}

static void test_server__request_arrives_as_it_was_sent(void **state)
{
    char out[2048];
    talk(*state, "POST /a%20b?x=%41&y HTTP/1.1\r\nHost: h\r\nX-A: v\r\nContent-Length: 3\r\nx-A: w\r\n"
         "\r\nabc", out);
    assert_non_null(strstr(out, "200 OK"));
    assert_non_null(strstr(out, "X-Test: yes"));
    assert_non_null(strstr(out, "POST /a b x=%41&y 3 v w 127.0.0.1"));
}

/* What a browser adds to it must fit too, and the connection must serve another after it. */
static void test_server__a_url_of_the_longest_has_room(void **state)
{
    static char query[LIMIT_URL_BYTES - 32], header[6000];
    struct bytes text = { 0 };
    char out[2048], expected[64];
    memset(query, 'q', sizeof(query));
    memset(header, 'h', sizeof(header));
    for (size_t i = 100; i < sizeof(query); i += 1000)
        query[i] = i % 2000 < 1000 ? '=' : '&';
    for (int i = 0; i < 2; i++) {
        bytes_printf(&text, "GET /long?" STR_FMT " HTTP/1.1\r\nHost: h\r\nCookie: a=" STR_FMT
                     "\r\n\r\n", STR_ARG(str_of(query, sizeof(query))),
                     STR_ARG(str_of(header, sizeof(header))));
    }
    bytes_put_u8(&text, 0);
    talk(*state, (const char *)text.ptr, out);
    bytes_release(&text);
    (void)snprintf(expected, sizeof(expected), "query of %zu", sizeof(query));
    char *first = strstr(out, expected);
    assert_non_null(first);
    assert_non_null(strstr(first + 1, expected));
}

static void test_server__answers_may_come_from_another_thread(void **state)
{
    char out[2048];
    for (int i = 0; i < 20; i++) {
        talk(*state, "GET /later HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", out);
        assert_non_null(strstr(out, "later"));
    }
}

static void test_server__large_bodies_are_refused_declared_or_not(void **state)
{
    char out[2048], text[2048], body[1201];
    memset(body, 'x', 1200);
    body[1200] = 0;
    talk(*state, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999\r\n\r\n", out);
    assert_non_null(strstr(out, "413"));
    (void)snprintf(text, sizeof(text), "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked"
                   "\r\n\r\n4b0\r\n%s\r\n0\r\n\r\n", body);
    talk(*state, text, out);
    assert_non_null(strstr(out, "413"));
}

static void test_server__bodies_in_flight_have_a_bound(void **state)
{
    struct fixture *f = *state;
    char out[2048], text[2048], body[901];
    int fd;
    memset(body, 'x', 900);
    body[900] = 0;
    (void)snprintf(text, sizeof(text), "POST /sleep HTTP/1.1\r\nHost: h\r\nContent-Length: 900"
                   "\r\n\r\n%s", body);
    assert_int_equal(sock_connect(f->address, 1000, &fd), 0);
    assert_int_equal(sock_write(fd, str_from(text), 1000), 0);
    for (int i = 0; i < 200 && !f->sleeping; i++)
        clock_sleep_ms(5);
    assert_non_null(f->sleeping);
    talk(f, text, out);
    assert_non_null(strstr(out, "429"));
    assert_non_null(strstr(out, "Retry-After"));
    say(f->sleeping, 200, STR("woken"));
    clock_sleep_ms(50);
    sock_close(fd);
    talk(f, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", out);
    assert_non_null(strstr(out, "200 OK"));
}

static void *drain(void *arg)
{
    http_server_drain(arg, 3000);
    return NULL;
}

static void test_server__drain_finishes_what_is_in_flight(void **state)
{
    struct fixture *f = *state;
    char out[512] = { 0 };
    size_t got = 0;
    int fd;
    pthread_t thread;
    assert_int_equal(sock_connect(f->address, 1000, &fd), 0);
    assert_int_equal(sock_write(fd, STR("GET /sleep HTTP/1.1\r\nHost: h\r\n\r\n"), 1000), 0);
    for (int i = 0; i < 200 && !f->sleeping; i++)
        clock_sleep_ms(5);
    assert_int_equal(pthread_create(&thread, NULL, drain, f->server), 0);
    clock_sleep_ms(50);
    say(f->sleeping, 200, STR("finished"));
    (void)pthread_join(thread, NULL);
    assert_int_equal(sock_read(fd, out, sizeof(out) - 1, 1000, &got), 0);
    assert_non_null(strstr(out, "finished"));
    assert_non_null(strstr(out, "Connection: close"));
    sock_close(fd);
    sock_close(f->listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_server__request_arrives_as_it_was_sent, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_server__a_url_of_the_longest_has_room, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_server__answers_may_come_from_another_thread, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_server__large_bodies_are_refused_declared_or_not,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_server__bodies_in_flight_have_a_bound, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_server__drain_finishes_what_is_in_flight, setup,
                                        teardown),
    };
    return RUN(tests);
}
