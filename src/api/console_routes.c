#include "api/console_routes.h"

#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/health.h"
#include "api/page.h"
#include "api/polls.h"
#include "api/route.h"
#include "sys/clock.h"

enum {
    REPORTERS = 8,            /* reports under way, which may take long */
    ASKERS = 4,               /* what is answered at once: never behind a report */
    SHOWERS = 8,              /* people: each waits for a disk */
    EXPORTERS = 8,            /* streams, each as slow as who reads it */
    EXPORTS_EACH_MAX = 2,
    WAITING_MAX = 256,        /* of each */
    SETTLE_STEP_MS = 10,
};

struct console_routes {
    struct console console;
    struct crew *reporters;
    struct crew *askers;
    struct crew *showers;
    struct crew *exporters;
    struct crew *pollers;     /* of /api/live: POLLS_MAX, each on a thread that sleeps */
    struct polls polls;
    struct polls exports;
};

/* ---- life ----------------------------------------------------------------------------------- */

struct console_routes *console_routes_create(const struct console_routes_config *config)
{
    struct console_routes *routes = calloc(1, sizeof(*routes));
    check(routes != NULL);
    routes->console = (struct console){
        .auth = config->auth, .query = config->query, .vault = config->vault,
        .recent = recent_create(), .health = health_create(), .log = config->log,
        .files = page_files_create(config->files, config->file_count),
        .owner_uid = config->owner_uid, .ingest_port = config->ingest_port,
    };
    routes->reporters = crew_create(REPORTERS, WAITING_MAX);
    routes->askers = crew_create(ASKERS, WAITING_MAX);
    routes->showers = crew_create(SHOWERS, WAITING_MAX);
    routes->exporters = crew_create(EXPORTERS, 0);
    routes->pollers = crew_create(POLLS_MAX, 0);
    polls_init(&routes->polls);
    polls_init(&routes->exports);
    return routes;
}

void console_routes_destroy(struct console_routes *routes)
{
    if (!routes)
        return;
    crew_destroy(routes->reporters);
    crew_destroy(routes->askers);
    crew_destroy(routes->showers);
    crew_destroy(routes->exporters);
    crew_destroy(routes->pollers);
    polls_release(&routes->polls);
    polls_release(&routes->exports);
    static_files_destroy(routes->console.files);
    health_destroy(routes->console.health);
    recent_destroy(routes->console.recent);
    free(routes);
}

void console_routes_settle(struct console_routes *routes, uint32_t timeout_ms)
{
    uint64_t until = clock_boot_ms() + timeout_ms;
    while (crew_load(routes->reporters) + crew_load(routes->askers) +
                   crew_load(routes->showers) > 0 &&
           clock_boot_ms() < until)
        clock_sleep_ms(SETTLE_STEP_MS);
}

/* ---- dispatching ---------------------------------------------------------------------------- */

/* A call that goes to a crew; lies in its request's arena. */
struct job {
    struct call call;
    struct polls *polls;           /* where its place is counted; NULL: nowhere */
    uint8_t who[POLLS_WHO_BYTES];
};

/* The job lies in the request, which may be gone once it is answered. */
static void run_job(void *arg)
{
    struct job *job = arg;
    struct polls *polls = job->polls;
    uint8_t who[POLLS_WHO_BYTES];
    memcpy(who, job->who, sizeof(who));
    job->call.route->answer(&job->call);
    if (polls)
        polls_leave(polls, who);
}

static void refuse(struct call *call, unsigned status, const char *code, const char *message)
{
    call_refuse(call, &(struct call_error){ status, code, NULL, message });
}

static bool is_api(struct str path)
{
    return str_equal(path, STR("/api")) || str_starts(path, STR("/api/"));
}

static bool is_mixpanel_path(struct str path)
{
    return str_starts(path, STR("/api/2.0/")) || str_starts(path, STR("/api/query/"));
}

static struct call call_begin(struct console_routes *routes, struct http_request *http)
{
    struct call call = {
        .console = &routes->console, .http = http, .arena = http_request_arena(http),
        .is_https = asker_came_by_https(http),
        .is_mixpanel = is_mixpanel_path(http_request_path(http)),
    };
    asker_note(http, &call.asker);
    return call;
}

