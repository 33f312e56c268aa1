#include "api/ingest_routes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/ingest_counts.h"
#include "base/err.h"
#include "crypto/seal.h"
#include "http/form.h"
#include "http/forwarded.h"
#include "ingest/plain_cache.h"
#include "ingest/protocol/mixpanel.h"
#include "sys/clock.h"
#include "wal/wal_record.h"

struct ingest_routes {
    struct wal_write *wal;
    struct sealer *sealer;
    struct plain_cache *plain;
    struct ingest_counts *counts;
    const struct place *place;
    uint32_t owner_uid;
    pthread_mutex_t settings_lock;
    struct settings *settings;
};

/* One request between its admission and the sync; lies in its arena. */
struct collecting {
    struct ingest_routes *routes;
    struct http_request *http;
    struct ingest_request request;
    struct mixpanel_output output;
};

struct ingest_routes *ingest_routes_create(const struct ingest_routes_config *config)
{
    struct ingest_routes *routes = calloc(1, sizeof(*routes));
    check(routes != NULL);
    routes->wal = config->wal;
    routes->sealer = config->sealer;
    routes->settings = config->settings;
    routes->place = config->place;
    routes->owner_uid = config->owner_uid;
    routes->counts = ingest_counts_create();
    routes->plain = plain_cache_create();
    check(pthread_mutex_init(&routes->settings_lock, NULL) == 0);
    return routes;
}

void ingest_routes_destroy(struct ingest_routes *routes)
{
    if (!routes)
        return;
    settings_unpin(routes->settings);
    ingest_counts_destroy(routes->counts);
    plain_cache_destroy(routes->plain);
    (void)pthread_mutex_destroy(&routes->settings_lock);
    free(routes);
}

void ingest_routes_set_settings(struct ingest_routes *routes, struct settings *settings)
{
    (void)pthread_mutex_lock(&routes->settings_lock);
    struct settings *former = routes->settings;
    routes->settings = settings;
    (void)pthread_mutex_unlock(&routes->settings_lock);
    settings_unpin(former);
}

static struct settings *pin_settings(struct ingest_routes *routes)
{
    (void)pthread_mutex_lock(&routes->settings_lock);
    struct settings *settings = settings_pin(routes->settings);
    (void)pthread_mutex_unlock(&routes->settings_lock);
    return settings;
}

/* ---- answers: every one carries the CORS headers, 4xx and 5xx too (mixpanel-api.md 1.6) ------ */

static void answer(struct http_request *http, unsigned status, const char *content_type,
                   struct str body)
{
    struct http_header headers[10];
    uint32_t count = 0;
    struct str origin = http_request_header(http, "Origin");
    headers[count++] = (struct http_header){ "Content-Type", content_type };
    headers[count++] = (struct http_header){ "Cache-Control", "no-store" };
    headers[count++] = (struct http_header){ "Vary", "Origin" };
    if (origin.len) {
        headers[count++] = (struct http_header){ "Access-Control-Allow-Origin", origin.ptr };
        headers[count++] = (struct http_header){ "Access-Control-Allow-Credentials", "true" };
        headers[count++] = (struct http_header){ "Access-Control-Expose-Headers", "Retry-After" };
    }
    if (status == 204) {
        headers[count++] =
            (struct http_header){ "Access-Control-Allow-Methods", "GET, POST, OPTIONS" };
        headers[count++] = (struct http_header){ "Access-Control-Allow-Headers",
                                                 "authorization, traceparent, content-type" };
        headers[count++] = (struct http_header){ "Access-Control-Max-Age", "86400" };
    }
    if (status == 429 || status == 503)
        headers[count++] = (struct http_header){ "Retry-After", "2" };
    struct http_response response = { .status = status, .headers = headers,
                                      .header_count = count, .body = body };
    http_answer(http, &response);
}

