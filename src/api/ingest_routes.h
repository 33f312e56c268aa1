/* The routes of the ingest listener, TCP and unix: Mixpanel's four, what its SDKs ask besides, and
 * the health checks. Reads a request, runs it through the pipeline, hands its records to the wal,
 * and answers after the sync. */
#ifndef API_INGEST_ROUTES_H
#define API_INGEST_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "http/server.h"
#include "ingest/seal.h"
#include "ingest/settings.h"
#include "wal/wal_write.h"

struct ingest_routes;

struct ingest_routes_config {
    struct wal_write *wal;
    struct sealer *sealer;
    struct settings *settings;   /* taken over: one pin */
    const struct place *place;   /* NULL: no countries; outlives the routes */
    uint32_t owner_uid;          /* may import over the unix socket without credentials */
};

struct ingest_routes *ingest_routes_create(const struct ingest_routes_config *config);
void ingest_routes_destroy(struct ingest_routes *routes);
/* For http_config: handler, too_large and overload; ctx is the struct ingest_routes. */
void ingest_routes_handle(void *ctx, struct http_request *request);
void ingest_routes_too_large(void *ctx, struct http_request *request);
void ingest_routes_overload(void *ctx, struct http_request *request);
/* Requests from now on see the new settings; takes one pin over. */
void ingest_routes_set_settings(struct ingest_routes *routes, struct settings *settings);
/* Once a second: what was refused meanwhile goes into the wal as one counts record. */
void ingest_routes_flush_counts(struct ingest_routes *routes);

#endif
