/* How a request lives.
 *
 *   RECEIVING   made when its first line is in; its body grows with what arrives, bounded
 *   HANDLING    the handler runs on libmicrohttpd's thread
 *   SLEEPING    the handler returned without an answer: the connection is suspended
 *   ANSWERED    http_answer was called, from whichever thread; libmicrohttpd sends it
 *
 * The step from HANDLING to SLEEPING and the call of http_answer may race: both go through one
 * atomic exchange, and whoever comes second resumes the connection. Bodies can hold personal
 * values, so they are wiped, never only freed. */
#include "http/server.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/log.h"
#include "crypto/seal.h"
#include "event/limits.h"
#include "http/server_internal.h"
#include "sys/clock.h"
#include "sys/sock.h"

enum {
    /* The URL and the headers. libmicrohttpd zeroes all of it after each request, 160 KiB cost
     * 7 us: no more than what it needs. */
    CONNECTION_MEMORY_BYTES = LIMIT_URL_BYTES + 24 * 1024,
    DRAIN_STEP_MS = 10,
    DRAIN_LINGER_MS = 300,   /* for connections that are between two requests */
    PROMISED_MAX_BYTES = 256 * 1024, /* reserved because a header says so; the rest as it comes */
};

enum state { RECEIVING, HANDLING, SLEEPING, ANSWERED };

struct http_server {
    struct http_config config;
    struct MHD_Daemon *daemon;
    _Atomic size_t bodies_bytes;
    _Atomic uint32_t in_flight;
    _Atomic bool is_draining;
    int listen_fd;
};

struct http_request {
    struct http_server *server;
    struct MHD_Connection *connection;
    struct MHD_Response *response;
    unsigned status;
    _Atomic int state;
    bool is_too_large;
    bool is_overload;
    uint64_t began_ms;
    struct bytes body;
    struct bytes query;
    struct str path;
    struct str method;
    char peer[SOCK_ADDRESS_TEXT];
    struct arena arena;
};

/* ---- answers -------------------------------------------------------------------------------- */

/* An answer's own copy of its body: it can hold ids of the client's, so it is wiped. */
static void wipe_answer(void *ctx)
{
    struct bytes *copy = ctx;
    bytes_wipe(copy);
    free(copy);
}

static struct MHD_Response *create_response(const struct http_response *response)
{
    struct str body = response->body.len ? response->body : STR("");
    if (response->body_is_static || body.len == 0)
        return MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.ptr,
                                               MHD_RESPMEM_PERSISTENT);
    struct bytes *copy = calloc(1, sizeof(*copy));
    check(copy != NULL);
    bytes_reserve(copy, body.len);
    bytes_append_str(copy, body);
    return MHD_create_response_from_buffer_with_free_callback_cls(copy->len, copy->ptr,
                                                                  wipe_answer, copy);
}

void http_answer_with(struct http_request *request, const struct http_response *head,
                      struct MHD_Response *r)
{
    check(request->response == NULL);
    for (uint32_t i = 0; i < head->header_count; i++)
        (void)MHD_add_response_header(r, head->headers[i].name, head->headers[i].value);
    if (request->server->is_draining)
        (void)MHD_add_response_header(r, "Connection", "close");
    request->status = head->status;
    request->response = r;
    if (atomic_exchange(&request->state, ANSWERED) == SLEEPING)
        MHD_resume_connection(request->connection);
}

void http_answer(struct http_request *request, const struct http_response *response)
{
    struct MHD_Response *r = create_response(response);
    check(r != NULL);
    http_answer_with(request, response, r);
}

static enum MHD_Result send_response(struct http_request *request)
{
    return MHD_queue_response(request->connection, request->status, request->response);
}

static void answer_plain(struct http_request *request, unsigned status, const char *text)
{
    static const struct http_header headers[] = { { "Content-Type", "text/plain" },
                                                  { "Retry-After", "1" } };
    struct http_response response = { .status = status, .headers = headers, .header_count = 2,
                                      .body = str_from(text), .body_is_static = true };
    http_answer(request, &response);
}

