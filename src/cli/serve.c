#include "cli/serve.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/house.h"
#include "cli/options.h"
#include "cli/rooms.h"
#include "cli/supervise.h"
#include "sys/file_real.h"
#include "sys/sandbox.h"
#include "sys/sock.h"
#include "sys/spawn.h"

enum { LOCK_WAIT_MS = 5000, OWNER_LINK_MAX = 128 };

#define ZONES "/usr/share/zoneinfo"
#define COUNTRIES "country.mmdb"

enum { INGEST_TCP, INGEST_UNIX, CONSOLE_TCP, CONSOLE_UNIX, LISTENERS };

struct serving {
    struct house house;
    int listeners[LISTENERS];
    int zones_fd;            /* the time zones' files; -1 = there are none: only UTC is known */
    int geo_fd;              /* the table of countries; -1 = none */
    int log_fd;              /* the logs' public files */
    uint16_t ingest_port;
    uint16_t console_port;
    bool is_strict;
};

/* "127.0.0.1:0" with the port that was given. */
static void with_port(const char *address, uint16_t port, char out[64])
{
    const char *colon = strrchr(address, ':');
    (void)snprintf(out, 64, "%.*s:%u", colon ? (int)(colon - address) : 0, address, port);
}

/* Where a browser should go: passkeys are bound to a name, and an address of this host has one. */
static void console_for_browsers(const struct house *house, char out[2 * sizeof(house->host)])
{
    struct str console = str_from(house->console);
    bool is_local = str_starts(console, STR("127.0.0.1:")) || str_starts(console, STR("[::1]:"));
    const char *port = strrchr(house->console, ':');
    if (is_local && strcmp(house->host, "localhost") == 0)
        (void)snprintf(out, 2 * sizeof(house->host), "%s%s", house->host, port);
    else
        (void)snprintf(out, 2 * sizeof(house->host), "%s", house->console);
}

/* The one ready line. The owner's link stands whole in it while it is unused: auth keeps only its
 * hash, the text lies in a file of auth's room that auth removes on use. */
static void print_ready(void *ctx)
{
    struct serving *serving = ctx;
    struct house *house = &serving->house;
    struct bytes link = { 0 };
    char console[2 * sizeof(house->host)];
    int fd;
    console_for_browsers(house, console);
    (void)printf("amana is ready: ingest http://%s console http://%s", house->ingest,
                 house->console);
    if (house_open_room(house, "auth", &fd) == 0) {
        struct fs *fs = fs_real_create(fd);
        if (fs_read_file(fs, "owner-link", OWNER_LINK_MAX, &link) == 0)
            (void)printf(" sign in once at http://%s/enter#" STR_FMT, console,
                         STR_ARG(str_trim(bytes_str(&link))));
        fs_destroy(fs);
    }
    (void)printf("\n");
    (void)fflush(stdout);
    bytes_wipe(&link);
}

static int listen_on(const char *what, const char *address, int *fd)
{
    int r = sock_listen(address, fd);
    if (r != 0)
        log_error("cannot listen on %s for the %s: %s", address, what,
                  r == ERR_BUSY ? "the port is taken" : err_text(r));
    return r;
}

static int listen_locally(const struct house *house, const char *name, int *fd)
{
    char address[HOUSE_PATH_MAX];
    house_socket(house, name, address);
    int r = sock_listen_unix(address + strlen("unix:"), 0660, fd);
    if (r != 0)
        log_error("cannot make %s: %s", address, err_text(r));
    return r;
}

/* The programs and links of docs/ARCHITECTURE.md, as far as they exist. Numbers make uids: they
 * never change. Those who are asked start before those who ask. */
