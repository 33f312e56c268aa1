/* HTTP/1.1 over libmicrohttpd on a listening socket that was handed to us. Knows no product.
 *
 * The handler is called once a request is whole (headers and body, raw: still compressed). It
 * answers now with http_answer, or returns without having answered: then the connection sleeps and
 * any thread may call http_answer later, exactly once. A request belongs to the server and is gone
 * after http_answer. Its arena lives as long. If the client leaves early the request lives on until
 * it is answered; the answer is then dropped.
 *
 * Slow and greedy clients are bounded here: header size, body size (413), idle time, connections,
 * bytes of bodies in flight (429 with Retry-After). */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct http_server;
struct http_request;

typedef void (*http_handler_fn)(void *ctx, struct http_request *request);

struct http_config {
    int listen_fd;              /* TCP or unix; the server takes it over */
    uint32_t threads;           /* 1 to 8 */
    uint32_t connections_max;
    uint32_t idle_s;            /* at least 75: SDKs reuse connections late */
    size_t body_max_bytes;      /* of one request; beyond: too_large is called */
    size_t bodies_max_bytes;    /* of all requests in flight; beyond: overload is called */
    http_handler_fn handler;
    http_handler_fn too_large;  /* answers 413 in the product's form; NULL: a plain one */
    http_handler_fn overload;   /* answers 429; NULL: a plain one */
    void *ctx;
};

struct http_header {
    const char *name;
    const char *value;
};

/* What to send. `body` is copied unless body_is_static. */
struct http_response {
    unsigned status;
    const struct http_header *headers;
    uint32_t header_count;
    struct str body;
    bool body_is_static;
};

int http_server_create(const struct http_config *config, struct http_server **out) MUST_USE;
/* Stops accepting (the listening socket stays open for others), lets requests in flight finish and
 * says Connection: close; returns when none is left or after timeout_ms. */
void http_server_drain(struct http_server *server, uint32_t timeout_ms);
void http_server_destroy(struct http_server *server);
uint32_t http_server_connections(const struct http_server *server);

void http_answer(struct http_request *request, const struct http_response *response);

/* The request. All strs are borrowed from it. */
struct str http_request_method(const struct http_request *request);  /* "GET" */
struct str http_request_path(const struct http_request *request);    /* decoded, no query */
struct str http_request_query(const struct http_request *request);   /* raw, without '?' */
struct str http_request_body(const struct http_request *request);    /* raw bytes */
/* Header by name, any case; empty when absent. */
struct str http_request_header(const struct http_request *request, const char *name);
/* Where a header stands several times: its last line. A proxy adds its own below the stranger's. */
struct str http_request_last_header(const struct http_request *request, const char *name);
struct str http_request_cookie(const struct http_request *request, const char *name);
/* The address at the other end as text ("192.0.2.7"); "" on a unix socket. */
struct str http_request_peer(const struct http_request *request);
/* The uid at the other end of a unix socket; false on TCP. */
bool http_request_peer_uid(const struct http_request *request, uint32_t *uid);
struct arena *http_request_arena(struct http_request *request);
/* CLOCK_BOOTTIME ms at which the request began. */
uint64_t http_request_began_ms(const struct http_request *request);

#endif
