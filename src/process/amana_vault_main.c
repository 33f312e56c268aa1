/* amana-vault: no network. Holds its secret key, the intake secret and the key store; takes sealed
 * batches from query, opens the outer box only, and answers nothing else yet. */
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
#include "sys/sandbox.h"
#include "sys/sock.h"
#include "vault/inside/vault_answers.h"

struct vault {
    struct handed handed;
    int control;
    struct fs *data;
    struct fs *keys;
    struct intake *intake;
    pthread_mutex_t lock;   /* held while a group runs */
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

static void *answer_query(void *arg)
{
    struct answering *answering = arg;
    struct vault *vault = answering->vault;
    int r = vault_answers_serve(answering->link, vault->intake, &vault->lock);
    free(answering);
    if (r == 0)
        return NULL;
    (void)pthread_mutex_lock(&vault->lock); /* no group of another link is cut in the middle */
    log_error("amana-vault ends: %s", err_text(r));
    exit(r == ERR_IO ? 4 : 5);
}

static void relink(struct vault *vault, const struct control_event *event)
{
    pthread_t thread;
    if (event->fd < 0)
        return;
    if (!str_equal(event->link, STR("query-vault"))) {
        sock_close(event->fd);
        return;
    }
    struct answering *answering = calloc(1, sizeof(*answering));
    check(answering != NULL);
    *answering = (struct answering){ .vault = vault, .link = event->fd };
    check(pthread_create(&thread, NULL, answer_query, answering) == 0);
    (void)pthread_detach(thread);
}

/* Between two groups; the lock is kept, so that no other begins. */
static NO_RETURN void drain(struct vault *vault)
{
    (void)pthread_mutex_lock(&vault->lock);
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
    vault.keys = fs_real_create(handed_get(&vault.handed, "keys"));
    vault.data = fs_real_create(handed_get(&vault.handed, "data"));
    sandbox_enter(&vault.handed, &sandbox_vault);

    check(pthread_mutex_init(&vault.lock, NULL) == 0);
    load(&vault);
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
