#include "cli/serve.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/house.h"
#include "cli/options.h"
#include "cli/supervise.h"
#include "sys/file_real.h"
#include "sys/sock.h"
#include "sys/spawn.h"

enum { LOCK_WAIT_MS = 5000, OWNER_LINK_MAX = 128 };

struct serving {
    struct house house;
    uint16_t ingest_port;
    uint16_t console_port;
};

/* "127.0.0.1:0" with the port that was given. */
static void with_port(const char *address, uint16_t port, char out[64])
{
    const char *colon = strrchr(address, ':');
    (void)snprintf(out, 64, "%.*s:%u", colon ? (int)(colon - address) : 0, address, port);
}

/* The one ready line. The owner's link stands whole in it while it is unused: auth keeps only its
 * hash, the text lies in a file of auth's room that auth removes on use. */
static void print_ready(void *ctx)
{
    struct serving *serving = ctx;
    struct house *house = &serving->house;
    struct bytes link = { 0 };
    int fd;
    (void)printf("amana is ready: ingest http://%s console http://%s", house->ingest,
                 house->console);
    if (house_open_room(house, "auth", &fd) == 0) {
        struct fs *fs = fs_real_create(fd);
        if (fs_read_file(fs, "owner-link", OWNER_LINK_MAX, &link) == 0)
            (void)printf(" sign in once at http://%s/enter#" STR_FMT, house->console,
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
 * never change. */
static int run_programs(struct serving *serving, const int listeners[4])
{
    struct house *house = &serving->house;
    const struct supervise_program programs[] = {
        { .name = "ingest", .number = 1, .rank = 0, .has_data = true, .has_wal = true,
          .listen_fd = listeners[0], .socket_fd = listeners[1] },
    };
    struct supervise_config config = {
        .programs = programs, .program_count = sizeof(programs) / sizeof(programs[0]),
        .data_fd = house->data_fd, .keys_fd = house->keys_fd, .uid_base = house->uid_base,
        .owner_uid = house->owner_uid, .ready = print_ready, .ctx = serving,
    };
    if (house->uid_base < 0)
        log_info("all programs share one uid; started as root, each has its own");
    return supervise_run(&config);
}

static int serve(struct serving *serving, const char *ingest, const char *console)
{
    struct house *house = &serving->house;
    int listeners[4] = { -1, -1, -1, -1 };
    if (spawn_lock(house->data_fd, "lock", LOCK_WAIT_MS) != 0) {
        log_error("%s is being served already", house->data);
        return 1;
    }
    spawn_raise_fd_limit();
    if (listen_on("ingest", ingest, &listeners[0]) != 0 ||
        listen_locally(house, "ingest", &listeners[1]) != 0 ||
        sock_port(listeners[0], &serving->ingest_port) != 0)
        return 1;
    (void)console;
    with_port(ingest, serving->ingest_port, house->ingest);
    if (house_save(house) != 0)
        return 1;
    return run_programs(serving, listeners);
}

int cli_serve(int argc, char **argv)
{
    static struct serving serving;
    const char *data = NULL, *keys = NULL, *ingest = NULL, *console = NULL;
    const struct option_text texts[] = { { "--data", &data }, { "--keys", &keys },
                                         { "--ingest", &ingest }, { "--console", &console } };
    struct options options = { .texts = texts, .text_count = 4 };
    if (!options_parse(&options, argc, argv) || !data) {
        (void)fprintf(stderr, "usage: amana serve --data DIR [--keys DIR] [--ingest HOST:PORT] "
                              "[--console HOST:PORT]\n");
        return 2;
    }
    if (house_open(&serving.house, data, keys, true) != 0)
        return 1;
    int status = serve(&serving, ingest ? ingest : serving.house.ingest,
                       console ? console : serving.house.console);
    house_close(&serving.house);
    return status;
}
