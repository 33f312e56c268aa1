/* amana-ledger: writes down every disclosure and decision before it happens. No network, no
 * personal value: it knows refs and numbers. Holds the log's signing key, the other share of
 * every sealed value, the roster and the budgets.
 *
 * One thread: it takes all frames that wait, judges them, syncs once, answers them all. What
 * arrives during a sync is the next group.
 *
 * After a write or sync that failed nobody knows what is on the disk. The ledger then stays, and
 * answers "stopped", until a person starts the house again: a start of its own accord would read
 * back from the kernel's memory what the disk may never have got. */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "crypto/random.h"
#include "ledger/inside/ledger.h"
#include "sys/clock.h"
#include "sys/control.h"
#include "sys/file.h"
#include "sys/handed.h"
#include "sys/link.h"
#include "sys/msg.h"
#include "sys/sandbox.h"
#include "sys/sock.h"
#include "sys/spawn.h"

enum {
    SIDES = 3,
    TOKENS = 256,
    TURN = TOKENS / SIDES,   /* of one link in a group: none keeps the others waiting */
    WAKE_MS = 500,
    SEND_MS = 2000,
    NOTE_MS = 2000,
    ORIGIN_MAX = 255,
};

/* Whom an answer is for. */
struct token {
    int side;
    uint64_t id;
};

struct keys {
    uint8_t secret[32];
    uint8_t log_key[64];
};

struct ledger_program {
    struct handed handed;
    int control;
    struct ledger *ledger;
    struct keys *keys;           /* locked */
    uint8_t auth_public[32];
    char origin[ORIGIN_MAX + 1];
    int links[SIDES];            /* answering ends; -1 = closed */
    struct link *auth;           /* asking end of ledger-auth */
    struct token tokens[TOKENS];
    uint32_t token_count;
    bool has_misbehaved;
};

static const struct {
    const char *link;
    const char *program;
    enum ledger_side side;
} sides[SIDES] = {
    { "vault-ledger", "vault", LEDGER_SIDE_VAULT },
    { "query-ledger", "query", LEDGER_SIDE_QUERY },
    { "auth-ledger", "auth", LEDGER_SIDE_AUTH },
};

/* ---- opening --------------------------------------------------------------------------------- */

static void read_key(struct fs *fs, const char *name, void *out, size_t len)
{
    int r = fs_read_exactly(fs, name, out, len);
    if (r == 0)
        return;
    log_error("cannot read key %s: %s", name, err_text(r));
    exit(1);
}

static void load_keys(struct ledger_program *p, struct fs *keys)
{
    struct bytes origin = { 0 };
    p->keys = sandbox_key_alloc(sizeof(*p->keys));
    read_key(keys, "secret.key", p->keys->secret, sizeof(p->keys->secret));
    read_key(keys, "log.key", p->keys->log_key, sizeof(p->keys->log_key));
    read_key(keys, "auth.pub", p->auth_public, sizeof(p->auth_public));
    int r = fs_read_file(keys, "log.origin", ORIGIN_MAX, &origin);
    if (r != 0) {
        log_error("cannot read log.origin: %s", err_text(r));
        exit(1);
    }
    memcpy(p->origin, origin.ptr, origin.len);
    bytes_release(&origin);
}

static void open_ledger(struct ledger_program *p)
{
    struct fs *keys = fs_real_create(handed_get(&p->handed, "keys"));
    load_keys(p, keys);
    struct ledger_config config = {
        .data = fs_real_create(handed_get(&p->handed, "data")), .keys = keys,
        .public_files = fs_real_create(handed_get(&p->handed, "log")),
        .auth_public = p->auth_public, .secret = p->keys->secret, .log_key = p->keys->log_key,
        .origin = p->origin,
    };
    int r = ledger_open(&config, &p->ledger);
    if (r != 0) {
        log_error("the ledger does not open: %s", err_text(r));
        exit(4);
    }
}

/* ---- serving --------------------------------------------------------------------------------- */

static void close_side(struct ledger_program *p, int side)
{
    sock_close(p->links[side]);
    p->links[side] = -1;
}

static void answer(void *ctx, uint64_t token, uint8_t type, struct str body)
{
    struct ledger_program *p = ctx;
    const struct token *to = &p->tokens[token];
    struct msg msg = { .type = type, .id = to->id, .body = body, .fd = -1 };
    if (p->links[to->side] < 0)
        return;
    int r = msg_send(p->links[to->side], &msg, SEND_MS);
    if (r != 0) {
        log_warn("link %s is closed: %s", sides[to->side].link, err_text(r));
        close_side(p, to->side);
    }
}

/* Auth is told on a thread of its own: it may be away, and nobody waits for it. The freeze holds
 * here already. */
struct noting {
    struct link *auth;
    struct ledger_note note;
};

