/* amana-query: reads the wal, holds the store, answers web. It has no network and can decrypt
 * nothing: what is personal in it are refs.
 *
 * Threads: this one hears the supervisor; the follower feeds the store; another follower sends
 * sealed batches to the vault; readers and workers answer web. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "crypto/random.h"
#include "engine/engine.h"
#include "process/query_serve.h"
#include "sys/clock.h"
#include "sys/control.h"
#include "sys/handed.h"
#include "sys/link.h"
#include "sys/sandbox.h"
#include "sys/sock.h"

enum {
    READY_MS = 5000, /* a long replay goes on while reports are answered already */
    DRAIN_MS = 4000,
};

struct query {
    struct handed handed;
    int control;
    struct fs *data;
    struct fs *keys;
    struct fs *wal;
    struct fs *zones;               /* NULL: only UTC */
    struct watch *watches[2];
    struct stores *stores;
    struct query_grants grants;
    struct query_live *live;
    struct query_follow *follow;
    struct query_intake *intake;
    struct link *ledger;
    struct query_gate *gate;
    struct query_rows rows;
    struct query_rate folded;
    struct query_answers answers;
    struct query_serve *serve;
    _Atomic bool is_ready;
};

static void open_rooms(struct query *q)
{
    int wal = handed_get(&q->handed, "wal"), zones;
    q->control = handed_get(&q->handed, "control");
    link_report_to(q->control);
    q->keys = fs_real_create(handed_get(&q->handed, "keys"));
    q->data = fs_real_create(handed_get(&q->handed, "data"));
    q->wal = fs_real_create(wal);
    if (handed_find(&q->handed, "zones", &zones))
        q->zones = fs_real_create(zones);
}

static void load_key(struct query *q)
{
    uint8_t key[32];
    int r = fs_read_exactly(q->keys, "auth.pub", key, sizeof(key));
    if (r != 0) {
        log_error("cannot read key auth.pub: %s", err_text(r));
        exit(1);
    }
    query_grants_init(&q->grants, key);
}

static void open_gate(struct query *q)
{
    q->ledger = link_create("query-ledger");
    query_rate_init(&q->folded);
    int r = query_gate_open(q->keys, q->data, q->ledger, &q->gate);
    if (r == 0)
        r = query_rows_open(q->data, q->gate, &q->rows);
    if (r != 0) {
        log_error("what stands before people's rows does not open: %s", err_text(r));
        exit(1);
    }
}

/* ---- following ------------------------------------------------------------------------------ */

static int tick(void *ctx)
{
    struct query *q = ctx;
    query_rows_tick(&q->rows);
    return stores_tick(q->stores);
}

static uint64_t needed(void *ctx)
{
    struct query *q = ctx;
    uint64_t stores = stores_position(q->stores).file;
    uint64_t vault = query_intake_position(q->intake).file;
    return stores < vault ? stores : vault;
}

static void be_ready(struct query *q)
{
    if (atomic_exchange(&q->is_ready, true))
        return;
    if (control_send_ready(q->control) != 0)
        exit(1);
}

static void caught_up(void *ctx)
{
    be_ready(ctx);
}

static void *be_ready_later(void *arg)
{
    clock_sleep_ms(READY_MS);
    be_ready(arg);
    return NULL;
}

/* The state on disk may be unknown: a new start reads what is really there. */
static void failed(void *ctx, int r)
{
    (void)ctx;
    log_error("amana-query ends: %s", err_text(r));
    exit(4);
}

static void follow(struct query *q)
{
    pthread_t thread;
    struct query_intake_config intake = { .wal = q->wal, .watch = q->watches[0],
                                          .data = q->data, .failed = failed, .ctx = q };
    q->intake = query_intake_start(&intake);
    struct query_follow_config config = {
        .wal = q->wal, .watch = q->watches[1], .sink = stores_sink(q->stores),
        .from = stores_position(q->stores), .live = q->live, .tick = tick, .needed = needed,
        .caught_up = caught_up, .failed = failed, .ctx = q,
    };
    q->follow = query_follow_start(&config);
    check(pthread_create(&thread, NULL, be_ready_later, q) == 0);
    (void)pthread_detach(thread);
}

static void broken(int r)
{
    log_error("amana-query ends: %s", err_text(r));
    exit(5);
}

static void serve(struct query *q)
{
    q->answers = (struct query_answers){
        .stores = q->stores, .live = q->live, .follow = q->follow, .intake = q->intake,
        .grants = &q->grants, .zones = q->zones, .rows = &q->rows, .folded = &q->folded,
        .create_backend = engine_create,
        .destroy_backend = engine_destroy,
    };
    q->serve = query_serve_start(&q->answers, broken);
}

/* ---- the supervisor's words ----------------------------------------------------------------- */

static void relink(struct query *q, const struct control_event *event)
{
    if (event->fd < 0) {
        if (str_equal(event->link, STR("auth")))
            query_grants_set_boot_id(&q->grants, event->boot_id);
    } else if (str_equal(event->link, STR("web-query"))) {
        query_serve_attach(q->serve, event->fd);
    } else if (str_equal(event->link, STR("query-ledger"))) {
        link_attach(q->ledger, event->fd);
    } else if (str_equal(event->link, STR("query-vault"))) {
        query_intake_attach(q->intake, event->fd);
    } else {
        sock_close(event->fd);
    }
}

/* Who asks meanwhile waits for the next one. What the vault has not answered stays in the wal. */
static void drain(struct query *q)
{
    query_serve_stop(q->serve, DRAIN_MS);
    query_follow_stop(q->follow);
    query_intake_stop(q->intake);
    int r = stores_flush(q->stores);
    if (r != 0)
        log_error("the store does not flush; the wal has the rest: %s", err_text(r));
    exit(r == 0 ? 0 : 4);
}

int main(int argc, char **argv)
{
    static struct query q;
    struct bytes buf = { 0 };
    struct control_event event;
    uint64_t seed;

    log_name("amana-query");
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    handed_init(&q.handed, argc, argv);
    open_rooms(&q);
    for (int i = 0; i < 2; i++)
        q.watches[i] = watch_create(handed_get(&q.handed, "wal"));
    sandbox_enter(&q.handed, &sandbox_query);

    load_key(&q);
    open_gate(&q);
    q.live = query_live_create();
    int r = stores_open(q.data, &q.stores);
    if (r != 0) {
        log_error("the store does not open: %s", err_text(r));
        return 1;
    }
    follow(&q);
    serve(&q);
    while (control_receive(q.control, &buf, &event) == 0) {
        if (event.type == CONTROL_DRAIN)
            drain(&q);
        else if (event.type == CONTROL_RELINK)
            relink(&q, &event);
    }
    return 0;
}
