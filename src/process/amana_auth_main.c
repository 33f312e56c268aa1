/* amana-auth: members, login sessions, API keys and project settings; signs grants. No network and
 * no data about people: it answers web over "web-auth", tells ingest its settings over
 * "auth-ingest" and the ledger its logins and decisions over "auth-ledger"; over "ledger-auth" it
 * hears whom the ledger froze. One thread answers what only reads, one question after another: each
 * takes microseconds. What waits for the ledger, or hashes a password, has threads of its own. */
#include <stdlib.h>
#include <string.h>

#include "auth/inside/answering.h"
#include "auth/inside/auth.h"
#include "auth/inside/decisions.h"
#include "auth/inside/ledger_teller.h"
#include "auth/inside/settings_sender.h"
#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "event/ref_key.h"
#include "ledger/wire/ledger_wire.h"
#include "sys/clock.h"
#include "sys/control.h"
#include "sys/handed.h"
#include "sys/link.h"
#include "sys/msg.h"
#include "sys/sandbox.h"
#include "sys/sock.h"
#include "sys/spawn.h"

enum {
    GRANT_KEY_BYTES = 64,
    PROJECT_KEY_BYTES = 32,
    FLUSH_MS = 60 * 1000,     /* how much a crash forgets of "last used" */
    WAKE_MS = 1000,
    SEND_MS = 2000,
    RETRY_MS = 5000,          /* settings that ingest could not take */
    TELL_RETRY_MS = 200,      /* what the ledger has not heard */
};

struct auth_program {
    struct handed handed;
    int control;
    struct fs *data;
    uint8_t *grant_key;
    struct ref_key *refs;
    struct auth *auth;
    struct answering *answering;
    int web;                  /* the answering end of web-auth, answering's; -1 = closed */
    int notes;                /* the answering end of ledger-auth; -1 = closed */
    struct link *ledger;
    struct ledger_teller *teller;
    struct link *ingest;
    struct settings_sender *sender;
    uint64_t ticked_ms, advanced_ms;
};

static void read_key(struct fs *keys, const char *name, void *out, size_t len)
{
    int r = fs_read_exactly(keys, name, out, len);
    if (r != 0) {
        log_error("cannot read key %s: %s", name, err_text(r));
        exit(1);
    }
}

/* The grant key, and project 1's, for lookups: from the text to the ref. */
static void load_keys(struct auth_program *p)
{
    struct fs *keys = fs_real_create(handed_get(&p->handed, "keys"));
    uint8_t *project = sandbox_key_alloc(PROJECT_KEY_BYTES);
    p->grant_key = sandbox_key_alloc(GRANT_KEY_BYTES);
    p->refs = sandbox_key_alloc(sizeof(*p->refs));
    read_key(keys, "grant.key", p->grant_key, GRANT_KEY_BYTES);
    read_key(keys, "project-1-1.key", project, PROJECT_KEY_BYTES);
    ref_key_derive(p->refs, 1, 1, project);
    sandbox_key_free(project, PROJECT_KEY_BYTES);
    fs_destroy(keys);
}

static void tell_ingest(struct auth_program *p)
{
    struct bytes json = { 0 };
    auth_lock(p->auth);
    p->auth->settings_changed = false;
    auth_unlock(p->auth);
    if (auth_write_ingest_settings(p->auth, &json) == 0)
        settings_sender_send(p->sender, bytes_str(&json));
    bytes_release(&json);
}

/* The first word of the supervisor is our own boot id: grants carry it, so nothing is served
 * before. */
static void await_boot_id(struct auth_program *p, uint8_t boot_id[16])
{
    struct bytes buf = { 0 };
    struct control_event event;
    for (;;) {
        if (control_receive(p->control, &buf, &event) != 0 || event.type == CONTROL_DRAIN)
            exit(0);
        if (event.type == CONTROL_RELINK && str_equal(event.link, STR("self")))
            break;
        sock_close(event.fd);
    }
    memcpy(boot_id, event.boot_id, sizeof(event.boot_id));
    bytes_release(&buf);
}

static void open_auth(struct auth_program *p)
{
    struct auth_config config = {
        .fs = p->data, .grant_key = p->grant_key, .refs = p->refs, .ledger = p->ledger,
        .owner_uid = (uint32_t)handed_get(&p->handed, "owner_uid"),
    };
    await_boot_id(p, config.boot_id);
    int r = auth_open(&config, &p->auth);
    if (r != 0) {
        log_error("cannot open what members and keys are kept in: %s", err_text(r));
        exit(1);
    }
}

/* ---- serving -------------------------------------------------------------------------------- */

static void close_web(struct auth_program *p)
{
    answering_attach(p->answering, -1);
    p->web = -1;
}

/* What was begun is not waited for: a database that is closed takes nothing half, and whoever
 * asked finds the link closed. */
static void end(struct auth_program *p, int status)
{
    auth_close_for_good(p->auth);
    exit(status);
}

/* What is not of the table closes the link and ends us: we are started again, and all links are
 * made anew with us. */
static void give_up(struct auth_program *p, const char *link, int r)
{
    log_error("link %s is closed: %s", link, err_text(r));
    end(p, 5);
}