/* ---- receiving ------------------------------------------------------------------------------ */

/* Called with the raw request line before anything else: makes the request. */
static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct http_server *server = ctx;
    struct http_request *request = calloc(1, sizeof(*request));
    check(request != NULL);
    request->server = server;
    request->connection = connection;
    request->began_ms = clock_boot_ms();
    arena_init(&request->arena, LIMIT_REQUEST_ARENA_BYTES);
    const char *question = strchr(uri, '?');
    if (question)
        bytes_append_str(&request->query, str_from(question + 1));
    server->in_flight++;
    return request;
}

/* Grows without leaving copies of the body behind in freed memory. */
static void append_body(struct http_request *request, const char *data, size_t len)
{
    struct bytes *body = &request->body;
    if (body->cap - body->len < len) {
        struct bytes larger = { 0 };
        bytes_reserve(&larger, body->len + len + body->len / 2);
        bytes_append(&larger, body->ptr, body->len);
        bytes_wipe(body);
        *body = larger;
    }
    bytes_append(body, data, len);
}

static void drop_body(struct http_request *request)
{
    request->server->bodies_bytes -= request->body.len;
    bytes_wipe(&request->body);
}

static void receive(struct http_request *request, const char *data, size_t len)
{
    const struct http_config *config = &request->server->config;
    if (request->is_too_large || request->is_overload)
        return;
    request->is_too_large = request->body.len + len > config->body_max_bytes;
    request->is_overload = request->server->bodies_bytes + len > config->bodies_max_bytes;
    if (request->is_too_large || request->is_overload) {
        drop_body(request);
        return;
    }
    request->server->bodies_bytes += len;
    append_body(request, data, len);
}

/* The first call: what the headers promise is judged before the body is read. */
static void begin(struct http_request *request, const char *url, const char *method)
{
    const struct http_config *config = &request->server->config;
    uint64_t length = 0;
    request->path = arena_copy(&request->arena, str_from(url));
    request->method = arena_copy(&request->arena, str_from(method));
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    sock_format_address(info ? info->client_addr : NULL, request->peer);
    if (!str_to_u64(http_request_header(request, "Content-Length"), &length))
        length = 0;
    request->is_too_large = length > config->body_max_bytes;
    request->is_overload = !request->is_too_large &&
                           request->server->bodies_bytes + length > config->bodies_max_bytes;
    if (length && !request->is_too_large && !request->is_overload)
        bytes_reserve(&request->body, length < PROMISED_MAX_BYTES ? length : PROMISED_MAX_BYTES);
}

static void handle(struct http_request *request)
{
    const struct http_config *config = &request->server->config;
    if (request->is_too_large && config->too_large)
        config->too_large(config->ctx, request);
    else if (request->is_too_large)
        answer_plain(request, MHD_HTTP_CONTENT_TOO_LARGE, "the request is too large\n");
    else if (request->is_overload && config->overload)
        config->overload(config->ctx, request);
    else if (request->is_overload)
        answer_plain(request, MHD_HTTP_TOO_MANY_REQUESTS, "too much at once; come back\n");
    else
        config->handler(config->ctx, request);
}

static enum MHD_Result dispatch(struct http_request *request)
{
    int expected = HANDLING;
    request->state = HANDLING;
    handle(request);
    seal_wipe_stack();
    if (request->state == ANSWERED)
        return send_response(request);
    MHD_suspend_connection(request->connection);
    if (!atomic_compare_exchange_strong(&request->state, &expected, SLEEPING))
        MHD_resume_connection(request->connection);
    return MHD_YES;
}

