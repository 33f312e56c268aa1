/* A small HTTP/1.1 client for the commands: over a program's unix socket in DIR/run, or over TCP.
 * One request at a time; the connection is kept between requests. */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

struct client;

struct client_request {
    const char *method;        /* "POST" */
    const char *path;          /* with the query string */
    const char *content_type;  /* NULL without a body */
    const char *authorization; /* whole header value, or NULL */
    const char *encoding;      /* Content-Encoding, or NULL */
    struct str body;
    uint32_t timeout_ms;       /* of each step; 0 = 30 s */
};

/* "unix:PATH" or "HOST:PORT". ERR_CLOSED when nobody listens there. */
int client_open(const char *address, struct client **out) MUST_USE;
void client_close(struct client *client);
/* Sends the request and reads the whole answer: its status, and its body into *answer (reset
 * first, at most 256 MiB). Reconnects once when the kept connection was closed meanwhile. */
int client_ask(struct client *client, const struct client_request *request, unsigned *status,
               struct bytes *answer) MUST_USE;

#endif
