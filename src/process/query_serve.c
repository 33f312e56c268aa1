#include "process/query_serve.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "sys/clock.h"
#include "sys/msg.h"
#include "sys/sock.h"

enum {
    SEND_MS = 2000,
    LOOK_MS = 200,            /* a reader looks whether it is to end */
    GATHER_MS = 20,           /* news are gathered before polls are woken */
    BEFORE_DEADLINE_MS = 250, /* a parked poll is answered before its asker gives up */
    WORKERS = QUERY_SERVE_REPORTS + QUERY_SERVE_OTHERS,
};

/* One attached link; freed with its last holder: the reader, or a question from it. */
struct peer {
    int fd;
    uint32_t holders;                 /* under serve->lock */
    pthread_mutex_t send_lock;
    _Atomic bool is_gone;
    struct query_serve *serve;
    struct peer *next;
};

struct job {
    struct job *next;
    struct peer *peer;
    uint64_t id;
    uint64_t deadline_ms;
    uint64_t due_ms;                  /* parked: answered then at the latest */
    bool has_waited;
    struct query_live_cursor after;   /* parked: what it has seen */
    struct bytes body;
    struct query_question question;   /* borrows from body */
    struct query_verdict verdict;
};

struct lane {
    struct job *first;
    struct job **last;
    uint32_t count;
    uint32_t max;
    pthread_cond_t wake;
};

struct query_serve {
    const struct query_answers *answers;
    query_serve_broken_fn broken;
    pthread_mutex_t lock;             /* over lanes, parked, peers, holders */
    struct lane reports;
    struct lane others;
    struct job *parked;
    uint32_t parked_count;
    struct peer *peers;               /* all that somebody holds */
    _Atomic uint32_t reader_count;
    _Atomic uint32_t job_count;       /* admitted and not ended */
    _Atomic bool is_draining;         /* nothing further is read, nothing is parked */
    _Atomic bool is_stopping;
    pthread_t workers[WORKERS];
    pthread_t waker;
};

/* ---- peers and jobs ------------------------------------------------------------------------- */

static void lock(struct query_serve *s)
{
    (void)pthread_mutex_lock(&s->lock);
}

static void unlock(struct query_serve *s)
{
    (void)pthread_mutex_unlock(&s->lock);
}

static void let_go(struct query_serve *s, struct peer *peer)
{
    lock(s);
    bool is_last = --peer->holders == 0;
    struct peer **at = &s->peers;
    while (is_last && *at != peer)
        at = &(*at)->next;
    if (is_last)
        *at = peer->next;
    unlock(s);
    if (!is_last)
        return;
    sock_close(peer->fd);
    (void)pthread_mutex_destroy(&peer->send_lock);
    free(peer);
}

static void end_job(struct query_serve *s, struct job *job)
{
    let_go(s, job->peer);
    bytes_wipe(&job->body);
    free(job);
    s->job_count--;
}

static void send_answer(struct job *job, uint32_t status, struct str json)
{
    struct bytes body = { 0 };
    struct query_answer answer = { .status = status, .json = json };
    query_wire_encode_answer(&answer, &body);
    struct msg msg = { .type = QUERY_ANSWER, .id = job->id, .fd = -1, .body = bytes_str(&body) };
    (void)pthread_mutex_lock(&job->peer->send_lock);
    int r = job->peer->is_gone ? ERR_CLOSED : msg_send(job->peer->fd, &msg, SEND_MS);
    if (r == ERR_CLOSED)
        job->peer->is_gone = true;
    (void)pthread_mutex_unlock(&job->peer->send_lock);
    if (r != 0 && r != ERR_CLOSED)
        log_warn("an answer to web is lost: %s", err_text(r));
    bytes_release(&body);
}

static void send_busy(struct job *job)
{
    struct bytes json = { 0 };
    uint32_t status = query_answer_error(&json, 429, STR(""), "rate",
                                         STR("too many questions at once; ask again in a moment"));
    send_answer(job, status, bytes_str(&json));
    bytes_release(&json);
}

/* ---- lanes ---------------------------------------------------------------------------------- */

static void init_lane(struct lane *lane, uint32_t max)
{
    *lane = (struct lane){ .max = max, .last = &lane->first };
    check(pthread_cond_init(&lane->wake, NULL) == 0);
}

static void release_lane(struct query_serve *s, struct lane *lane)
{
    for (struct job *job = lane->first, *next; job; job = next) {
        next = job->next;
        end_job(s, job);
    }
    (void)pthread_cond_destroy(&lane->wake);
}