static void *tell_auth(void *arg)
{
    struct noting *noting = arg;
    struct bytes body = { 0 }, said = { 0 };
    uint8_t type;
    ledger_wire_encode_note(&noting->note, &body);
    if (link_ask(noting->auth, LEDGER_NOTE, bytes_str(&body), NOTE_MS, &type, &said) != 0)
        log_warn("auth is not told of a freeze now; the ledger holds it");
    bytes_release(&body);
    bytes_release(&said);
    free(noting);
    return NULL;
}

static void note(void *ctx, const struct ledger_note *n)
{
    struct ledger_program *p = ctx;
    pthread_t thread;
    struct noting *noting = calloc(1, sizeof(*noting));
    check(noting != NULL);
    *noting = (struct noting){ .auth = p->auth, .note = *n };
    check(pthread_create(&thread, NULL, tell_auth, noting) == 0);
    (void)pthread_detach(thread);
}

static void misbehaved(struct ledger_program *p, int side, int r)
{
    log_error("link %s is closed: %s", sides[side].link, err_text(r));
    ledger_note_misbehaved(p->ledger, sides[side].program);
    close_side(p, side);
    p->has_misbehaved = true;
}

/* All that waits on one link; true when there may be more after a commit. */
static void take_side(struct ledger_program *p, int side, struct bytes *buf)
{
    struct msg msg;
    uint32_t last = p->token_count + TURN;
    while (p->links[side] >= 0 && !ledger_is_full(p->ledger) && p->token_count < last) {
        int r = msg_receive(p->links[side], false, 0, buf, &msg);
        if (r == ERR_TIMEOUT)
            return;
        if (r == ERR_CLOSED) {
            close_side(p, side);
            return;
        }
        if (r == 0) {
            p->tokens[p->token_count] = (struct token){ .side = side, .id = msg.id };
            r = ledger_take(p->ledger, sides[side].side, msg.type, msg.body, p->token_count);
        }
        if (r != 0) {
            misbehaved(p, side, r);
            return;
        }
        p->token_count++;
    }
}

static void commit(struct ledger_program *p)
{
    ledger_commit(p->ledger, answer, note, p);
    p->token_count = 0;
}

/* ---- the supervisor's words ------------------------------------------------------------------ */

static void relink(struct ledger_program *p, const struct control_event *event)
{
    if (event->fd < 0) {
        if (str_equal(event->link, STR("auth")))
            ledger_set_auth_boot(p->ledger, event->boot_id);
        return;
    }
    if (str_equal(event->link, STR("ledger-auth"))) {
        link_attach(p->auth, event->fd);
        return;
    }
    for (int i = 0; i < SIDES; i++)
        if (str_equal(event->link, str_from(sides[i].link))) {
            close_side(p, i);
            p->links[i] = event->fd;
            return;
        }
    sock_close(event->fd);
}

static NO_RETURN void drain(struct ledger_program *p)
{
    commit(p);
    ledger_close(p->ledger);
    exit(0);
}

static bool serve_control(struct ledger_program *p, struct bytes *buf)
{
    struct control_event event;
    if (control_receive(p->control, buf, &event) != 0)
        return false;
    if (event.type == CONTROL_DRAIN)
        drain(p);
    else if (event.type == CONTROL_RELINK)
        relink(p, &event);
    return true;
}

static int serve(struct ledger_program *p)
{
    struct bytes buf = { 0 };
    for (int first = 0;; first = (first + 1) % SIDES) {
        int fds[] = { p->control, p->links[0], p->links[1], p->links[2] };
        bool which[1 + SIDES];
        if (spawn_wait(fds, which, 1 + SIDES, WAKE_MS) != 0)
            return 1;
        if (which[0] && !serve_control(p, &buf))
            return 0;
        /* Another one is first each time: a flood on one link does not keep out a freeze. */
        for (int k = 0, i = first; k < SIDES; k++, i = (i + 1) % SIDES)
            if (which[1 + i] && p->links[i] == fds[1 + i])
                take_side(p, i, &buf);
        commit(p);
        ledger_tick(p->ledger);
        /* A new start makes all links anew. */
        if (p->has_misbehaved && !ledger_is_stopped(p->ledger)) {
            ledger_close(p->ledger);
            exit(5);
        }
    }
}

int main(int argc, char **argv)
{
    static struct ledger_program p = { .links = { -1, -1, -1 } };
    uint64_t seed;

    log_name("amana-ledger");
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    handed_init(&p.handed, argc, argv);
    p.control = handed_get(&p.handed, "control");
    link_report_to(p.control);
    sandbox_enter(&p.handed, &sandbox_ledger);

    open_ledger(&p);
    p.auth = link_create("ledger-auth");
    if (control_send_ready(p.control) != 0)
        return 1;
    return serve(&p);
}