/* What changes something with a cookie, or sets one, must come from our own page. */
static bool is_forged(const struct call *call)
{
    if (str_equal(str_from(call->route->method), STR("GET")))
        return false;
    if (call->route->who == 0)
        return asker_is_foreign_page(call->http);
    return call->asker.by == AUTH_BY_COOKIE && !asker_is_our_page(call->http);
}

static struct crew *crew_of(struct console_routes *routes, enum route_thread thread)
{
    switch (thread) {
    case ROUTE_REPORTER: return routes->reporters;
    case ROUTE_POLLER: return routes->pollers;
    case ROUTE_SHOWER: return routes->showers;
    case ROUTE_EXPORTER: return routes->exporters;
    case ROUTE_INLINE:
    case ROUTE_ASKER: break;
    }
    return routes->askers;
}

/* Those that hold a thread for long are counted by who asks. */
static bool take_place(struct console_routes *routes, struct job *job)
{
    bool is_export = job->call.route->thread == ROUTE_EXPORTER;
    if (!is_export && job->call.route->thread != ROUTE_POLLER)
        return true;
    struct polls *polls = is_export ? &routes->exports : &routes->polls;
    asker_hash(&job->call.asker, job->who);
    if (!polls_enter(polls, job->who, is_export ? EXPORTS_EACH_MAX : POLLS_EACH_MAX))
        return false;
    job->polls = polls;
    return true;
}

static void run_elsewhere(struct console_routes *routes, const struct call *call)
{
    struct job *job = arena_alloc(call->arena, sizeof(*job));
    *job = (struct job){ .call = *call };
    bool has_place = take_place(routes, job);
    if (has_place && crew_take(crew_of(routes, call->route->thread), run_job, job))
        return;
    if (has_place && job->polls)
        polls_leave(job->polls, job->who);
    refuse(&job->call, 429, "rate", has_place ? "too many questions at once"
                                              : "too many of yours are open at once");
}

/* The signature is auth's to check; here only that there is one, so that no route can be reached
 * without it by a mistake elsewhere. */
static bool lacks_proof(const struct call *call)
{
    return call->route->needs_proof && call->asker.by == AUTH_BY_COOKIE && !call->asker.proof.len;
}

static void begin_route(struct console_routes *routes, struct call *call)
{
    struct call_error login = call_error_of(STR("login")), proof = call_error_of(STR("proof"));
    unsigned who = call->route->who;
    if (who != 0 && !asker_find(call->http, who, call->arena, &call->asker))
        call_refuse(call, &login);
    else if (is_forged(call))
        refuse(call, 403, "origin", "another page made the browser send this");
    else if (lacks_proof(call))
        call_refuse(call, &proof);
    else if (call->route->thread == ROUTE_INLINE)
        call->route->answer(call);
    else
        run_elsewhere(routes, call);
}

/* A page's file that is asked for otherwise gets the answer of files. */
static void refuse_method(struct call *call)
{
    struct str path = http_request_path(call->http);
    if (is_api(path) || !static_files_answer(call->console->files, path, call->http))
        refuse(call, 405, "query", "this address is asked with another method");
}

/* An export costs what it would show, so asking for its headers alone is no small thing. */
static bool is_head_of_export(const struct call *call)
{
    return call->route->thread == ROUTE_EXPORTER &&
           str_equal(http_request_method(call->http), STR("HEAD"));
}

void console_routes_handle(void *ctx, struct http_request *http)
{
    struct console_routes *routes = ctx;
    struct str path = http_request_path(http);
    struct call call = call_begin(routes, http);
    bool is_path;
    call.route = route_find(http_request_method(http), path, &is_path);
    if (call.route && !is_head_of_export(&call))
        begin_route(routes, &call);
    else if (is_path)
        refuse_method(&call);
    else if (is_api(path))
        refuse(&call, 404, "unsupported", "there is no such address");
    else
        call_answer_as(&call, 404, "text/plain", STR("not found\n"));
}

void console_routes_too_large(void *ctx, struct http_request *request)
{
    struct call call = call_begin(ctx, request);
    refuse(&call, 413, "query", "a question has at most 256 KB");
}

void console_routes_overload(void *ctx, struct http_request *request)
{
    struct call call = call_begin(ctx, request);
    refuse(&call, 429, "rate", "too many questions at once");
}