static void answer_error(struct http_request *http, unsigned status)
{
    struct mixpanel_reply reply;
    mixpanel_reply_error(status, &reply);
    answer(http, reply.status, reply.content_type, reply.body);
}

void ingest_routes_too_large(void *ctx, struct http_request *request)
{
    struct ingest_routes *routes = ctx;
    ingest_counts_add(routes->counts, 0, REFUSAL_body_too_large, 1);
    answer_error(request, 413);
}

void ingest_routes_overload(void *ctx, struct http_request *request)
{
    struct ingest_routes *routes = ctx;
    ingest_counts_add(routes->counts, 0, REFUSAL_overload, 1);
    answer_error(request, 429);
}

/* ---- who is asking -------------------------------------------------------------------------- */

static bool is_trusted(const void *ctx, struct str address)
{
    const struct settings *settings = ctx;
    for (uint32_t i = 0; i < settings->trusted_proxy_count; i++)
        if (str_equal(settings->trusted_proxies[i], address))
            return true;
    return false;
}

static struct str client_address(const struct settings *settings, const struct http_request *http)
{
    return http_forwarded_client(http_request_peer(http),
                                 http_request_last_header(http, "X-Forwarded-For"), is_trusted,
                                 settings);
}

/* Over the unix socket the owner needs no credentials: the project by number, or the only one. */
static const struct ingest_project *local_project(const struct collecting *c)
{
    const struct settings *settings = c->request.settings;
    uint32_t uid;
    struct str text;
    uint64_t id;
    if (!http_request_peer_uid(c->http, &uid) || (uid != c->routes->owner_uid && uid != 0))
        return NULL;
    if (http_form_get(http_request_query(c->http), STR("project_id"), c->request.arena, &text))
        return str_to_u64(text, &id) ? settings_find_id(settings, id) : NULL;
    return settings->project_count == 1 ? &settings->projects[0] : NULL;
}

/* ---- collecting ----------------------------------------------------------------------------- */

static void count_refused(const struct collecting *c)
{
    struct ingest_counts *counts = c->routes->counts;
    const struct ingest_project *project = c->request.project;
    uint64_t id = project ? project->id : 0;
    ingest_counts_add(counts, id, c->output.whole, 1);
    for (uint32_t i = 0; i < c->output.count; i++) {
        const struct record *record = &c->output.records[i];
        uint64_t own = record->project ? record->project->id : id;
        ingest_counts_add(counts, own, record->refusal.reason, 1);
        id = own ? own : id;
    }
    for (int reason = 1; reason < REFUSAL_COUNT; reason++)
        ingest_counts_add(counts, id, (enum refusal_reason)reason, c->request.dropped[reason]);
}

static void append_record(struct bytes *out, enum wal_type type, int64_t received_ms,
                          struct str payload)
{
    struct wal_record record = { .type = type, .received_ms = received_ms, .payload = payload };
    wal_record_encode(&record, out);
}

/* The admitted records of one project as one wal batch. */
static void encode_project(const struct collecting *c, const struct ingest_project *project,
                           struct bytes *out)
{
    const struct mixpanel_output *output = &c->output;
    struct wal_batch batch = { .project = project->id };
    struct bytes payload = { 0 };
    /* Not from the arena, which a request may have filled to its limit. */
    batch.events = malloc((output->count + 1) * sizeof(*batch.events));
    batch.updates = malloc((output->count + 1) * sizeof(*batch.updates));
    check(batch.events != NULL && batch.updates != NULL);
    for (uint32_t i = 0; i < output->count; i++) {
        const struct record *record = &output->records[i];
        if (record->refusal.reason || record->project != project)
            continue;
        if (record->kind == RECORD_EVENT)
            batch.events[batch.event_count++] = record->event;
        else
            batch.updates[batch.update_count++] = record->update;
    }
    wal_record_encode_batch(&batch, &payload);
    append_record(out, WAL_TYPE_BATCH, c->request.received_ms, bytes_str(&payload));
    bytes_release(&payload);
    free(batch.events);
    free(batch.updates);
}

