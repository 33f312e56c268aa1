#include "api/console_routes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/polls.h"
#include "api/query.h"
#include "api/query_mixpanel.h"
#include "api/session.h"
#include "query/wire/query_wire.h"
#include "sys/clock.h"

enum {
    REPORTERS = 8,            /* reports under way, which may take long */
    ASKERS = 4,               /* what is answered at once: never behind a report */
    WAITING_MAX = 256,        /* of each */
    READY_MS = 2000,
    READY_KEPT_MS = 1000,     /* strangers may ask how we are; the peers are asked less often */
    SETTLE_STEP_MS = 10,
};

struct console_routes {
    struct console console;
    struct crew *reporters;
    struct crew *askers;
    struct crew *pollers;     /* of /api/live: POLLS_MAX, each on a thread that sleeps */
    struct polls polls;
    struct static_files *files;
    pthread_mutex_t ready_lock;
    uint64_t ready_asked_ms;
    bool is_ready;
};

/* ---- the table ------------------------------------------------------------------------------ */

static void answer_alive(struct call *call);

enum { PUBLIC = 0, REPORT = 1, LONG_POLL = 2, INLINE = 4 };

struct route {
    const char *method;
    const char *path;
    unsigned who;             /* asker_kind, together; PUBLIC: nobody in particular */
    unsigned how;             /* which thread answers */
    void (*answer)(struct call *call);
};

static const struct route table[] = {
    { "GET", "/healthz", PUBLIC, INLINE, answer_alive },
    { "POST", "/api/enter", PUBLIC, 0, session_enter },
    { "GET", "/api/me", ASKER_ANY, 0, session_me },
    { "POST", "/api/leave", ASKER_COOKIE, 0, session_leave },
    { "PATCH", "/api/project", ASKER_ANY, 0, session_change_project },
    { "POST", "/api/owner-link", ASKER_UID, 0, session_owner_link },
    { "POST", "/api/query", ASKER_ANY, REPORT, query_report },
    { "GET", "/api/schema", ASKER_ANY, 0, query_schema },
    { "GET", "/api/schema/values", ASKER_ANY, 0, query_values },
    { "GET", "/api/live", ASKER_ANY, LONG_POLL, query_live },
    { "GET", "/api/status", ASKER_ANY, 0, query_status },
    { "GET", "/api/query/segmentation", ASKER_ANY, REPORT, query_mixpanel_segmentation },
    { "POST", "/api/query/segmentation", ASKER_ANY, REPORT, query_mixpanel_segmentation },
    { "GET", "/api/2.0/segmentation", ASKER_ANY, REPORT, query_mixpanel_segmentation },
    { "POST", "/api/2.0/segmentation", ASKER_ANY, REPORT, query_mixpanel_segmentation },
    { "GET", "/api/query/events/names", ASKER_ANY, 0, query_mixpanel_names },
    { "POST", "/api/query/events/names", ASKER_ANY, 0, query_mixpanel_names },
    { "GET", "/api/2.0/events/names", ASKER_ANY, 0, query_mixpanel_names },
    { "POST", "/api/2.0/events/names", ASKER_ANY, 0, query_mixpanel_names },
};

enum { ROUTES = sizeof(table) / sizeof(table[0]) };

/* Addresses of the console's own pages: all one file, whose script reads the address. */
static const char *const pages[] = { "/", "/trends", "/live", "/setup", "/enter" };

static const struct http_header page_headers[] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
      "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
};

/* ---- life ----------------------------------------------------------------------------------- */

struct console_routes *console_routes_create(const struct console_routes_config *config)
{
    struct console_routes *routes = calloc(1, sizeof(*routes));
    check(routes != NULL);
    routes->console = (struct console){
        .auth = config->auth, .query = config->query, .recent = recent_create(),
        .owner_uid = config->owner_uid, .ingest_port = config->ingest_port,
    };
    routes->reporters = crew_create(REPORTERS, WAITING_MAX);
    routes->askers = crew_create(ASKERS, WAITING_MAX);
    routes->pollers = crew_create(POLLS_MAX, 0);
    polls_init(&routes->polls);
    routes->files = static_files_create(config->files, config->file_count, page_headers,
                                        sizeof(page_headers) / sizeof(page_headers[0]));
    check(pthread_mutex_init(&routes->ready_lock, NULL) == 0);
    return routes;
}

