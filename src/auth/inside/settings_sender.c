#include "auth/inside/settings_sender.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "auth/wire/ingest_notes.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/log.h"
#include "sys/clock.h"

enum { ASK_MS = 5000, PAUSE_MS = 200 };

struct settings_sender {
    struct link *link;
    uint32_t retry_ms;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct bytes json;      /* the newest */
    uint64_t version;       /* grows with each; 0 = none yet */
    uint64_t settled;       /* needs no further sending */
    bool is_ending;
};

/* Gives the rest of the house retry_ms, or less when something newer comes. Holds the lock. */
static void pause_after_failure(struct settings_sender *s, uint64_t failed)
{
    uint64_t until = clock_boot_ms() + s->retry_ms;
    while (!s->is_ending && s->version == failed && clock_boot_ms() < until) {
        (void)pthread_mutex_unlock(&s->lock);
        clock_sleep_ms(s->retry_ms < PAUSE_MS ? s->retry_ms : PAUSE_MS);
        (void)pthread_mutex_lock(&s->lock);
    }
}

/* True when there is nothing left to do for these settings: ingest has them, or it is gone and gets
 * the newest with its next link. */
static bool send_once(struct settings_sender *s, struct str json)
{
    struct bytes answer = { 0 };
    uint8_t type = 0;
    int r = link_ask(s->link, INGEST_NOTE_SETTINGS, json, ASK_MS, &type, &answer);
    bytes_release(&answer);
    if (r == 0 && type == INGEST_NOTE_REFUSED)
        log_warn("ingest does not take its new settings");
    else if (r != 0 && r != ERR_CLOSED)
        log_warn("ingest has not taken its new settings: %s", err_text(r));
    return r == ERR_CLOSED || (r == 0 && type == INGEST_NOTE_OK);
}

static void *run(void *arg)
{
    struct settings_sender *s = arg;
    struct bytes json = { 0 };
    (void)pthread_mutex_lock(&s->lock);
    for (;;) {
        while (!s->is_ending && s->version == s->settled)
            (void)pthread_cond_wait(&s->wake, &s->lock);
        if (s->is_ending)
            break;
        uint64_t version = s->version;
        bytes_reset(&json);
        bytes_append_str(&json, bytes_str(&s->json));
        (void)pthread_mutex_unlock(&s->lock);
        bool is_settled = send_once(s, bytes_str(&json));
        (void)pthread_mutex_lock(&s->lock);
        if (is_settled)
            s->settled = version;
        else
            pause_after_failure(s, version);
    }
    (void)pthread_mutex_unlock(&s->lock);
    bytes_release(&json);
    return NULL;
}

struct settings_sender *settings_sender_create(struct link *link, uint32_t retry_ms)
{
    struct settings_sender *s = calloc(1, sizeof(*s));
    check(s != NULL);
    s->link = link;
    s->retry_ms = retry_ms;
    check(pthread_cond_init(&s->wake, NULL) == 0);
    check(pthread_mutex_init(&s->lock, NULL) == 0);
    check(pthread_create(&s->thread, NULL, run, s) == 0);
    return s;
}

void settings_sender_destroy(struct settings_sender *s)
{
    if (!s)
        return;
    (void)pthread_mutex_lock(&s->lock);
    s->is_ending = true;
    (void)pthread_cond_signal(&s->wake);
    (void)pthread_mutex_unlock(&s->lock);
    check(pthread_join(s->thread, NULL) == 0);
    (void)pthread_cond_destroy(&s->wake);
    (void)pthread_mutex_destroy(&s->lock);
    bytes_release(&s->json);
    free(s);
}

void settings_sender_send(struct settings_sender *s, struct str json)
{
    (void)pthread_mutex_lock(&s->lock);
    bytes_reset(&s->json);
    bytes_append_str(&s->json, json);
    s->version++;
    (void)pthread_cond_signal(&s->wake);
    (void)pthread_mutex_unlock(&s->lock);
}
