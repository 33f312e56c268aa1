/* amana-vault: no network. Holds its secret key, the intake secret and the key store. Takes sealed
 * batches from query and opens their outer box; opens a value for web only after the ledger has
 * written down for whom and why, with the share that the ledger gives for it. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "crypto/random.h"
#include "sys/control.h"
#include "sys/handed.h"
#include "sys/link.h"
#include "sys/sandbox.h"
#include "sys/sock.h"
#include "vault/inside/opening.h"
#include "vault/inside/vault_answers.h"
#include "vault/inside/web_answers.h"

enum { ORIGIN_MAX = 255 };

struct vault {
    struct handed handed;
    int control;
    struct fs *data;
    struct fs *keys;
    struct intake *intake;
    struct turn turn;       /* at the tables: a group of the intake, a reveal, the end */
    struct opening *opening;
    struct link *ledger;
    char origin[ORIGIN_MAX + 1];
};

struct answering {
    struct vault *vault;
    int link;
};

static void read_key(struct vault *vault, const char *name, uint8_t out[32])
{
    int r = fs_read_exactly(vault->keys, name, out, 32);
    if (r == 0)
        return;
    log_error("cannot read key %s: %s", name, err_text(r));
    exit(1);
}

static void load(struct vault *vault)
{
    struct intake_secrets *secrets = sandbox_key_alloc(sizeof(*secrets));
    read_key(vault, "secret.key", secrets->vault);
    read_key(vault, "intake.key", secrets->intake);
    read_key(vault, "custody.key", secrets->custody);
    int r = intake_open(vault->data, vault->keys, secrets, &vault->intake);
    sandbox_key_free(secrets, sizeof(*secrets));
    if (r != 0) {
        log_error("cannot open the vault: %s", err_text(r));
        exit(1);
    }
}

/* What the ledger's receipts are checked with; without it nothing is opened. */
static void load_log(struct vault *vault, struct opening_config *config)
{
    struct bytes origin = { 0 };
    read_key(vault, "auth.pub", config->auth_public);
    read_key(vault, "log.pub", config->log_public);
    int r = fs_read_file(vault->keys, "log.origin", ORIGIN_MAX, &origin);
    if (r != 0) {
        log_error("cannot read log.origin: %s", err_text(r));
        exit(1);
    }
    memcpy(vault->origin, origin.ptr, origin.len);
    bytes_release(&origin);
    config->origin = vault->origin;
}

static void open_opening(struct vault *vault)
{
    struct opening_config config = { .intake = vault->intake, .turn = &vault->turn,
                                     .ledger = vault->ledger };
    load_log(vault, &config);
    int r = opening_create(&config, &vault->opening);
    if (r != 0) {
        log_error("cannot read what was seen of the ledger: %s", err_text(r));
        exit(1);
    }
}

static NO_RETURN void give_up(struct vault *vault, int r)
{
    turn_take(&vault->turn); /* no group of another link is cut in the middle */
    log_error("amana-vault ends: %s", err_text(r));
    exit(r == ERR_IO ? 4 : 5);
}

static void *answer_query(void *arg)
{
    struct answering *answering = arg;
    struct vault *vault = answering->vault;
    int r = vault_answers_serve(answering->link, vault->intake, &vault->turn);
    free(answering);
    if (r != 0)
        give_up(vault, r);
    return NULL;
}

static void *answer_web(void *arg)
{
    struct answering *answering = arg;
    struct vault *vault = answering->vault;
    int r = web_answers_serve(answering->link, vault->opening);
    free(answering);
    if (r != 0)
        give_up(vault, r);
    return NULL;
}

static void answer_on(struct vault *vault, int link, void *(*serve)(void *))
{
    pthread_t thread;
    struct answering *answering = calloc(1, sizeof(*answering));
    check(answering != NULL);
    *answering = (struct answering){ .vault = vault, .link = link };
    check(pthread_create(&thread, NULL, serve, answering) == 0);
    (void)pthread_detach(thread);
}

static void relink(struct vault *vault, const struct control_event *event)
{
    if (event->fd < 0) {
        if (str_equal(event->link, STR("auth")))
            opening_set_auth_boot(vault->opening, event->boot_id);
    } else if (str_equal(event->link, STR("query-vault"))) {
        answer_on(vault, event->fd, answer_query);
    } else if (str_equal(event->link, STR("web-vault"))) {
        answer_on(vault, event->fd, answer_web);
    } else if (str_equal(event->link, STR("vault-ledger"))) {
        link_attach(vault->ledger, event->fd);
    } else {
        sock_close(event->fd);
    }
}

/* Between two groups; the turn is kept, so that no other begins. */
static NO_RETURN void drain(struct vault *vault)
{
    if (opening_save(vault->opening) != 0)
        log_warn("what was seen of the ledger last is not written down");
    turn_take(&vault->turn);
    intake_close(vault->intake);
    exit(0);
}

int main(int argc, char **argv)
{
    static struct vault vault;
    struct bytes buf = { 0 };
    struct control_event event;
    uint64_t seed;

    log_name("amana-vault");
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    handed_init(&vault.handed, argc, argv);
    vault.control = handed_get(&vault.handed, "control");
    link_report_to(vault.control);
    vault.keys = fs_real_create(handed_get(&vault.handed, "keys"));
    vault.data = fs_real_create(handed_get(&vault.handed, "data"));
    sandbox_enter(&vault.handed, &sandbox_vault);

    turn_init(&vault.turn);
    vault.ledger = link_create("vault-ledger");
    load(&vault);
    open_opening(&vault);
    if (control_send_ready(vault.control) != 0)
        return 1;
    while (control_receive(vault.control, &buf, &event) == 0) {
        if (event.type == CONTROL_DRAIN)
            drain(&vault);
        else if (event.type == CONTROL_RELINK)
            relink(&vault, &event);
    }
    return 0;
}