void console_routes_destroy(struct console_routes *routes)
{
    if (!routes)
        return;
    crew_destroy(routes->reporters);
    crew_destroy(routes->askers);
    crew_destroy(routes->pollers);
    polls_release(&routes->polls);
    static_files_destroy(routes->files);
    recent_destroy(routes->console.recent);
    (void)pthread_mutex_destroy(&routes->ready_lock);
    free(routes);
}

void console_routes_settle(struct console_routes *routes, uint32_t timeout_ms)
{
    uint64_t until = clock_boot_ms() + timeout_ms;
    while (crew_load(routes->reporters) + crew_load(routes->askers) > 0 &&
           clock_boot_ms() < until)
        clock_sleep_ms(SETTLE_STEP_MS);
}

/* ---- health --------------------------------------------------------------------------------- */

static void answer_alive(struct call *call)
{
    call_answer_as(call, 200, "text/plain", STR("ok\n"));
}

/* Both answer, whatever they say: nobody in particular asks. */
static bool ask_ready(const struct console *console)
{
    struct auth_request request = { .type = AUTH_ME, .by = AUTH_BY_COOKIE };
    struct query_question question = { .what = QUERY_STATUS, .question = STR("{}"),
                                       .settings = STR("{\"zone\":\"UTC\",\"week_start\":1}") };
    struct bytes body = { 0 }, answer = { 0 };
    uint8_t type;
    auth_wire_encode_request(&request, &body);
    int r = link_ask(console->auth, AUTH_ME, bytes_str(&body), READY_MS, &type, &answer);
    if (r == 0) {
        bytes_reset(&body);
        query_wire_encode_question(&question, &body);
        r = link_ask(console->query, QUERY_QUESTION, bytes_str(&body), READY_MS, &type, &answer);
    }
    bytes_release(&body);
    bytes_release(&answer);
    return r == 0;
}

/* ---- dispatching ---------------------------------------------------------------------------- */

/* A call that goes to a crew; lies in its request's arena. */
struct job {
    struct call call;
    struct console_routes *routes;
    const struct route *route;
    uint8_t who[POLLS_WHO_BYTES];  /* of a long poll */
};

static void answer_ready(void *arg)
{
    struct job *job = arg;
    struct console_routes *routes = job->routes;
    (void)pthread_mutex_lock(&routes->ready_lock);
    uint64_t now = clock_boot_ms();
    if (!routes->ready_asked_ms || now - routes->ready_asked_ms >= READY_KEPT_MS) {
        routes->is_ready = ask_ready(&routes->console);
        routes->ready_asked_ms = clock_boot_ms();
    }
    bool is_ready = routes->is_ready;
    (void)pthread_mutex_unlock(&routes->ready_lock);
    call_answer_as(&job->call, is_ready ? 200 : 503, "text/plain",
                   is_ready ? STR("ok\n") : STR("closed\n"));
}

static void run_route(void *arg)
{
    struct job *job = arg;
    job->route->answer(&job->call);
}