struct sealed_target {
    struct bytes *out;
    int64_t received_ms;
};

static void add_sealed(void *ctx, struct str batch)
{
    struct sealed_target *target = ctx;
    append_record(target->out, WAL_TYPE_SEALED, target->received_ms, batch);
}

/* Everything of this request that must be durable; empty when nothing was admitted. */
static void encode_request(struct collecting *c, struct bytes *out)
{
    const struct mixpanel_output *output = &c->output;
    for (uint32_t i = 0; i < output->count; i++) {
        const struct record *record = &output->records[i];
        bool is_first = !record->refusal.reason;
        for (uint32_t j = 0; j < i && is_first; j++)
            is_first = output->records[j].refusal.reason ||
                       output->records[j].project != record->project;
        if (is_first)
            encode_project(c, record->project, out);
        if (is_first && c->request.project)
            break; /* credentials name one project for all */
    }
    struct sealed_target target = { out, c->request.received_ms };
    if (out->len)
        seal_session_finish(c->request.seal, add_sealed, &target);
}

static void reply(struct collecting *c)
{
    struct mixpanel_reply r;
    mixpanel_reply(&c->output, c->request.arena, &r);
    settings_unpin(c->request.settings);
    answer(c->http, r.status, r.content_type, r.body);
}

static void fail(struct collecting *c, unsigned status, enum refusal_reason reason)
{
    ingest_counts_add(c->routes->counts, 0, reason, 1);
    settings_unpin(c->request.settings);
    answer_error(c->http, status);
}

/* On the wal's thread, after the sync. */
static void on_durable(void *ctx, int r)
{
    struct collecting *c = ctx;
    if (r != 0) {
        fail(c, 503, REFUSAL_not_durable);
        return;
    }
    seal_session_confirm(c->request.seal);
    reply(c);
    seal_wipe_stack();
}

static void collect(struct ingest_routes *routes, struct http_request *http,
                    enum mixpanel_path path)
{
    struct arena *arena = http_request_arena(http);
    struct collecting *c = arena_alloc(arena, sizeof(*c));
    struct bytes records = { 0 };
    *c = (struct collecting){ .routes = routes, .http = http };
    c->request = (struct ingest_request){
        .arena = arena, .settings = pin_settings(routes), .received_ms = clock_wall_ms(),
        .protocol = STR("mixpanel"), .user_agent = http_request_header(http, "User-Agent"),
        .place = routes->place, .seal = seal_session_begin(routes->sealer, arena),
        .plain = routes->plain,
    };
    c->request.peer_ip = client_address(c->request.settings, http);
    if (path == MIXPANEL_IMPORT)
        c->request.project = local_project(c);
    struct mixpanel_input input = {
        .path = path, .is_get = str_equal(http_request_method(http), STR("GET")),
        .query = http_request_query(http), .body = http_request_body(http),
        .content_type = http_request_header(http, "Content-Type"),
        .content_encoding = http_request_header(http, "Content-Encoding"),
        .authorization = http_request_header(http, "Authorization"),
    };
    mixpanel_read(&c->request, &input, &c->output);
    count_refused(c);
    encode_request(c, &records);
    if (records.len == 0) {
        reply(c);
    } else {
        int r = wal_write_append(routes->wal, bytes_str(&records), on_durable, c);
        if (r != 0)
            fail(c, r == ERR_BUSY ? 429 : 503,
                 r == ERR_BUSY ? REFUSAL_overload : REFUSAL_not_durable);
    }
    bytes_release(&records);
}

/* ---- what the SDKs ask besides -------------------------------------------------------------- */

static void drop_replay(struct ingest_routes *routes, struct http_request *http)
{
    ingest_counts_add(routes->counts, 0, REFUSAL_replay_dropped, 1);
    answer(http, 200, "application/json", STR("{\"code\":200,\"status\":\"OK\"}"));
}

