/* api/ingest_routes: the listener as a client sees it, over a real server, wal and sealer in one
 * process: replies, CORS on every answer, what the SDKs ask besides, and who may import locally. */
#include "api/ingest_routes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/client.h"
#include "support/door.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/sock.h"
#include "wal/wal_record.h"

struct house {
    struct door door;
    struct temp temp;
    struct fs *fs;
    struct wal_write *wal;
    struct ingest_routes *routes;
    struct http_server *tcp;
    struct http_server *local;
    char address[64];
    char path[200];
};

static struct http_server *serve(struct house *h, int fd)
{
    struct http_server *server;
    struct http_config config = {
        .listen_fd = fd, .threads = 1, .connections_max = 100, .idle_s = 75,
        .body_max_bytes = 100000, .bodies_max_bytes = 1000000, .handler = ingest_routes_handle,
        .too_large = ingest_routes_too_large, .overload = ingest_routes_overload,
        .ctx = h->routes };
    assert_int_equal(http_server_create(&config, &server), 0);
    return server;
}

static int setup(void **state)
{
    static struct house h;
    uint16_t port;
    int fd;
    memset(&h, 0, sizeof(h));
    door_open(&h.door);
    temp_make(&h.temp);
    h.fs = temp_fs(&h.temp);
    assert_int_equal(wal_write_open(h.fs, 1 << 20, &h.wal), 0);
    struct ingest_routes_config config = { .wal = h.wal, .sealer = h.door.sealer,
                                           .settings = settings_pin(h.door.settings),
                                           .owner_uid = getuid() };
    h.routes = ingest_routes_create(&config);
    assert_int_equal(sock_listen("127.0.0.1:0", &fd), 0);
    assert_int_equal(sock_port(fd, &port), 0);
    (void)snprintf(h.address, sizeof(h.address), "127.0.0.1:%u", port);
    h.tcp = serve(&h, fd);
    (void)snprintf(h.path, sizeof(h.path), "%s/s", h.temp.path);
    assert_int_equal(sock_listen_unix(h.path, 0600, &fd), 0);
    h.local = serve(&h, fd);
    *state = &h;
    return 0;
}

static int teardown(void **state)
{
    struct house *h = *state;
    http_server_destroy(h->tcp);
    http_server_destroy(h->local);
    wal_write_close(h->wal);
    ingest_routes_destroy(h->routes);
    fs_destroy(h->fs);
    door_close(&h->door);
    temp_remove(&h->temp);
    return 0;
}

/* The whole answer, head and body, to one raw request. */
static void talk(struct house *h, const char *head, const char *body, char out[4096])
{
    char text[4096];
    int fd;
    size_t len = 0, got = 0;
    (void)snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: h\r\nOrigin: http://page.example\r\n"
                   "Content-Type: application/json\r\nConnection: close\r\nContent-Length: %zu"
                   "\r\n\r\n%s", head, strlen(body), body);
    assert_int_equal(sock_connect(h->address, 1000, &fd), 0);
    assert_int_equal(sock_write(fd, str_from(text), 1000), 0);
    while (len < 4095 && sock_read(fd, out + len, 4095 - len, 2000, &got) == 0 && got)
        len += got;
    out[len] = 0;
    sock_close(fd);
}

#define EVENT(token) "[{\"event\":\"Login\",\"properties\":{\"token\":\"" token                    \
                     "\",\"distinct_id\":\"marked@example.com\"}}]"

static void assert_answer(struct house *h, const char *head, const char *body, const char *status,
                          const char *ending)
{
    char out[4096];
    talk(h, head, body, out);
    if (!strstr(out, status) || !str_ends(str_from(out), str_from(ending)))
        fail_msg("%s gave: %s", head, out);
    if (!strstr(out, "Access-Control-Allow-Origin: http://page.example\r\n") ||
        !strstr(out, "Access-Control-Allow-Credentials: true\r\n") ||
        !strstr(out, "Vary: Origin\r\n"))
        fail_msg("%s has no CORS headers: %s", head, out);
}

/* Reads the first wal file whole. */
static void read_wal(struct house *h, struct bytes *content)
{
    assert_int_equal(fs_read_file(h->fs, "0000000000000001.wal", WAL_FILE_BYTES, content), 0);
}

