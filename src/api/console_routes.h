/* The console's address: whoever sends what api/route.h has a row for is answered by that row's
 * function, on that row's threads, so that those which read requests never wait for auth, query or
 * the vault. */
#ifndef API_CONSOLE_ROUTES_H
#define API_CONSOLE_ROUTES_H

#include <stdint.h>

#include "http/server.h"
#include "http/static.h"
#include "sys/file.h"
#include "sys/link.h"

enum { CONSOLE_BODY_MAX_BYTES = 256 * 1024 };

struct console_routes;

struct console_routes_config {
    struct link *auth;               /* borrowed, as are the files */
    struct link *query;
    struct link *vault;
    struct fs *log;                  /* the logs' public files; NULL: there are none */
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
/* Waits until no question is under way, at most timeout_ms. Long polls and exports are not waited
 * for. */
void console_routes_settle(struct console_routes *routes, uint32_t timeout_ms);

#endif