/* The job lies in the request, which is gone once it is answered. */
static void run_poll(void *arg)
{
    struct job *job = arg;
    struct polls *polls = &job->routes->polls;
    uint8_t who[POLLS_WHO_BYTES];
    memcpy(who, job->who, sizeof(who));
    job->route->answer(&job->call);
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

/* HEAD is GET whose body is not sent. */
static struct str method_of(const struct http_request *http)
{
    struct str method = http_request_method(http);
    return str_equal(method, STR("HEAD")) ? STR("GET") : method;
}

/* The route of path and method; *is_path tells that the path has one for some method. */
static const struct route *find_route(struct str path, struct str method, bool *is_path)
{
    *is_path = false;
    if (is_api(path) && str_ends(path, STR("/")))
        path.len--;
    for (size_t i = 0; i < ROUTES; i++) {
        if (!str_equal(path, str_from(table[i].path)))
            continue;
        *is_path = true;
        if (str_equal(method, str_from(table[i].method)))
            return &table[i];
    }
    return NULL;
}

static bool is_mixpanel_path(struct str path)
{
    return str_starts(path, STR("/api/2.0/")) || str_starts(path, STR("/api/query/"));
}

static struct call call_begin(struct console_routes *routes, struct http_request *http)
{
    return (struct call){
        .console = &routes->console, .http = http, .arena = http_request_arena(http),
        .is_https = asker_came_by_https(http),
        .is_mixpanel = is_mixpanel_path(http_request_path(http)),
    };
}

/* What changes something with a cookie, or sets one, must come from our own page. */
static bool is_forged(const struct call *call, const struct route *route)
{
    if (str_equal(str_from(route->method), STR("GET")))
        return false;
    if (route->who == PUBLIC)
        return asker_is_foreign_page(call->http);
    return call->asker.by == AUTH_BY_COOKIE && !asker_is_our_page(call->http);
}

static void begin_poll(struct console_routes *routes, struct job *job)
{
    asker_hash(&job->call.asker, job->who);
    bool enters = polls_enter(&routes->polls, job->who);
    if (enters && crew_take(routes->pollers, run_poll, job))
        return;
    if (enters)
        polls_leave(&routes->polls, job->who);
    refuse(&job->call, 429, "rate", "too many pages of yours are listening at once");
}

static void begin_route(struct console_routes *routes, struct call *call,
                        const struct route *route)
{
    struct call_error login = call_error_of(STR("login"));
    if (route->who != PUBLIC && !asker_find(call->http, route->who, call->arena, &call->asker)) {
        call_refuse(call, &login);
        return;
    }
    if (is_forged(call, route)) {
        refuse(call, 403, "origin", "another page made the browser send this");
        return;
    }
    if (route->how & INLINE) {
        route->answer(call);
        return;
    }
    struct job *job = arena_alloc(call->arena, sizeof(*job));
    *job = (struct job){ .call = *call, .routes = routes, .route = route };
    if (route->how & LONG_POLL) {
        begin_poll(routes, job);
        return;
    }
    struct crew *crew = route->how & REPORT ? routes->reporters : routes->askers;
    if (!crew_take(crew, run_route, job))
        refuse(call, 429, "rate", "too many questions at once");
}

static void begin_ready(struct console_routes *routes, struct call *call)
{
    struct job *job = arena_alloc(call->arena, sizeof(*job));
    *job = (struct job){ .call = *call, .routes = routes };
    if (!crew_take(routes->askers, answer_ready, job))
        call_answer_as(call, 503, "text/plain", STR("busy\n"));
}

static bool answer_file(struct console_routes *routes, struct str path,
                        struct http_request *http)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (str_equal(path, str_from(pages[i])))
            return static_files_answer(routes->files, STR("/"), http);
    return static_files_answer(routes->files, path, http);
}

void console_routes_handle(void *ctx, struct http_request *http)
{
    struct console_routes *routes = ctx;
    struct str path = http_request_path(http), method = method_of(http);
    struct call call = call_begin(routes, http);
    bool is_path;
    const struct route *route = find_route(path, method, &is_path);
    if (route)
        begin_route(routes, &call, route);
    else if (is_path)
        refuse(&call, 405, "query", "this address is asked with another method");
    else if (str_equal(path, STR("/readyz")) && str_equal(method, STR("GET")))
        begin_ready(routes, &call);
    else if (is_api(path))
        refuse(&call, 404, "unsupported", "there is no such address");
    else if (!answer_file(routes, path, http))
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