static enum MHD_Result on_access(void *ctx, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *data,
                                 size_t *len, void **request_cls)
{
    struct http_request *request = *request_cls;
    (void)ctx;
    (void)version;
    if (!request)
        return MHD_NO;
    check(request->connection == connection);
    if (request->state == ANSWERED)
        return send_response(request);
    if (!request->path.ptr) {
        begin(request, url, method);
        /* An answer before the body is read makes libmicrohttpd close the connection after it. */
        return request->is_too_large || request->is_overload ? dispatch(request) : MHD_YES;
    }
    if (*len) {
        receive(request, data, *len);
        *len = 0;
        return MHD_YES;
    }
    return dispatch(request);
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **request_cls,
                         enum MHD_RequestTerminationCode code)
{
    struct http_request *request = *request_cls;
    (void)ctx;
    (void)connection;
    (void)code;
    if (!request)
        return;
    if (request->response)
        MHD_destroy_response(request->response);
    drop_body(request);
    bytes_wipe(&request->query);
    arena_wipe(&request->arena);
    request->server->in_flight--;
    free(request);
    *request_cls = NULL;
}

/* ---- the server ----------------------------------------------------------------------------- */

/* libmicrohttpd's messages can hold what a stranger sent: they are not passed on. */
static void silence(void *ctx, const char *format, va_list list)
{
    (void)ctx;
    (void)format;
    (void)list;
}

int http_server_create(const struct http_config *config, struct http_server **out)
{
    struct http_server *server = calloc(1, sizeof(*server));
    check(server != NULL && config->threads >= 1 && config->threads <= 8);
    server->config = *config;
    server->listen_fd = config->listen_fd;
    struct MHD_OptionItem options[] = {
        { MHD_OPTION_LISTEN_SOCKET, config->listen_fd, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, (intptr_t)config->connections_max, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)config->idle_s, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_uri, server },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server },
        { config->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
          (intptr_t)config->threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, on_access, server, MHD_OPTION_EXTERNAL_LOGGER, silence, NULL,
        MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!server->daemon) {
        log_error("the HTTP server does not start");
        free(server);
        return ERR_SYSTEM;
    }
    *out = server;
    return 0;
}

void http_server_drain(struct http_server *server, uint32_t timeout_ms)
{
    uint64_t began = clock_boot_ms();
    server->is_draining = true;
    (void)MHD_quiesce_daemon(server->daemon);
    for (;;) {
        uint64_t waited = clock_boot_ms() - began;
        bool is_idle = server->in_flight == 0;
        if (waited >= timeout_ms ||
            (is_idle && (http_server_connections(server) == 0 || waited >= DRAIN_LINGER_MS)))
            return;
        clock_sleep_ms(DRAIN_STEP_MS);
    }
}

void http_server_destroy(struct http_server *server)
{
    if (!server)
        return;
    MHD_stop_daemon(server->daemon);
    free(server);
}

uint32_t http_server_connections(const struct http_server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info ? info->num_connections : 0;
}

/* ---- what a handler may ask ----------------------------------------------------------------- */

struct str http_request_method(const struct http_request *request) { return request->method; }
struct str http_request_path(const struct http_request *request) { return request->path; }

struct str http_request_query(const struct http_request *request)
{
    return bytes_str(&request->query);
}

struct str http_request_body(const struct http_request *request)
{
    return bytes_str(&request->body);
}

struct str http_request_header(const struct http_request *request, const char *name)
{
    return str_from(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name));
}

struct last_header {
    const char *name;
    struct str value;
};

static enum MHD_Result note_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct last_header *last = ctx;
    (void)kind;
    if (str_equal_fold(str_from(name), str_from(last->name)))
        last->value = str_from(value);
    return MHD_YES;
}

struct str http_request_last_header(const struct http_request *request, const char *name)
{
    struct last_header last = { name, STR("") };
    (void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, note_header, &last);
    return last.value;
}

struct str http_request_cookie(const struct http_request *request, const char *name)
{
    return str_from(MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name));
}

struct str http_request_peer(const struct http_request *request)
{
    return str_from(request->peer);
}

bool http_request_peer_uid(const struct http_request *request, uint32_t *uid)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info && sock_peer_uid(info->connect_fd, uid) == 0;
}

struct MHD_Connection *http_request_connection(const struct http_request *request)
{
    return request->connection;
}

struct arena *http_request_arena(struct http_request *request) { return &request->arena; }

uint64_t http_request_began_ms(const struct http_request *request)
{
    return request->began_ms;
}
