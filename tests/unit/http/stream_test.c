/* http/stream: whole bodies in order, a slow client holds the writer back, a client that leaves ends
 * it, and an aborted stream lacks its last chunk. Over real sockets. */
#include "http/stream.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/sock.h"

enum { LINE_BYTES = 16, MUCH = 4 * 1024 * 1024, WRITE_MS = 400 };

struct fixture {
    struct http_server *server;
    char address[64];
    struct http_stream *stream;
    pthread_t writer;
    bool is_aborted;
    size_t bytes;                 /* to write */
    _Atomic size_t written;
    _Atomic int r;
    _Atomic bool is_over;
};

static void *write_lines(void *arg)
{
    struct fixture *f = arg;
    char line[32];
    for (size_t at = 0; at < f->bytes && f->r == 0; at += LINE_BYTES) {
        (void)snprintf(line, sizeof(line), "%015zu\n", at);
        f->r = http_stream_write(f->stream, str_of(line, LINE_BYTES), WRITE_MS);
        f->written += LINE_BYTES;
    }
    if (f->is_aborted || f->r != 0)
        http_stream_abort(f->stream);
    else
        http_stream_finish(f->stream);
    f->is_over = true;
    return NULL;
}

static void handle(void *ctx, struct http_request *request)
{
    static const struct http_header header = { "X-Test", "yes" };
    struct fixture *f = ctx;
    struct http_response head = { .status = 200, .headers = &header, .header_count = 1 };
    if (str_equal(http_request_path(request), STR("/plain"))) {
        http_answer(request, &(struct http_response){ .status = 200, .body = STR("plain") });
        return;
    }
    f->stream = http_stream_begin(request, &head);
    check(pthread_create(&f->writer, NULL, write_lines, f) == 0);
}

static int setup(void **state)
{
    static struct fixture f;
    uint16_t port;
    int listener;
    f = (struct fixture){ 0 };
    if (sock_listen("127.0.0.1:0", &listener) != 0 || sock_port(listener, &port) != 0)
        return -1;
    (void)snprintf(f.address, sizeof(f.address), "127.0.0.1:%u", port);
    struct http_config config = { .listen_fd = listener, .threads = 1, .connections_max = 100,
                                  .idle_s = 75, .body_max_bytes = 1000, .bodies_max_bytes = 1500,
                                  .handler = handle, .ctx = &f };
    *state = &f;
    return http_server_create(&config, &f.server);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    (void)pthread_join(f->writer, NULL);
    http_server_drain(f->server, 1000);
    http_server_destroy(f->server);
    return 0;
}

static int ask(struct fixture *f, const char *path)
{
    char text[128];
    int fd;
    (void)snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
    assert_int_equal(sock_connect(f->address, 1000, &fd), 0);
    assert_int_equal(sock_write(fd, str_from(text), 1000), 0);
    return fd;
}

/* Reads until the last chunk, or until the connection ends or says nothing for a second. */
static void read_all(int fd, struct bytes *out)
{
    char buf[8192];
    size_t got = 1;
    while (got && !str_ends(bytes_str(out), STR("\r\n0\r\n\r\n")) &&
           sock_read(fd, buf, sizeof(buf), 1000, &got) == 0)
        bytes_append(out, buf, got);
}

/* The body behind the head of a chunked answer; true when its last chunk is there. */
static bool unchunk(struct str answer, struct bytes *body)
{
    ptrdiff_t at = str_find(answer, STR("\r\n\r\n"));
    assert_true(at > 0);
    answer = str_from_index(answer, (size_t)at + 4);
    for (;;) {
        size_t len = strtoul(answer.ptr, NULL, 16);
        at = str_find(str_slice(answer, 0, 20), STR("\r\n"));
        if (at < 0 || answer.len < (size_t)at + 4 + len)
            return false;
        if (len == 0)
            return true;
        bytes_append_str(body, str_slice(answer, (size_t)at + 2, (size_t)at + 2 + len));
        answer = str_from_index(answer, (size_t)at + 4 + len);
    }
}

