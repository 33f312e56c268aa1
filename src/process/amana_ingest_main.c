/* amana-ingest: faces the internet, holds public keys to seal to and the projects' ref keys, and
 * cannot read back what it wrote: its wal descriptor lists names and writes, no more. */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/ingest_routes.h"
#include "auth/wire/ingest_notes.h"
#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "crypto/random.h"
#include "event/limits.h"
#include "ingest/enrich/place.h"
#include "sys/clock.h"
#include "sys/control.h"
#include "sys/handed.h"
#include "sys/msg.h"
#include "sys/sandbox.h"
#include "sys/sock.h"

enum {
    SETTINGS_MAX_BYTES = 4 * 1024 * 1024,
    QUEUE_MAX_BYTES = 48 * 1024 * 1024,      /* of the wal: about a second of a slow disk */
    BODIES_MAX_BYTES = 256 * 1024 * 1024,
    CONNECTIONS_MAX = 16384,
    IDLE_S = 120,
    DRAIN_MS = 8000,
};

struct ingest {
    struct handed handed;
    int control;
    struct fs *data;
    struct fs *keys;
    struct fs *wal_dir;
    struct place *place;          /* NULL: no table of countries */
    struct sealer *sealer;
    struct wal_write *wal;
    struct ingest_routes *routes;
    struct http_server *servers[2];
    pthread_mutex_t end_lock;      /* taken once, by who ends us */
    pthread_mutex_t settings_lock; /* one change at a time: a former link may still have one */
};

struct answering {
    struct ingest *ingest;
    int link;
};

static int find_key(struct ingest *in, const char *name, uint8_t out[32])
{
    int r = fs_read_exactly(in->keys, name, out, 32);
    if (r != 0)
        log_error("cannot read key %s: %s", name, err_text(r));
    return r;
}

static void read_key(struct ingest *in, const char *name, uint8_t out[32])
{
    if (find_key(in, name, out) != 0)
        exit(1);
}

/* Before the uid is dropped (ingest/enrich/place.h). A table that cannot be read is no reason to
 * refuse events. */
static void load_place(struct ingest *in)
{
    int fd, r;
    if (!handed_find(&in->handed, "geo", &fd))
        return;
    r = place_open(fd, &in->place);
    if (r != 0)
        log_warn("the table of countries cannot be read: %s", err_text(r));
    sock_close(fd);
}

static struct settings *read_settings(struct ingest *in)
{
    struct bytes json = { 0 };
    struct settings *settings = NULL;
    int r = fs_read_file(in->data, "settings.json", SETTINGS_MAX_BYTES, &json);
    if (r == 0)
        r = settings_parse(bytes_str(&json), &settings);
    if (r != 0) {
        log_error("cannot read settings.json: %s", err_text(r));
        exit(1);
    }
    bytes_release(&json);
    return settings;
}

static int load_project_keys(struct ingest *in, const struct settings *settings)
{
    int r = 0;
    for (uint32_t i = 0; i < settings->project_count && r == 0; i++) {
        const struct ingest_project *project = &settings->projects[i];
        char name[64];
        uint8_t key[32];
        (void)snprintf(name, sizeof(name), "project-%llu-%u.key",
                       (unsigned long long)project->id, project->key_epoch);
        r = find_key(in, name, key);
        if (r == 0)
            sealer_add_project_key(in->sealer, project->id, project->key_epoch, key);
        explicit_bzero(key, sizeof(key));
    }
    return r;
}

static void load(struct ingest *in)
{
    struct sealer_keys keys;
    uint8_t boot_id[16];
    random_bytes(boot_id, sizeof(boot_id));
    read_key(in, "vault.pub", keys.vault_public);
    read_key(in, "ledger.pub", keys.ledger_public);
    read_key(in, "intake.key", keys.intake_secret);
    in->sealer = sealer_create(&keys, boot_id);
    explicit_bzero(&keys, sizeof(keys));
}

/* ---- serving -------------------------------------------------------------------------------- */

static void serve_on(struct ingest *in, int which, const char *descriptor, uint32_t threads)
{
    struct http_config config = {
        .listen_fd = handed_get(&in->handed, descriptor), .threads = threads,
        .connections_max = CONNECTIONS_MAX, .idle_s = IDLE_S,
        .body_max_bytes = LIMIT_REQUEST_RAW_BYTES, .bodies_max_bytes = BODIES_MAX_BYTES,
        .handler = ingest_routes_handle, .too_large = ingest_routes_too_large,
        .overload = ingest_routes_overload, .ctx = in->routes,
    };
    if (http_server_create(&config, &in->servers[which]) != 0)
        exit(1);
}

/* Once a second: counts, epochs, the cache. Ends the program when the wal stopped: what is on disk
 * is unknown then, and a new start begins a new file. The answers 503 go out first. */
static void *tick(void *arg)
{
    struct ingest *in = arg;
    for (;;) {
        clock_sleep_ms(1000);
        ingest_routes_flush_counts(in->routes);
        sealer_tick(in->sealer);
        if (wal_write_is_stopped(in->wal)) {
            clock_sleep_ms(500);
            exit(4);
        }
    }
    return NULL;
}