static void test_ingest_routes__accepted_events_are_in_the_wal_when_answered(void **state)
{
    struct house *h = *state;
    struct bytes content = { 0 };
    struct wal_record record;
    struct wal_batch batch;
    size_t used;
    assert_answer(h, "POST /track", EVENT("token-of-seven"), "200 OK", "\r\n\r\n1");
    read_wal(h, &content);
    assert_int_equal(wal_record_decode(bytes_str(&content), &record, &used), 0);
    assert_int_equal(record.type, WAL_TYPE_BATCH);
    assert_int_equal(wal_record_decode_batch(record.payload, &h->door.arena, &batch), 0);
    assert_int_equal(batch.project, 7);
    assert_int_equal(batch.event_count, 1);
    assert_int_equal(wal_record_decode(str_from_index(bytes_str(&content), used), &record, &used),
                     0);
    assert_int_equal(record.type, WAL_TYPE_SEALED);
    assert_true(str_find(bytes_str(&content), STR("marked")) < 0);
    bytes_release(&content);
}

static void test_ingest_routes__both_slashes_and_preflights(void **state)
{
    struct house *h = *state;
    char out[4096];
    assert_answer(h, "POST /track/?verbose=1", EVENT("token-of-seven"), "200 OK",
                  "{\"error\":null,\"status\":1}");
    talk(h, "OPTIONS /record/", "", out);
    assert_non_null(strstr(out, "204 No Content"));
    assert_non_null(strstr(out, "authorization, traceparent, content-type"));
    assert_non_null(strstr(out, "Access-Control-Max-Age"));
}

static void test_ingest_routes__errors_have_cors_headers_too(void **state)
{
    struct house *h = *state;
    char body[2000];
    memset(body, ' ', sizeof(body) - 1);
    body[sizeof(body) - 1] = 0;
    assert_answer(h, "GET /nowhere", "", "404", "");
    assert_answer(h, "DELETE /track", "", "405", "");
    assert_answer(h, "POST /import?strict=1", EVENT("x"), "401", "");
    assert_answer(h, "POST /track", "not json", "200 OK", "\r\n\r\n0");
}

static void test_ingest_routes__sdks_stay_quiet(void **state)
{
    struct house *h = *state;
    struct bytes content = { 0 };
    assert_answer(h, "GET /settings/?sdk_config=1", "", "200 OK",
                  "{\"sdk_config\":{\"config\":{\"record_sessions_percent\":0}}}");
    assert_answer(h, "GET /flags/", "", "200 OK", "\"pending_first_time_events\":[]}");
    assert_answer(h, "POST /flags/f1/first-time-events", "{}", "200 OK", "{\"status\":\"ok\"}");
    assert_answer(h, "GET /decide/", "", "200 OK", "\"enable_collect_everything\":false}}");
    assert_answer(h, "POST /record/?replay_id=1", "[1,2]", "200 OK",
                  "{\"code\":200,\"status\":\"OK\"}");
    assert_answer(h, "GET /healthz", "", "200 OK", "ok\n");
    assert_answer(h, "GET /readyz", "", "200 OK", "ok\n");
    ingest_routes_flush_counts(h->routes);
    clock_sleep_ms(100);
    read_wal(h, &content);
    assert_true(str_find(bytes_str(&content), STR("replay_dropped")) >= 0);
    bytes_release(&content);
}

static void test_ingest_routes__unknown_tokens_are_counted_not_told(void **state)
{
    struct house *h = *state;
    struct bytes content = { 0 };
    assert_answer(h, "POST /track", EVENT("nobody-knows-it"), "200 OK", "\r\n\r\n1");
    ingest_routes_flush_counts(h->routes);
    clock_sleep_ms(100);
    read_wal(h, &content);
    assert_true(str_find(bytes_str(&content), STR("token_unknown")) >= 0);
    bytes_release(&content);
}

static void test_ingest_routes__owner_imports_over_the_local_socket(void **state)
{
    struct house *h = *state;
    char address[220];
    struct client *client;
    struct bytes answer = { 0 };
    unsigned status;
    (void)snprintf(address, sizeof(address), "unix:%s", h->path);
    assert_int_equal(client_open(address, &client), 0);
    struct client_request request = {
        .method = "POST", .path = "/import?strict=1", .content_type = "application/x-ndjson",
        .body = STR("{\"event\":\"A\",\"properties\":{\"time\":1600000000,\"distinct_id\":\"u\","
                    "\"$insert_id\":\"i1\"}}\n{\"event\":\"\",\"properties\":{}}\n") };
    assert_int_equal(client_ask(client, &request, &status, &answer), 0);
    assert_int_equal(status, 400);
    assert_true(str_find(bytes_str(&answer), STR("\"num_records_imported\":1")) >= 0);
    client_close(client);
    bytes_release(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_ingest_routes__accepted_events_are_in_the_wal_when_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ingest_routes__both_slashes_and_preflights, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_ingest_routes__errors_have_cors_headers_too, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_ingest_routes__sdks_stay_quiet, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ingest_routes__unknown_tokens_are_counted_not_told,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_ingest_routes__owner_imports_over_the_local_socket, setup, teardown),
    };
    return RUN(tests);
}
