/* cli/client: lengths, chunks, kept and closed connections, against a server of fixed replies. */
#include "cli/client.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "support/test.h"
#include "sys/sock.h"

struct script {
    int listener;
    const char *const *replies;  /* one a request; "" = close instead */
    int count;
    char first_request[512];
};

/* Reads one whole request, head and body, however it is cut: the body is "{}" or nothing. */
static bool read_request(int fd, char *buf, size_t cap)
{
    size_t len = 0, got = 0;
    buf[0] = 0;
    do {
        if (sock_read(fd, buf + len, cap - 1 - len, 2000, &got) != 0)
            return false;
        len += got;
        buf[len] = 0;
    } while (got && !strstr(buf, strstr(buf, "Content-Length: 2") ? "\r\n\r\n{}" : "\r\n\r\n"));
    return got > 0;
}

static void *serve(void *arg)
{
    struct script *script = arg;
    char buf[2048];
    int fd = accept(script->listener, NULL, NULL);
    for (int i = 0; i < script->count; i++) {
        if (!*script->replies[i]) {
            sock_close(fd);
            fd = accept(script->listener, NULL, NULL);
            continue;
        }
        if (!read_request(fd, buf, sizeof(buf)))
            break;
        if (i == 0)
            (void)snprintf(script->first_request, sizeof(script->first_request), "%.511s", buf);
        if (sock_write(fd, str_from(script->replies[i]), 2000) != 0)
            break;
    }
    sock_close(fd);
    return NULL;
}

static struct client *start(struct script *script, pthread_t *thread)
{
    char address[64];
    uint16_t port;
    struct client *client = NULL;
    assert_int_equal(sock_listen("127.0.0.1:0", &script->listener), 0);
    assert_int_equal(sock_port(script->listener, &port), 0);
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", port);
    assert_int_equal(pthread_create(thread, NULL, serve, script), 0);
    assert_int_equal(client_open(address, &client), 0);
    return client;
}

static void test_client__reads_lengths_and_chunks_over_one_connection(void **state)
{
    (void)state;
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    };
    struct script script = { .replies = replies, .count = 2 };
    struct bytes answer = { 0 };
    unsigned status;
    pthread_t thread;
    struct client *client = start(&script, &thread);
    struct client_request request = { .method = "POST", .path = "/x?a=1", .body = STR("{}"),
                                      .content_type = "application/json" };
    assert_int_equal(client_ask(client, &request, &status, &answer), 0);
    assert_int_equal(status, 200);
    assert_str(bytes_str(&answer), "hello");
    assert_int_equal(client_ask(client, &request, &status, &answer), 0);
    assert_int_equal(status, 503);
    assert_str(bytes_str(&answer), "abcde");
    client_close(client);
    (void)pthread_join(thread, NULL);
    assert_non_null(strstr(script.first_request, "POST /x?a=1 HTTP/1.1\r\n"));
    assert_non_null(strstr(script.first_request, "Content-Length: 2\r\n"));
    sock_close(script.listener);
    bytes_release(&answer);
}

static void test_client__comes_back_when_the_kept_connection_was_closed(void **state)
{
    (void)state;
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1", "",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2",
    };
    struct script script = { .replies = replies, .count = 3 };
    struct bytes answer = { 0 };
    unsigned status;
    pthread_t thread;
    struct client *client = start(&script, &thread);
    struct client_request request = { .method = "GET", .path = "/" };
    assert_int_equal(client_ask(client, &request, &status, &answer), 0);
    assert_int_equal(client_ask(client, &request, &status, &answer), 0);
    assert_str(bytes_str(&answer), "2");
    client_close(client);
    (void)pthread_join(thread, NULL);
    sock_close(script.listener);
    bytes_release(&answer);
}

static void test_client__nonsense_is_invalid(void **state)
{
    (void)state;
    static const char *const replies[] = { "HELLO\r\n\r\n" };
    struct script script = { .replies = replies, .count = 1 };
    struct bytes answer = { 0 };
    unsigned status;
    pthread_t thread;
    struct client *client = start(&script, &thread);
    struct client_request request = { .method = "GET", .path = "/" };
    assert_int_equal(client_ask(client, &request, &status, &answer), ERR_INVALID);
    client_close(client);
    (void)pthread_join(thread, NULL);
    sock_close(script.listener);
    bytes_release(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client__reads_lengths_and_chunks_over_one_connection),
        cmocka_unit_test(test_client__comes_back_when_the_kept_connection_was_closed),
        cmocka_unit_test(test_client__nonsense_is_invalid),
    };
    return RUN(tests);
}
