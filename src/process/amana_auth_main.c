/* amana-auth: members, login sessions, API keys and project settings; signs grants. No network and
 * no data about people: it answers web over "web-auth" and tells ingest its settings over
 * "auth-ingest". One thread answers, one question after another: each takes microseconds. */
#include <stdlib.h>
#include <string.h>

#include "auth/inside/answers.h"
#include "auth/inside/auth.h"
#include "auth/inside/settings_sender.h"
#include "auth/wire/auth_wire.h"
#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "crypto/random.h"
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
    FLUSH_MS = 60 * 1000,     /* how much a crash forgets of "last used" */
    WAKE_MS = 1000,
    SEND_MS = 2000,
    RETRY_MS = 5000,          /* settings that ingest could not take */
};

struct auth_program {
    struct handed handed;
    int control;
    struct fs *data;
    uint8_t *grant_key;
    struct auth *auth;
    int web;                  /* the answering end of web-auth; -1 = closed */
    struct link *ingest;
    struct settings_sender *sender;
    uint64_t ticked_ms;
};

static void load_grant_key(struct auth_program *p)
{
    struct fs *keys = fs_real_create(handed_get(&p->handed, "keys"));
    p->grant_key = sandbox_key_alloc(GRANT_KEY_BYTES);
    int r = fs_read_exactly(keys, "grant.key", p->grant_key, GRANT_KEY_BYTES);
    if (r != 0) {
        log_error("cannot read key grant.key: %s", err_text(r));
        exit(1);
    }
    fs_destroy(keys);
}

static void tell_ingest(struct auth_program *p)
{
    struct bytes json = { 0 };
    p->auth->settings_changed = false;
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
        .fs = p->data, .grant_key = p->grant_key,
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
    sock_close(p->web);
    p->web = -1;
}

static int answer_one(struct auth_program *p, const struct msg *msg)
{
    struct auth_request request;
    struct auth_answer answer;
    struct arena arena;
    struct bytes body = { 0 };
    int r = auth_wire_decode_request(msg->type, msg->body, &request);
    if (r != 0)
        return r;
    arena_init(&arena, 0);
    answers_make(p->auth, &request, &arena, &answer);
    auth_wire_encode_answer(&answer, &body);
    struct msg reply = { .type = (uint8_t)answer.type, .id = msg->id, .body = bytes_str(&body),
                         .fd = -1 };
    r = msg_send(p->web, &reply, SEND_MS);
    bytes_wipe(&body);
    arena_wipe(&arena);
    return r;
}

/* What is not of the table closes the link and ends us: we are started again, and all links are
 * made anew with us. */
static void give_up(struct auth_program *p, int r)
{
    log_error("link web-auth is closed: %s", err_text(r));
    close_web(p);
    auth_close(p->auth);
    exit(5);
}

static void serve_web(struct auth_program *p, struct bytes *buf)
{
    struct msg msg;
    int r = msg_receive(p->web, false, 0, buf, &msg);
    if (r == ERR_TIMEOUT)
        return;
    if (r == 0)
        r = answer_one(p, &msg);
    if (r == ERR_CLOSED)
        close_web(p);
    else if (r != 0)
        give_up(p, r);
    if (p->auth->settings_changed)
        tell_ingest(p);
}

static void relink(struct auth_program *p, const struct control_event *event)
{
    if (event->fd < 0)
        return;
    if (str_equal(event->link, STR("web-auth"))) {
        close_web(p);
        p->web = event->fd;
    } else if (str_equal(event->link, STR("auth-ingest"))) {
        link_attach(p->ingest, event->fd);
        tell_ingest(p);
    } else {
        sock_close(event->fd);
    }
}

static void drain(struct auth_program *p)
{
    close_web(p);
    auth_close(p->auth);
    exit(0);
}

static bool serve_control(struct auth_program *p, struct bytes *buf)
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

static void tick(struct auth_program *p)
{
    uint64_t now = clock_boot_ms();
    if (now - p->ticked_ms < FLUSH_MS)
        return;
    p->ticked_ms = now;
    auth_tick(p->auth);
}

static int serve(struct auth_program *p)
{
    struct bytes buf = { 0 };
    for (;;) {
        int fds[] = { p->control, p->web };
        bool which[2];
        if (spawn_wait(fds, which, 2, WAKE_MS) != 0)
            return 1;
        if (which[0] && !serve_control(p, &buf))
            return 0;
        /* Another link may have come just now: what was seen was the former one. */
        if (which[1] && p->web == fds[1])
            serve_web(p, &buf);
        tick(p);
        /* A new start reads what is really on disk; until then nobody is let in. */
        if (p->auth->has_failed) {
            auth_close(p->auth);
            exit(4);
        }
    }
}

int main(int argc, char **argv)
{
    static struct auth_program p = { .web = -1 };
    uint64_t seed;

    log_name("amana-auth");
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    handed_init(&p.handed, argc, argv);
    p.control = handed_get(&p.handed, "control");
    p.data = fs_real_create(handed_get(&p.handed, "data"));
    sandbox_enter(&p.handed, &sandbox_auth);

    load_grant_key(&p);
    open_auth(&p);
    p.ingest = link_create("auth-ingest");
    p.sender = settings_sender_create(p.ingest, RETRY_MS);
    p.ticked_ms = clock_boot_ms();
    if (control_send_ready(p.control) != 0)
        return 1;
    return serve(&p);
}
