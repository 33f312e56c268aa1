/* amana-web: faces the members' browsers and API clients. Holds the console's files, cookies and
 * keys in flight, and nothing else: it cannot open data, decrypt, or connect outward.
 * `amana-web --routes` prints the table of what it answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/console_routes.h"
#include "api/route.h"
#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "crypto/random.h"
#include "process/console_files.h"
#include "sys/control.h"
#include "sys/handed.h"
#include "sys/link.h"
#include "sys/sandbox.h"
#include "sys/sock.h"

enum {
    BODIES_MAX_BYTES = 32 * 1024 * 1024,
    CONNECTIONS_MAX = 4096,
    IDLE_S = 120,
    QUIESCE_MS = 50,
    SETTLE_MS = 6000,     /* questions under way */
    DRAIN_MS = 1500,
};

struct web {
    struct handed handed;
    int control;
    struct link *auth;
    struct link *query;
    struct link *vault;
    struct console_routes *routes;
    struct http_server *servers[2];
};

static void serve_on(struct web *web, int which, const char *descriptor, uint32_t threads)
{
    struct http_config config = {
        .listen_fd = handed_get(&web->handed, descriptor), .threads = threads,
        .connections_max = CONNECTIONS_MAX, .idle_s = IDLE_S,
        .body_max_bytes = CONSOLE_BODY_MAX_BYTES, .bodies_max_bytes = BODIES_MAX_BYTES,
        .handler = console_routes_handle, .too_large = console_routes_too_large,
        .overload = console_routes_overload, .ctx = web->routes,
    };
    if (http_server_create(&config, &web->servers[which]) != 0)
        exit(1);
}

/* A note of another program's boot id comes without a descriptor; web checks no grants. */
static void relink(struct web *web, const struct control_event *event)
{
    if (event->fd < 0)
        return;
    if (str_equal(event->link, STR("web-auth")))
        link_attach(web->auth, event->fd);
    else if (str_equal(event->link, STR("web-query")))
        link_attach(web->query, event->fd);
    else if (str_equal(event->link, STR("web-vault")))
        link_attach(web->vault, event->fd);
    else
        sock_close(event->fd);
}

/* Questions under way are answered. Long polls and exports are cut by closing the links: their
 * askers are told "closed" (an export ends before its end, and says so), and ask the next one of
 * us. */
static void drain(struct web *web)
{
    for (int i = 0; i < 2; i++)
        http_server_drain(web->servers[i], QUIESCE_MS);
    console_routes_settle(web->routes, SETTLE_MS);
    link_attach(web->query, -1);
    link_attach(web->auth, -1);
    link_attach(web->vault, -1);
    for (int i = 0; i < 2; i++)
        http_server_drain(web->servers[i], DRAIN_MS);
    exit(0);
}

/* For tests that walk the table: nothing is served. */
static int print_routes(void)
{
    struct bytes json = { 0 };
    route_list(&json);
    int r = printf(STR_FMT "\n", STR_ARG(bytes_str(&json))) < 0 || fflush(stdout) != 0;
    bytes_release(&json);
    return r;
}

/* The logs' public files; without them web serves no log. */
static struct fs *open_log(const struct handed *handed)
{
    int fd;
    return handed_find(handed, "log", &fd) ? fs_real_create(fd) : NULL;
}

int main(int argc, char **argv)
{
    static struct web web;
    struct bytes buf = { 0 };
    struct control_event event;
    uint64_t seed;

    if (argc == 2 && strcmp(argv[1], "--routes") == 0)
        return print_routes();
    log_name("amana-web");
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    handed_init(&web.handed, argc, argv);
    web.control = handed_get(&web.handed, "control");
    link_report_to(web.control);
    sandbox_enter(&web.handed, &sandbox_web);

    web.auth = link_create("web-auth");
    web.query = link_create("web-query");
    web.vault = link_create("web-vault");
    struct console_routes_config config = {
        .auth = web.auth, .query = web.query, .vault = web.vault,
        .log = open_log(&web.handed), .files = console_files,
        .file_count = console_file_count,
        .owner_uid = (uint32_t)handed_get(&web.handed, "owner_uid"),
        .ingest_port = (uint16_t)handed_get(&web.handed, "ingest_port"),
    };
    web.routes = console_routes_create(&config);
    serve_on(&web, 0, "listen", 2);
    serve_on(&web, 1, "socket", 1);
    if (control_send_ready(web.control) != 0)
        return 1;
    while (control_receive(web.control, &buf, &event) == 0) {
        if (event.type == CONTROL_DRAIN)
            drain(&web);
        else if (event.type == CONTROL_RELINK)
            relink(&web, &event);
    }
    return 0;
}