static void serve_web(struct auth_program *p, struct bytes *buf)
{
    struct msg msg;
    int r = msg_receive(p->web, false, 0, buf, &msg);
    if (r == ERR_TIMEOUT)
        return;
    if (r == 0)
        r = answering_take(p->answering, &msg);
    /* Cookies, secrets, a text that somebody looks up: they end here. */
    hash_wipe(buf->ptr, buf->len);
    if (r == ERR_CLOSED)
        close_web(p);
    else if (r != 0)
        give_up(p, "web-auth", r);
}

/* The ledger froze or thawed somebody: their logins end before it is answered. */
static int take_note(struct auth_program *p, struct str body)
{
    struct ledger_note note;
    int r = ledger_wire_decode_note(body, &note);
    if (r != 0)
        return r;
    auth_lock(p->auth);
    r = db_begin(p->auth->db);
    if (r == 0) {
        r = decisions_freeze(p->auth, note.principal, note.is_frozen);
        if (r == 0)
            r = db_commit(p->auth->db);
        else
            db_rollback(p->auth->db);
    }
    if (r != 0)
        auth_note_failure(p->auth, r);
    auth_unlock(p->auth);
    return 0;
}

static void serve_ledger(struct auth_program *p, struct bytes *buf)
{
    struct msg msg;
    int r = msg_receive(p->notes, false, 0, buf, &msg);
    if (r == ERR_TIMEOUT)
        return;
    if (r == 0)
        r = msg.type == LEDGER_NOTE ? take_note(p, msg.body) : ERR_INVALID;
    struct msg reply = { .type = LEDGER_DONE, .id = msg.id, .body = STR(""), .fd = -1 };
    if (r == 0)
        r = msg_send(p->notes, &reply, SEND_MS);
    if (r == ERR_CLOSED) {
        sock_close(p->notes);
        p->notes = -1;
    } else if (r != 0) {
        give_up(p, "ledger-auth", r);
    }
}

static void relink(struct auth_program *p, const struct control_event *event)
{
    if (event->fd < 0)
        return;
    if (str_equal(event->link, STR("web-auth"))) {
        answering_attach(p->answering, event->fd);
        p->web = event->fd;
    } else if (str_equal(event->link, STR("auth-ledger"))) {
        link_attach(p->ledger, event->fd);
        ledger_teller_start(p->teller);
    } else if (str_equal(event->link, STR("ledger-auth"))) {
        sock_close(p->notes);
        p->notes = event->fd;
    } else if (str_equal(event->link, STR("auth-ingest"))) {
        link_attach(p->ingest, event->fd);
        tell_ingest(p);
    } else {
        sock_close(event->fd);
    }
}

static bool serve_control(struct auth_program *p, struct bytes *buf)
{
    struct control_event event;
    if (control_receive(p->control, buf, &event) != 0)
        return false;
    if (event.type == CONTROL_DRAIN)
        end(p, 0);
    else if (event.type == CONTROL_RELINK)
        relink(p, &event);
    return true;
}

static void tick(struct auth_program *p)
{
    uint64_t now = clock_boot_ms();
    if (now - p->advanced_ms >= WAKE_MS) {
        p->advanced_ms = now;
        auth_advance(p->auth);
    }
    if (now - p->ticked_ms < FLUSH_MS)
        return;
    p->ticked_ms = now;
    auth_tick(p->auth);
}

static int serve(struct auth_program *p)
{
    struct bytes buf = { 0 };
    for (;;) {
        int fds[] = { p->control, p->web, p->notes };
        bool which[3];
        if (spawn_wait(fds, which, 3, WAKE_MS) != 0)
            return 1;
        if (which[0] && !serve_control(p, &buf))
            return 0;
        /* Another link may have come just now: what was seen was the former one. */
        if (which[1] && p->web == fds[1])
            serve_web(p, &buf);
        if (which[2] && p->notes == fds[2])
            serve_ledger(p, &buf);
        tick(p);
        if (p->auth->settings_changed)
            tell_ingest(p);
        /* A new start reads what is really on disk; until then nobody is let in. */
        if (p->auth->has_failed)
            end(p, 4);
    }
}

int main(int argc, char **argv)
{
    static struct auth_program p = { .web = -1, .notes = -1 };
    uint64_t seed;

    log_name("amana-auth");
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    handed_init(&p.handed, argc, argv);
    p.control = handed_get(&p.handed, "control");
    link_report_to(p.control);
    p.data = fs_real_create(handed_get(&p.handed, "data"));
    sandbox_enter(&p.handed, &sandbox_auth);

    load_keys(&p);
    p.ledger = link_create("auth-ledger");
    open_auth(&p);
    p.answering = answering_create(p.auth);
    p.teller = ledger_teller_create(p.auth, TELL_RETRY_MS);
    p.ingest = link_create("auth-ingest");
    p.sender = settings_sender_create(p.ingest, RETRY_MS);
    p.ticked_ms = clock_boot_ms();
    if (control_send_ready(p.control) != 0)
        return 1;
    return serve(&p);
}
