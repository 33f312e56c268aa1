/* http/static: encodings, tags and lives of files, over a real server. */
#include "http/static.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "support/test.h"
#include "sys/sock.h"

struct fixture {
    struct http_server *server;
    struct static_files *files;
    char address[64];
};

static const struct static_file files[] = {
    { .path = "/", .content_type = "text/html", .plain = STR("page"), .gzip = STR("page.gz"),
      .brotli = STR("page.br") },
    { .path = "/font-1.woff2", .content_type = "font/woff2", .plain = STR("font"),
      .is_named_by_hash = true },
};
static const struct http_header extra[] = { { "X-Extra", "1" } };

static void handle(void *ctx, struct http_request *request)
{
    struct fixture *f = ctx;
    struct http_response none = { .status = 404, .body = STR("none") };
    if (!static_files_answer(f->files, http_request_path(request), request))
        http_answer(request, &none);
}

static int setup(void **state)
{
    static struct fixture f;
    uint16_t port;
    int fd;
    assert_int_equal(sock_listen("127.0.0.1:0", &fd), 0);
    assert_int_equal(sock_port(fd, &port), 0);
    (void)snprintf(f.address, sizeof(f.address), "127.0.0.1:%u", port);
    f.files = static_files_create(files, 2, extra, 1);
    struct http_config config = { .listen_fd = fd, .threads = 1, .connections_max = 50,
                                  .idle_s = 75, .body_max_bytes = 1000, .bodies_max_bytes = 1000,
                                  .handler = handle, .ctx = &f };
    *state = &f;
    return http_server_create(&config, &f.server);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    http_server_destroy(f->server);
    static_files_destroy(f->files);
    return 0;
}

static void talk(struct fixture *f, const char *line, const char *headers, char out[2048])
{
    char text[1024];
    int fd;
    size_t len = 0, got = 0;
    (void)snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s\r\n",
                   line, headers);
    assert_int_equal(sock_connect(f->address, 1000, &fd), 0);
    assert_int_equal(sock_write(fd, str_from(text), 1000), 0);
    while (len < 2047 && sock_read(fd, out + len, 2047 - len, 2000, &got) == 0 && got)
        len += got;
    out[len] = 0;
    sock_close(fd);
}

static void expect_body(struct fixture *f, const char *headers, const char *body)
{
    char out[2048];
    talk(f, "GET /", headers, out);
    if (!str_ends(str_from(out), str_from(body)) || !strstr(out, "Vary: Accept-Encoding"))
        fail_msg("%s gave %s", headers, out);
}

static void test_static__the_best_encoding_that_is_accepted(void **state)
{
    expect_body(*state, "", "\r\n\r\npage");
    expect_body(*state, "Accept-Encoding: gzip\r\n", "\r\n\r\npage.gz");
    expect_body(*state, "Accept-Encoding: gzip, deflate, br\r\n", "\r\n\r\npage.br");
    expect_body(*state, "Accept-Encoding: br;q=0, gzip;q=0.5\r\n", "\r\n\r\npage.gz");
    expect_body(*state, "Accept-Encoding: br;q=0.000\r\n", "\r\n\r\npage");
    expect_body(*state, "Accept-Encoding: xbr, brr, identity\r\n", "\r\n\r\npage");
    expect_body(*state, "Accept-Encoding: br;q=junk\r\n", "\r\n\r\npage");
    expect_body(*state, "Accept-Encoding: BR\r\n", "\r\n\r\npage.br");
}

/* The ETag line's value, quotes included. */
static struct str tag_of(const char *answer)
{
    const char *from = strstr(answer, "ETag: ");
    assert_non_null(from);
    return str_of(from + 6, strcspn(from + 6, "\r"));
}

static void test_static__who_has_it_gets_no_body(void **state)
{
    char first[2048], again[2048], headers[200];
    talk(*state, "GET /", "Accept-Encoding: gzip\r\n", first);
    (void)snprintf(headers, sizeof(headers), "Accept-Encoding: gzip\r\n"
                   "If-None-Match: \"x\", W/" STR_FMT "\r\n", STR_ARG(tag_of(first)));
    talk(*state, "GET /", headers, again);
    assert_non_null(strstr(again, "304 Not Modified"));
    assert_non_null(strstr(again, "X-Extra: 1"));
    assert_true(str_equal(tag_of(first), tag_of(again)));
    assert_true(str_ends(str_from(again), STR("\r\n\r\n")));
    /* The tag of one encoding is not that of another. */
    (void)snprintf(headers, sizeof(headers), "If-None-Match: " STR_FMT "\r\n",
                   STR_ARG(tag_of(first)));
    talk(*state, "GET /", headers, again);
    assert_non_null(strstr(again, "200 OK"));
    talk(*state, "GET /", "If-None-Match: *\r\n", again);
    assert_non_null(strstr(again, "304"));
}

static void test_static__lives_and_methods(void **state)
{
    char out[2048];
    talk(*state, "GET /", "", out);
    assert_non_null(strstr(out, "Cache-Control: no-cache"));
    talk(*state, "GET /font-1.woff2", "Accept-Encoding: br\r\n", out);
    assert_non_null(strstr(out, "max-age=31536000, immutable"));
    assert_non_null(strstr(out, "Content-Type: font/woff2"));
    assert_null(strstr(out, "Content-Encoding"));
    assert_true(str_ends(str_from(out), STR("\r\n\r\nfont")));
    talk(*state, "HEAD /", "", out);
    assert_non_null(strstr(out, "200 OK"));
    assert_non_null(strstr(out, "Content-Length: 4"));
    assert_true(str_ends(str_from(out), STR("\r\n\r\n")));
    talk(*state, "POST /", "", out);
    assert_non_null(strstr(out, "405"));
    assert_non_null(strstr(out, "Allow: GET, HEAD"));
    talk(*state, "GET /nothing", "", out);
    assert_non_null(strstr(out, "404"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_static__the_best_encoding_that_is_accepted),
        cmocka_unit_test(test_static__who_has_it_gets_no_body),
        cmocka_unit_test(test_static__lives_and_methods),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
