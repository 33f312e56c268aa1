#include "auth/inside/answering.h"

#include <pthread.h>
#include <stdlib.h>

#include "auth/inside/answers.h"
#include "base/err.h"
#include "sys/sock.h"

enum { SEND_MS = 2000 };

struct job {
    uint64_t link;        /* which of the links that were attached */
    uint64_t id;
    uint8_t type;
    struct bytes body;
};

struct answering {
    struct auth *auth;
    pthread_t threads[ANSWERING_THREADS];
    pthread_mutex_t lock;      /* of the queue */
    pthread_cond_t wake;
    struct job queue[ANSWERING_QUEUE_MAX];
    uint32_t first, count;
    bool is_ending;
    pthread_mutex_t sending;   /* of what follows */
    int fd;
    uint64_t link;
};

static int send_answer(struct answering *a, uint64_t link, uint64_t id,
                       const struct auth_answer *answer)
{
    struct bytes body = { 0 };
    int r = 0;
    auth_wire_encode_answer(answer, &body);
    struct msg reply = { .type = (uint8_t)answer->type, .id = id, .body = bytes_str(&body),
                         .fd = -1 };
    (void)pthread_mutex_lock(&a->sending);
    if (link == a->link && a->fd >= 0)
        r = msg_send(a->fd, &reply, SEND_MS);
    (void)pthread_mutex_unlock(&a->sending);
    bytes_wipe(&body);
    return r;
}

static int answer_here(struct answering *a, uint64_t link, uint64_t id,
                       const struct auth_request *request)
{
    struct auth_answer answer;
    struct arena arena;
    arena_init(&arena, 0);
    answers_make(a->auth, request, &arena, &answer);
    int r = send_answer(a, link, id, &answer);
    arena_wipe(&arena);
    return r;
}

/* ---- threads -------------------------------------------------------------------------------- */

/* The body was decoded once before it was queued. A send that fails means that web is gone: the
 * link's own end is seen by who reads it. */
static void work_off(struct answering *a, struct job *job)
{
    struct auth_request request;
    check(auth_wire_decode_request(job->type, bytes_str(&job->body), &request) == 0);
    (void)!answer_here(a, job->link, job->id, &request);
    bytes_wipe(&job->body);
}

static void *run(void *arg)
{
    struct answering *a = arg;
    (void)pthread_mutex_lock(&a->lock);
    for (;;) {
        while (a->count == 0 && !a->is_ending)
            (void)pthread_cond_wait(&a->wake, &a->lock);
        if (a->count == 0)
            break;
        struct job job = a->queue[a->first];
        a->first = (a->first + 1) % ANSWERING_QUEUE_MAX;
        a->count--;
        (void)pthread_mutex_unlock(&a->lock);
        work_off(a, &job);
        (void)pthread_mutex_lock(&a->lock);
    }
    (void)pthread_mutex_unlock(&a->lock);
    return NULL;
}

static bool enqueue(struct answering *a, const struct msg *msg)
{
    (void)pthread_mutex_lock(&a->lock);
    bool has_room = a->count < ANSWERING_QUEUE_MAX;
    if (has_room) {
        struct job *job = &a->queue[(a->first + a->count++) % ANSWERING_QUEUE_MAX];
        *job = (struct job){ .link = a->link, .id = msg->id, .type = msg->type };
        bytes_append_str(&job->body, msg->body);
        (void)pthread_cond_signal(&a->wake);
    }
    (void)pthread_mutex_unlock(&a->lock);
    return has_room;
}

/* ---- the caller's side ---------------------------------------------------------------------- */

struct answering *answering_create(struct auth *auth)
{
    struct answering *a = calloc(1, sizeof(*a));
    check(a != NULL);
    a->auth = auth;
    a->fd = -1;
    check(pthread_mutex_init(&a->lock, NULL) == 0);
    check(pthread_mutex_init(&a->sending, NULL) == 0);
    check(pthread_cond_init(&a->wake, NULL) == 0);
    for (int i = 0; i < ANSWERING_THREADS; i++)
        check(pthread_create(&a->threads[i], NULL, run, a) == 0);
    return a;
}

void answering_destroy(struct answering *a)
{
    if (!a)
        return;
    answering_attach(a, -1);
    (void)pthread_mutex_lock(&a->lock);
    a->is_ending = true;
    (void)pthread_cond_broadcast(&a->wake);
    (void)pthread_mutex_unlock(&a->lock);
    for (int i = 0; i < ANSWERING_THREADS; i++)
        check(pthread_join(a->threads[i], NULL) == 0);
    (void)pthread_cond_destroy(&a->wake);
    (void)pthread_mutex_destroy(&a->sending);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

void answering_attach(struct answering *a, int fd)
{
    (void)pthread_mutex_lock(&a->sending);
    sock_close(a->fd);
    a->fd = fd;
    a->link++;
    (void)pthread_mutex_unlock(&a->sending);
}

int answering_take(struct answering *a, const struct msg *msg)
{
    struct auth_request request;
    int r = auth_wire_decode_request(msg->type, msg->body, &request);
    if (r != 0)
        return r;
    if (!answers_may_wait(&request))
        return answer_here(a, a->link, msg->id, &request);
    if (enqueue(a, msg))
        return 0;
    struct auth_answer answer = { .type = AUTH_REFUSED, .code = STR("throttled") };
    return send_answer(a, a->link, msg->id, &answer);
}
