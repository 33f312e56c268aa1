/* The console's address: one table of routes (who may ask, and what answers), the console's files,
 * and the health checks. Questions run on threads of their own, so that those which read requests
 * never wait for auth or query. */
#ifndef API_CONSOLE_ROUTES_H
#define API_CONSOLE_ROUTES_H

#include <stdint.h>

#include "http/server.h"
#include "http/static.h"
#include "sys/link.h"

enum { CONSOLE_BODY_MAX_BYTES = 256 * 1024 };

struct console_routes;

struct console_routes_config {
    struct link *auth;               /* borrowed, as are the files */
    struct link *query;
    const struct static_file *files; /* "/" is the page of all the console's addresses */
    uint32_t file_count;
    uint32_t owner_uid;              /* may do everything over the unix socket */
    uint16_t ingest_port;            /* for the snippets' address */
};

struct console_routes *console_routes_create(const struct console_routes_config *config);
/* After the HTTP servers are gone. */
void console_routes_destroy(struct console_routes *routes);
/* For http_config; ctx is the struct console_routes. */
void console_routes_handle(void *ctx, struct http_request *request);
void console_routes_too_large(void *ctx, struct http_request *request);
void console_routes_overload(void *ctx, struct http_request *request);
/* Waits until no question is under way, at most timeout_ms. Long polls are not waited for. */
void console_routes_settle(struct console_routes *routes, uint32_t timeout_ms);

#endif