/* Kept only once everything that it names is there: with a file that does not load, ingest would
 * not start again. */
static int take_settings(struct ingest *in, struct str json)
{
    struct settings *settings = NULL;
    int r = settings_parse(json, &settings);
    if (r == 0)
        r = load_project_keys(in, settings);
    if (r == 0)
        r = fs_replace_file(in->data, "settings.json", json, FILE_PRIVATE);
    if (r != 0) {
        settings_unpin(settings);
        log_warn("new settings are not taken: %s", err_text(r));
        return r;
    }
    ingest_routes_set_settings(in->routes, settings);
    return 0;
}

/* Everybody who is being answered is, and what is counted is kept. Whoever comes second waits for
 * the end. */
static NO_RETURN void drain(struct ingest *in, int status)
{
    (void)pthread_mutex_lock(&in->end_lock);
    for (int i = 0; i < 2; i++)
        http_server_drain(in->servers[i], DRAIN_MS / 2);
    ingest_routes_flush_counts(in->routes);
    wal_write_close(in->wal);
    exit(status);
}

static int answer_note(struct ingest *in, int fd, const struct msg *msg)
{
    if (msg->type != INGEST_NOTE_SETTINGS)
        return ERR_INVALID;
    (void)pthread_mutex_lock(&in->settings_lock);
    int r = take_settings(in, msg->body);
    (void)pthread_mutex_unlock(&in->settings_lock);
    struct msg answer = { .id = msg->id, .fd = -1,
                          .type = r == 0 ? INGEST_NOTE_OK : INGEST_NOTE_REFUSED };
    return msg_send(fd, &answer, 1000);
}

/* The answering end of auth-ingest, one question at a time. What is none of them ends us, as in any
 * other program, but in an orderly way: nobody outside is refused for what auth said. */
static void *answer_auth(void *arg)
{
    struct answering *answering = arg;
    struct ingest *in = answering->ingest;
    struct bytes buf = { 0 };
    struct msg msg;
    int fd = answering->link, r;
    free(answering);
    while ((r = msg_receive(fd, false, UINT32_MAX, &buf, &msg)) == 0)
        if ((r = answer_note(in, fd, &msg)) != 0)
            break;
    sock_close(fd);
    bytes_release(&buf);
    if (r == ERR_INVALID) {
        log_error("link auth-ingest is closed: %s", err_text(r));
        drain(in, 5);
    }
    return NULL;
}

static void relink(struct ingest *in, const struct control_event *event)
{
    pthread_t thread;
    if (event->fd < 0)
        return;
    if (!str_equal(event->link, STR("auth-ingest"))) {
        sock_close(event->fd);
        return;
    }
    struct answering *answering = calloc(1, sizeof(*answering));
    check(answering != NULL);
    *answering = (struct answering){ .ingest = in, .link = event->fd };
    check(pthread_create(&thread, NULL, answer_auth, answering) == 0);
    (void)pthread_detach(thread);
}

int main(int argc, char **argv)
{
    static struct ingest in;
    struct bytes buf = { 0 };
    struct control_event event;
    pthread_t ticker;
    uint64_t seed;

    log_name("amana-ingest");
    /* A batch's arena comes and goes with each request: without these the heap is given back and
     * faulted in again each time. */
    (void)mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 8 * 1024 * 1024);
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    handed_init(&in.handed, argc, argv);
    in.control = handed_get(&in.handed, "control");
    in.keys = fs_real_create(handed_get(&in.handed, "keys"));
    in.data = fs_real_create(handed_get(&in.handed, "data"));
    in.wal_dir = fs_real_create(handed_get(&in.handed, "wal"));
    load_place(&in);
    sandbox_enter(&in.handed, &sandbox_ingest);

    check(pthread_mutex_init(&in.end_lock, NULL) == 0);
    check(pthread_mutex_init(&in.settings_lock, NULL) == 0);
    load(&in);
    struct settings *settings = read_settings(&in);
    if (load_project_keys(&in, settings) != 0)
        return 1;
    if (wal_write_open(in.wal_dir, QUEUE_MAX_BYTES, &in.wal) != 0) {
        log_error("cannot list the wal folder");
        return 1;
    }
    struct ingest_routes_config config = {
        .wal = in.wal, .sealer = in.sealer, .settings = settings, .place = in.place,
        .owner_uid = (uint32_t)handed_get(&in.handed, "owner_uid"),
    };
    in.routes = ingest_routes_create(&config);
    serve_on(&in, 0, "listen", 2);
    serve_on(&in, 1, "socket", 1);
    check(pthread_create(&ticker, NULL, tick, &in) == 0);
    if (control_send_ready(in.control) != 0)
        return 1;
    while (control_receive(in.control, &buf, &event) == 0) {
        if (event.type == CONTROL_DRAIN)
            drain(&in, 0);
        else if (event.type == CONTROL_RELINK)
            relink(&in, &event);
    }
    return 0;
}