static void expect_lines(struct str body, size_t bytes)
{
    char line[32];
    assert_int_equal(body.len, bytes);
    for (size_t at = 0; at < bytes; at += LINE_BYTES) {
        (void)snprintf(line, sizeof(line), "%015zu\n", at);
        assert_memory_equal(body.ptr + at, line, LINE_BYTES);
    }
}

static void test_stream__comes_whole_and_in_order(void **state)
{
    struct fixture *f = *state;
    struct bytes answer = { 0 }, body = { 0 };
    f->bytes = MUCH;
    int fd = ask(f, "/");
    read_all(fd, &answer);
    bytes_put_u8(&answer, 0);
    assert_non_null(strstr((char *)answer.ptr, "200 OK"));
    assert_non_null(strstr((char *)answer.ptr, "X-Test: yes"));
    assert_non_null(strstr((char *)answer.ptr, "Transfer-Encoding: chunked"));
    assert_true(unchunk(bytes_str(&answer), &body));
    expect_lines(bytes_str(&body), MUCH);
    assert_int_equal(f->r, 0);
    bytes_release(&answer);
    bytes_release(&body);
    assert_int_equal(sock_write(fd, STR("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n"), 1000), 0);
    char again[512] = { 0 };
    size_t got;
    assert_int_equal(sock_read(fd, again, sizeof(again) - 1, 1000, &got), 0);
    assert_non_null(strstr(again, "plain"));
    sock_close(fd);
}

static void wait_over(struct fixture *f)
{
    for (int i = 0; i < 300 && !f->is_over; i++)
        clock_sleep_ms(10);
    assert_true(f->is_over);
}

/* The client's kernel and ours take some; what is written beyond them is bounded by the ring. */
static void test_stream__a_client_that_reads_nothing_stops_the_writer(void **state)
{
    struct fixture *f = *state;
    f->bytes = (size_t)64 * MUCH;
    int fd = ask(f, "/");
    wait_over(f);
    assert_int_equal(f->r, ERR_TIMEOUT);
    assert_true(f->written > HTTP_STREAM_BYTES);
    assert_true(f->written < (size_t)8 * MUCH);
    sock_close(fd);
}

static void test_stream__a_client_that_leaves_ends_the_writer(void **state)
{
    struct fixture *f = *state;
    f->bytes = (size_t)64 * MUCH;
    int fd = ask(f, "/");
    for (int i = 0; i < 300 && f->written < HTTP_STREAM_BYTES; i++)
        clock_sleep_ms(10);
    sock_close(fd);
    wait_over(f);
    assert_int_equal(f->r, ERR_CLOSED);
    assert_true(f->written < f->bytes);
}

static void test_stream__an_aborted_one_lacks_its_end(void **state)
{
    struct fixture *f = *state;
    struct bytes answer = { 0 }, body = { 0 };
    char more[16];
    size_t got = 0;
    f->bytes = 300 * 1024;
    f->is_aborted = true;
    int fd = ask(f, "/");
    read_all(fd, &answer);
    assert_int_equal(sock_read(fd, more, sizeof(more), 1000, &got), 0);
    assert_int_equal(got, 0); /* the connection is closed */
    assert_false(unchunk(bytes_str(&answer), &body));
    expect_lines(bytes_str(&body), f->bytes);
    bytes_release(&answer);
    bytes_release(&body);
    sock_close(fd);
}

static void test_stream__an_empty_one_has_only_its_end(void **state)
{
    struct bytes answer = { 0 }, body = { 0 };
    int fd = ask(*state, "/");
    read_all(fd, &answer);
    assert_true(unchunk(bytes_str(&answer), &body));
    assert_int_equal(body.len, 0);
    bytes_release(&answer);
    sock_close(fd);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_stream__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(comes_whole_and_in_order),
        T(a_client_that_reads_nothing_stops_the_writer),
        T(a_client_that_leaves_ends_the_writer),
        T(an_aborted_one_lacks_its_end),
        T(an_empty_one_has_only_its_end),
    };
    return RUN(tests);
}