static struct lane *lane_of(struct query_serve *s, const struct job *job)
{
    /* What scans, or waits for the ledger, must not keep Live waiting. */
    bool is_long = job->question.what == QUERY_REPORT ||
                   (job->question.what >= QUERY_PEOPLE && job->question.what != QUERY_RESOLVE);
    return is_long ? &s->reports : &s->others;
}

/* Under the lock. */
static void put(struct lane *lane, struct job *job)
{
    job->next = NULL;
    *lane->last = job;
    lane->last = &job->next;
    lane->count++;
    (void)pthread_cond_signal(&lane->wake);
}

static void admit(struct query_serve *s, struct job *job)
{
    struct lane *lane = lane_of(s, job);
    lock(s);
    bool has_room = lane->count < lane->max;
    if (has_room)
        put(lane, job);
    unlock(s);
    if (!has_room) {
        send_busy(job);
        end_job(s, job);
    }
}

/* NULL when the threads are to end. */
static struct job *take(struct query_serve *s, struct lane *lane)
{
    lock(s);
    while (!lane->first && !s->is_stopping)
        (void)pthread_cond_wait(&lane->wake, &s->lock);
    struct job *job = s->is_stopping ? NULL : lane->first;
    if (job) {
        lane->first = job->next;
        lane->last = lane->first ? lane->last : &lane->first;
        lane->count--;
    }
    unlock(s);
    return job;
}

/* ---- long polls ----------------------------------------------------------------------------- */

static bool park(struct query_serve *s, struct job *job, const struct query_answer_wait *wait)
{
    uint64_t now = clock_boot_ms();
    job->after = wait->after;
    job->due_ms = now + wait->wait_ms;
    if (job->deadline_ms && job->due_ms + BEFORE_DEADLINE_MS > job->deadline_ms)
        job->due_ms = job->deadline_ms > now + BEFORE_DEADLINE_MS
                          ? job->deadline_ms - BEFORE_DEADLINE_MS : now;
    job->has_waited = true;
    lock(s);
    bool has_room = s->parked_count < QUERY_SERVE_PARKED;
    if (has_room) {
        job->next = s->parked;
        s->parked = job;
        s->parked_count++;
    }
    unlock(s);
    query_live_poke(s->answers->live); /* the waker reckons anew how long it may sleep */
    return has_room;
}

static bool is_due(struct query_serve *s, const struct job *job, uint64_t now)
{
    return job->due_ms <= now || job->peer->is_gone || s->is_draining ||
           query_live_has_news(s->answers->live, job->question.project, &job->after);
}

/* Gives those whose time has come to the workers. How long nothing else is due. */
static uint32_t wake_due(struct query_serve *s)
{
    uint64_t now = clock_boot_ms(), next = now + LOOK_MS;
    lock(s);
    for (struct job **at = &s->parked; *at;) {
        struct job *job = *at;
        if (is_due(s, job, now)) {
            *at = job->next;
            s->parked_count--;
            put(&s->others, job);
        } else {
            next = job->due_ms < next ? job->due_ms : next;
            at = &job->next;
        }
    }
    bool is_idle = s->parked == NULL;
    unlock(s);
    return is_idle ? 60000 : (uint32_t)(next - now);
}

static void *wake_parked(void *arg)
{
    struct query_serve *s = arg;
    uint64_t version = 0;
    while (!s->is_stopping) {
        query_live_wait(s->answers->live, &version, wake_due(s));
        clock_sleep_ms(GATHER_MS);
    }
    return NULL;
}

/* ---- workers -------------------------------------------------------------------------------- */

static void work_on(struct query_serve *s, struct job *job)
{
    struct bytes json = { 0 };
    struct query_answer_wait wait;
    if (job->peer->is_gone || (job->deadline_ms && job->deadline_ms <= clock_boot_ms())) {
        end_job(s, job); /* nobody waits for it */
        return;
    }
    if (!job->has_waited && !s->is_draining && job->verdict.holds &&
        query_answer_must_wait(s->answers, &job->question, &wait)) {
        if (!park(s, job, &wait)) {
            send_busy(job);
            end_job(s, job);
        }
        return;
    }
    uint32_t status = query_answer(s->answers, &job->question, &job->verdict,
                                   &job->peer->is_gone, &json);
    if (status)
        send_answer(job, status, bytes_str(&json));
    bytes_release(&json);
    end_job(s, job);
}

static void *answer_reports(void *arg)
{
    struct query_serve *s = arg;
    for (struct job *job; (job = take(s, &s->reports)) != NULL;)
        work_on(s, job);
    return NULL;
}

static void *answer_others(void *arg)
{
    struct query_serve *s = arg;
    for (struct job *job; (job = take(s, &s->others)) != NULL;)
        work_on(s, job);
    return NULL;
}

/* ---- reading -------------------------------------------------------------------------------- */

