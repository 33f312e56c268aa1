#include "sys/link.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "sys/clock.h"
#include "sys/control.h"

struct waiter {
    struct waiter *next;
    uint64_t id;
    bool is_done;
    int r;
    uint8_t type;
    struct bytes *answer;
    pthread_cond_t wake;
};

struct link {
    const char *name;
    pthread_mutex_t lock;
    pthread_mutex_t send_lock; /* one writer at a time; never held while waiting for an answer */
    struct waiter *waiters;
    uint64_t next_id;
    int fd;               /* -1 = closed; owned */
    pthread_t reader;
    bool has_reader;
    struct bytes received; /* the reader's; lies here so that it is seen to belong to us */
};

static int report_control = -1;

void link_report_to(int control)
{
    report_control = control;
}

void link_report_broken(const char *name)
{
    if (report_control >= 0 && control_send_broken(report_control, str_from(name)) != 0)
        log_warn("link %s: the supervisor does not hear that it is broken", name);
}

struct link *link_create(const char *name)
{
    struct link *link = calloc(1, sizeof(*link));
    check(link != NULL);
    link->name = name;
    link->fd = -1;
    link->next_id = 1;
    check(pthread_mutex_init(&link->lock, NULL) == 0);
    check(pthread_mutex_init(&link->send_lock, NULL) == 0);
    return link;
}

static void finish(struct waiter *w, int r)
{
    w->r = r;
    w->is_done = true;
    (void)pthread_cond_signal(&w->wake);
}

static void fail_all(struct link *link)
{
    for (struct waiter *w = link->waiters; w; w = w->next)
        if (!w->is_done)
            finish(w, ERR_CLOSED);
}

/* Reads answers until the peer is gone. Runs once per attached descriptor. */
static void *read_answers(void *arg)
{
    struct link *link = arg;
    struct bytes *received = &link->received;
    struct msg msg;
    int fd = link->fd, r;
    while ((r = msg_receive(fd, false, UINT32_MAX, received, &msg)) == 0) {
        (void)pthread_mutex_lock(&link->lock);
        for (struct waiter *w = link->waiters; w; w = w->next) {
            if (w->id != msg.id || w->is_done)
                continue;
            w->type = msg.type;
            bytes_append_str(w->answer, msg.body);
            finish(w, 0);
        }
        (void)pthread_mutex_unlock(&link->lock);
        /* It is the asker's now, and may be a secret: no copy waits here for the next answer. */
        explicit_bzero(received->ptr, received->len);
    }
    if (r != ERR_CLOSED)
        log_warn("link %s: %s", link->name, err_text(r));
    (void)shutdown(fd, SHUT_RDWR);
    (void)pthread_mutex_lock(&link->lock);
    fail_all(link);
    (void)pthread_mutex_unlock(&link->lock);
    if (r == ERR_INVALID)
        link_report_broken(link->name);
    bytes_wipe(received);
    return NULL;
}

/* Ends the former descriptor and its reader. */
static void detach(struct link *link)
{
    if (!link->has_reader)
        return;
    (void)shutdown(link->fd, SHUT_RDWR);
    (void)pthread_join(link->reader, NULL);
    (void)pthread_mutex_lock(&link->send_lock);
    (void)pthread_mutex_lock(&link->lock);
    (void)close(link->fd);
    link->fd = -1;
    link->has_reader = false;
    (void)pthread_mutex_unlock(&link->lock);
    (void)pthread_mutex_unlock(&link->send_lock);
}

void link_attach(struct link *link, int fd)
{
    detach(link);
    if (fd < 0)
        return;
    (void)pthread_mutex_lock(&link->lock);
    link->fd = fd;
    link->has_reader = true;
    (void)pthread_mutex_unlock(&link->lock);
    check(pthread_create(&link->reader, NULL, read_answers, link) == 0);
}

void link_destroy(struct link *link)
{
    if (!link)
        return;
    detach(link);
    (void)pthread_mutex_destroy(&link->lock);
    (void)pthread_mutex_destroy(&link->send_lock);
    free(link);
}

bool link_is_open(const struct link *link)
{
    return link->fd >= 0;
}

/* Waits under the lock until the answer is there or the time is up. */
static void wait_answer(struct link *link, struct waiter *w, uint32_t timeout_ms)
{
    struct timespec until = clock_cond_until(timeout_ms);
    while (!w->is_done)
        if (pthread_cond_timedwait(&w->wake, &link->lock, &until) != 0 && !w->is_done)
            finish(w, ERR_TIMEOUT);
}

static void enlist(struct link *link, struct waiter *w)
{
    clock_cond_init(&w->wake);
    w->id = link->next_id++;
    w->next = link->waiters;
    link->waiters = w;
}

int link_ask(struct link *link, uint8_t type, struct str body, uint32_t timeout_ms,
             uint8_t *answer_type, struct bytes *answer)
{
    struct waiter w = { .answer = answer };
    struct msg msg = { .type = type, .body = body, .fd = -1,
                       .deadline_ms = clock_boot_ms() + timeout_ms };
    bytes_reset(answer);
    (void)pthread_mutex_lock(&link->lock);
    enlist(link, &w);
    msg.id = w.id;
    (void)pthread_mutex_unlock(&link->lock);

    (void)pthread_mutex_lock(&link->send_lock);
    int r = link->fd < 0 ? ERR_CLOSED : msg_send(link->fd, &msg, timeout_ms);
    (void)pthread_mutex_unlock(&link->send_lock);

    (void)pthread_mutex_lock(&link->lock);
    if (r != 0 && !w.is_done)
        finish(&w, r);
    wait_answer(link, &w, timeout_ms);
    for (struct waiter **at = &link->waiters; *at; at = &(*at)->next) {
        if (*at == &w) {
            *at = w.next;
            break;
        }
    }
    (void)pthread_mutex_unlock(&link->lock);
    (void)pthread_cond_destroy(&w.wake);
    *answer_type = w.type;
    return w.r;
}