static void answer_health(struct ingest_routes *routes, struct http_request *http, bool is_ready)
{
    bool is_well = !is_ready || !wal_write_is_stopped(routes->wal);
    answer(http, is_well ? 200 : 503, "text/plain", is_well ? STR("ok\n") : STR("stopped\n"));
}

static const struct {
    const char *path;
    const char *json;
} quiet[] = {
    /* An empty config makes mixpanel-browser complain in the page's console; this one is true:
     * replay is not kept, so nobody need send it. */
    { "/settings", "{\"sdk_config\":{\"config\":{\"record_sessions_percent\":0}}}" },
    { "/flags", "{\"flags\":{},\"pending_first_time_events\":[]}" },
    { "/flags/definitions", "{\"flags\":[]}" },
    { "/decide", "{\"notifications\":[],\"config\":{\"enable_collect_everything\":false}}" },
};

static bool answer_quietly(struct http_request *http, struct str path)
{
    for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
        if (str_equal(path, str_from(quiet[i].path))) {
            answer(http, 200, "application/json", str_from(quiet[i].json));
            return true;
        }
    }
    if (str_starts(path, STR("/flags/")) && str_ends(path, STR("/first-time-events"))) {
        answer(http, 200, "application/json", STR("{\"status\":\"ok\"}"));
        return true;
    }
    return false;
}

static const struct {
    const char *path;
    enum mixpanel_path what;
} collectors[] = {
    { "/track", MIXPANEL_TRACK }, { "/engage", MIXPANEL_ENGAGE },
    { "/groups", MIXPANEL_GROUPS }, { "/import", MIXPANEL_IMPORT },
};

void ingest_routes_handle(void *ctx, struct http_request *http)
{
    struct ingest_routes *routes = ctx;
    struct str path = http_request_path(http), method = http_request_method(http);
    bool is_post = str_equal(method, STR("POST"));
    if (path.len > 1 && str_ends(path, STR("/")))
        path.len--;
    if (str_equal(method, STR("OPTIONS"))) {
        answer(http, 204, "text/plain", STR(""));
        return;
    }
    if (!is_post && !str_equal(method, STR("GET"))) {
        answer_error(http, 405);
        return;
    }
    for (size_t i = 0; i < sizeof(collectors) / sizeof(collectors[0]); i++) {
        if (str_equal(path, str_from(collectors[i].path))) {
            collect(routes, http, collectors[i].what);
            return;
        }
    }
    if (str_equal(path, STR("/record")) && is_post)
        drop_replay(routes, http);
    else if (str_equal(path, STR("/healthz")) || str_equal(path, STR("/readyz")))
        answer_health(routes, http, str_equal(path, STR("/readyz")));
    else if (!answer_quietly(http, path))
        answer_error(http, 404);
}

/* Counts on their way to the disk: refusals of a full disk must not be lost to it. */
struct counts_flush {
    struct ingest_counts *counts;
    struct bytes payload;
};

static void counts_written(void *ctx, int r)
{
    struct counts_flush *flush = ctx;
    if (r != 0)
        ingest_counts_put_back(flush->counts, bytes_str(&flush->payload));
    bytes_release(&flush->payload);
    free(flush);
}

void ingest_routes_flush_counts(struct ingest_routes *routes)
{
    struct counts_flush *flush = calloc(1, sizeof(*flush));
    struct bytes record = { 0 };
    check(flush != NULL);
    flush->counts = routes->counts;
    if (!ingest_counts_take(routes->counts, &flush->payload)) {
        free(flush);
        return;
    }
    append_record(&record, WAL_TYPE_COUNTS, clock_wall_ms(), bytes_str(&flush->payload));
    int r = wal_write_append(routes->wal, bytes_str(&record), counts_written, flush);
    if (r != 0)
        counts_written(flush, r);
    bytes_release(&record);
}