static int admit_frame(struct query_serve *s, struct peer *peer, const struct msg *msg)
{
    if (msg->type != QUERY_QUESTION)
        return ERR_INVALID;
    struct job *job = calloc(1, sizeof(*job));
    check(job != NULL);
    bytes_append_str(&job->body, msg->body);
    int r = query_wire_decode_question(bytes_str(&job->body), &job->question);
    if (r != 0) {
        bytes_release(&job->body);
        free(job);
        return r;
    }
    job->verdict = query_answer_judge(s->answers, &job->question);
    job->peer = peer;
    job->id = msg->id;
    job->deadline_ms = msg->deadline_ms;
    lock(s);
    peer->holders++;
    unlock(s);
    s->job_count++;
    admit(s, job);
    return 0;
}

/* Anything that is no question closes the link: the peer is broken or taken over. */
static void *read_peer(void *arg)
{
    struct peer *peer = arg;
    struct query_serve *s = peer->serve;
    struct bytes buf = { 0 };
    struct msg msg;
    int r = 0;
    while (r == 0 && !s->is_draining && !peer->is_gone) {
        r = msg_receive(peer->fd, false, LOOK_MS, &buf, &msg);
        if (r == 0)
            r = admit_frame(s, peer, &msg);
        else if (r == ERR_TIMEOUT)
            r = 0;
    }
    if (r != 0)
        peer->is_gone = true;
    if (r != 0 && r != ERR_CLOSED) {
        log_warn("link web-query is closed: %s", err_text(r));
        if (s->broken)
            s->broken(r);
    }
    bytes_release(&buf);
    let_go(s, peer);
    s->reader_count--;
    return NULL;
}

void query_serve_attach(struct query_serve *s, int fd)
{
    pthread_t reader;
    struct peer *peer = calloc(1, sizeof(*peer));
    check(peer != NULL && pthread_mutex_init(&peer->send_lock, NULL) == 0);
    peer->fd = fd;
    peer->holders = 1;
    peer->serve = s;
    lock(s);
    peer->next = s->peers;
    s->peers = peer;
    unlock(s);
    s->reader_count++;
    check(pthread_create(&reader, NULL, read_peer, peer) == 0);
    (void)pthread_detach(reader);
}

/* ---- life ----------------------------------------------------------------------------------- */

struct query_serve *query_serve_start(const struct query_answers *answers,
                                      query_serve_broken_fn broken)
{
    struct query_serve *s = calloc(1, sizeof(*s));
    check(s != NULL && pthread_mutex_init(&s->lock, NULL) == 0);
    s->answers = answers;
    s->broken = broken;
    init_lane(&s->reports, QUERY_SERVE_REPORTS_WAITING);
    init_lane(&s->others, QUERY_SERVE_OTHERS_WAITING);
    for (int i = 0; i < WORKERS; i++)
        check(pthread_create(&s->workers[i], NULL,
                             i < QUERY_SERVE_REPORTS ? answer_reports : answer_others, s) == 0);
    check(pthread_create(&s->waker, NULL, wake_parked, s) == 0);
    return s;
}

/* Waits until the count is 0; false after timeout_ms. */
static bool wait_none(const _Atomic uint32_t *count, uint32_t timeout_ms)
{
    uint64_t until = clock_boot_ms() + timeout_ms;
    while (*count != 0 && clock_boot_ms() < until)
        clock_sleep_ms(2);
    return *count == 0;
}

static void drain(struct query_serve *s, uint32_t drain_ms)
{
    s->is_draining = true;
    (void)wait_none(&s->reader_count, 2 * LOOK_MS);
    query_live_poke(s->answers->live);
    if (!wait_none(&s->job_count, drain_ms) && drain_ms)
        log_warn("%u questions are not answered any more", (unsigned)s->job_count);
}

void query_serve_stop(struct query_serve *s, uint32_t drain_ms)
{
    if (!s)
        return;
    drain(s, drain_ms);
    lock(s);
    s->is_stopping = true;
    for (struct peer *peer = s->peers; peer; peer = peer->next)
        peer->is_gone = true;
    (void)pthread_cond_broadcast(&s->reports.wake);
    (void)pthread_cond_broadcast(&s->others.wake);
    unlock(s);
    query_live_poke(s->answers->live);
    for (int i = 0; i < WORKERS; i++)
        (void)pthread_join(s->workers[i], NULL);
    (void)pthread_join(s->waker, NULL);
    check(wait_none(&s->reader_count, 10 * LOOK_MS));
    release_lane(s, &s->reports);
    release_lane(s, &s->others);
    for (struct job *job = s->parked, *next; job; job = next) {
        next = job->next;
        end_job(s, job);
    }
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