static int run_programs(struct serving *serving)
{
    enum { LEDGER, VAULT, AUTH, QUERY, INGEST, WEB, PROGRAMS };
    struct house *house = &serving->house;
    const int *listeners = serving->listeners;
    const struct supervise_program programs[PROGRAMS] = {
        [LEDGER] = { .name = "ledger", .number = ROOMS_LEDGER, .rank = 3, .has_data = true,
                     .listen_fd = -1, .checks_grants = true,
                     .extra_fd = { "log", serving->log_fd } },
        [VAULT] = { .name = "vault", .number = ROOMS_VAULT, .rank = 2, .has_data = true,
                    .listen_fd = -1, .checks_grants = true },
        [AUTH] = { .name = "auth", .number = ROOMS_AUTH, .rank = 2, .has_data = true,
                   .listen_fd = -1, .makes_grants = true },
        [QUERY] = { .name = "query", .number = ROOMS_QUERY, .rank = 1, .has_data = true,
                    .has_wal = true, .listen_fd = -1, .checks_grants = true,
                    .extra_fd = { serving->zones_fd < 0 ? NULL : "zones", serving->zones_fd } },
        [INGEST] = { .name = "ingest", .number = ROOMS_INGEST, .has_data = true, .has_wal = true,
                     .listen_fd = listeners[INGEST_TCP], .socket_fd = listeners[INGEST_UNIX],
                     .extra_fd = { serving->geo_fd < 0 ? NULL : "geo", serving->geo_fd } },
        [WEB] = { .name = "web", .number = ROOMS_WEB, .listen_fd = listeners[CONSOLE_TCP],
                  .socket_fd = listeners[CONSOLE_UNIX],
                  .extra_fd = { "log", serving->log_fd },
                  .extra_number = { "ingest_port", serving->ingest_port } },
    };
    const struct supervise_link links[] = {
        { "web-auth", WEB, AUTH },         { "web-query", WEB, QUERY },
        { "web-vault", WEB, VAULT },       { "query-vault", QUERY, VAULT },
        { "query-ledger", QUERY, LEDGER }, { "vault-ledger", VAULT, LEDGER },
        { "auth-ledger", AUTH, LEDGER },   { "ledger-auth", LEDGER, AUTH },
        { "auth-ingest", AUTH, INGEST },
    };
    struct supervise_config config = {
        .programs = programs, .program_count = PROGRAMS,
        .links = links, .link_count = sizeof(links) / sizeof(links[0]),
        .data_fd = house->data_fd, .keys_fd = house->keys_fd, .uid_base = house->uid_base,
        .owner_uid = house->owner_uid, .is_strict = serving->is_strict, .ready = print_ready,
        .ctx = serving,
    };
    if (house->uid_base < 0)
        log_info("all programs share one uid; started as root, each has its own");
    sandbox_enter_supervisor(house->data_fd, house->keys_fd, serving->is_strict);
    return supervise_run(&config);
}

static int listen_everywhere(struct serving *serving, const char *ingest, const char *console)
{
    struct house *house = &serving->house;
    int *fds = serving->listeners;
    int r = listen_on("ingest", ingest, &fds[INGEST_TCP]);
    if (r == 0)
        r = listen_on("console", console, &fds[CONSOLE_TCP]);
    if (r == 0)
        r = listen_locally(house, "ingest", &fds[INGEST_UNIX]);
    if (r == 0)
        r = listen_locally(house, "console", &fds[CONSOLE_UNIX]);
    if (r == 0)
        r = sock_port(fds[INGEST_TCP], &serving->ingest_port);
    if (r == 0)
        r = sock_port(fds[CONSOLE_TCP], &serving->console_port);
    if (r != 0)
        return r;
    with_port(ingest, serving->ingest_port, house->ingest);
    with_port(console, serving->console_port, house->console);
    return house_save(house);
}

/* One's own table in the data directory, else the one that was built beside the programs. */
static void open_countries(struct serving *serving)
{
    char path[HOUSE_PATH_MAX];
    int r = file_real_open_file(serving->house.data_fd, COUNTRIES, &serving->geo_fd);
    if (r == ERR_NOT_FOUND && spawn_sibling("../geo/" COUNTRIES, path, sizeof(path)) == 0)
        r = file_real_open_file(-1, path, &serving->geo_fd);
    if (r != 0) {
        log_info("no table of countries (%s): events get none from addresses", err_text(r));
        serving->geo_fd = -1;
    }
}

static int serve(struct serving *serving, const char *ingest, const char *console)
{
    struct house *house = &serving->house;
    char ingest_address[64], console_address[64];
    if (spawn_lock(house->data_fd, "lock", LOCK_WAIT_MS) != 0) {
        log_error("%s is being served already", house->data);
        return 1;
    }
    spawn_raise_fd_limit();
    if (rooms_complete(house) != 0 ||
        file_real_open_below(house->data_fd, ROOMS_LOG, &serving->log_fd) != 0)
        return 1;
    if (file_real_open_dir(ZONES, false, &serving->zones_fd) != 0) {
        log_warn("no time zones in %s: only UTC is known (package tzdata)", ZONES);
        serving->zones_fd = -1;
    }
    open_countries(serving);
    /* Both may lie in the house, which is about to be written. */
    (void)snprintf(ingest_address, sizeof(ingest_address), "%s", ingest);
    (void)snprintf(console_address, sizeof(console_address), "%s", console);
    if (listen_everywhere(serving, ingest_address, console_address) != 0)
        return 1;
    return run_programs(serving);
}

int cli_serve(int argc, char **argv)
{
    static struct serving serving;
    const char *data = NULL, *keys = NULL, *ingest = NULL, *console = NULL;
    const struct option_text texts[] = { { "--data", &data }, { "--keys", &keys },
                                         { "--ingest", &ingest }, { "--console", &console } };
    const struct option_flag flags[] = { { "--strict", &serving.is_strict } };
    struct options options = { .texts = texts, .text_count = 4, .flags = flags, .flag_count = 1 };
    if (!options_parse(&options, argc, argv) || !data) {
        (void)fprintf(stderr, "usage: amana serve --data DIR [--keys DIR] [--ingest HOST:PORT] "
                              "[--console HOST:PORT] [--strict]\n");
        return 2;
    }
    if (house_open(&serving.house, data, keys, true) != 0)
        return 1;
    int status = serve(&serving, ingest ? ingest : serving.house.ingest,
                       console ? console : serving.house.console);
    house_close(&serving.house);
    return status;
}
