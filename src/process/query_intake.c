#include "process/query_intake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "json/doc.h"
#include "json/write.h"
#include "sys/clock.h"
#include "sys/link.h"
#include "sys/msg.h"
#include "sys/sock.h"
#include "vault/wire/vault_wire.h"
#include "wal/wal_follow.h"

enum {
    FLIGHTS_MAX = 16,
    SAVE_MS = 2000,
    SAVE_BATCHES = 256,     /* or after so many: what is sent again stays within what the vault
                               can tell from new */
    REST_MS = 1000,
    ANSWER_MS = 50,         /* then the wal is looked at again */
    PAUSE_MS = 1000,        /* after the vault said that it stopped */
    PROJECTS_MAX = 4096,
    FILE_MAX_BYTES = 1024 * 1024,
    PROJECT_AT = 29, COUNT_AT = 77, BATCH_HEADER_BYTES = 81,  /* of "AMSB", wall.md 3 */
};

/* A batch that was sent. It is behind us when it and all before it are done. */
struct flight {
    uint64_t id;
    uint64_t project;
    uint32_t values;
    bool is_done;
    bool is_taken;              /* stored, not refused */
    struct wal_position upto;   /* everything before it is behind, too */
};

struct sealed {
    uint64_t project;
    uint64_t values;
};

struct query_intake {
    struct query_intake_config config;
    struct wal_follow *wal;
    struct wal_position done;      /* the vault has everything before */
    struct bytes waiting;          /* the batch that is to be sent next; empty = none */
    struct flight next;            /* what belongs to it */
    struct flight flights[FLIGHTS_MAX];
    uint32_t first;                /* the oldest flight */
    uint32_t in_flight;
    uint64_t last_id;
    int fd;                        /* -1 = closed */
    bool has_taken;                /* the vault took a batch over this link: its keys fit */
    bool is_dirty;
    uint32_t unsaved;              /* batches done since the file was written */
    uint64_t save_at_ms;
    uint64_t resume_at_ms;
    uint64_t refused;
    struct bytes buf;
    pthread_t thread;
    _Atomic bool is_stopping;
    pthread_mutex_t lock;          /* over what follows */
    int attached;                  /* a new descriptor, or -1 */
    struct wal_position saved;
    struct sealed *sealed;
    uint32_t sealed_count;
};

/* ---- the file ------------------------------------------------------------------------------- */

static void count_values(struct query_intake *in, uint64_t project, uint64_t values)
{
    (void)pthread_mutex_lock(&in->lock);
    uint32_t i = 0;
    while (i < in->sealed_count && in->sealed[i].project != project)
        i++;
    if (i == in->sealed_count && i < PROJECTS_MAX)
        in->sealed[in->sealed_count++] = (struct sealed){ .project = project };
    if (i < PROJECTS_MAX)
        in->sealed[i].values += values;
    (void)pthread_mutex_unlock(&in->lock);
}

static bool parse(struct query_intake *in, const struct json_node *root)
{
    uint64_t version, project, values;
    const struct json_node *sealed = json_doc_member(root, "sealed"), *at = NULL;
    if (!json_doc_get_u64(root, "version", &version) || version != 1 ||
        !json_doc_get_u64(root, "file", &in->done.file) ||
        !json_doc_get_u64(root, "offset", &in->done.offset))
        return false;
    while ((at = json_doc_next(sealed, at)) != NULL) {
        if (!json_doc_get_u64(at, "project", &project) || !json_doc_get_u64(at, "values", &values))
            return false;
        count_values(in, project, values);
    }
    return true;
}

/* A file that cannot be read costs no more than sending everything again. */
static void load(struct query_intake *in)
{
    struct bytes json = { 0 };
    struct json_doc *doc = NULL;
    int r = fs_read_file(in->config.data, QUERY_INTAKE_FILE, FILE_MAX_BYTES, &json);
    if (r == 0)
        r = json_doc_parse(bytes_str(&json), FILE_MAX_BYTES, &doc);
    if (r == 0 && !parse(in, json_doc_root(doc)))
        r = ERR_CORRUPT;
    if (r != 0) {
        in->done = (struct wal_position){ 0 };
        in->sealed_count = 0;
    }
    if (r != 0 && r != ERR_NOT_FOUND)
        log_warn("%s: %s; the vault gets everything again", QUERY_INTAKE_FILE, err_text(r));
    in->saved = in->done;
    json_doc_destroy(doc);
    bytes_release(&json);
}

static void write_json(struct query_intake *in, struct bytes *json)
{
    struct json_write w;
    json_write_init(&w, json);
    json_write_begin_object(&w);
    json_write_key(&w, "version");
    json_write_u64(&w, 1);
    json_write_key(&w, "file");
    json_write_u64(&w, in->done.file);
    json_write_key(&w, "offset");
    json_write_u64(&w, in->done.offset);
    json_write_key(&w, "sealed");
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < in->sealed_count; i++) {
        json_write_begin_object(&w);
        json_write_key(&w, "project");
        json_write_u64(&w, in->sealed[i].project);
        json_write_key(&w, "values");
        json_write_u64(&w, in->sealed[i].values);
        json_write_end_object(&w);
    }
    json_write_end_array(&w);
    json_write_end_object(&w);
}

static int save(struct query_intake *in)
{
    struct bytes json = { 0 };
    if (!in->is_dirty)
        return 0;
    write_json(in, &json);
    int r = fs_replace_file(in->config.data, QUERY_INTAKE_FILE, bytes_str(&json), 0);
    bytes_release(&json);
    if (r != 0) {
        log_error("cannot write %s: %s", QUERY_INTAKE_FILE, err_text(r));
        return r;
    }
    (void)pthread_mutex_lock(&in->lock);
    in->saved = in->done;
    (void)pthread_mutex_unlock(&in->lock);
    in->is_dirty = false;
    in->unsaved = 0;
    in->save_at_ms = clock_boot_ms() + SAVE_MS;
    return 0;
}

/* ---- sending -------------------------------------------------------------------------------- */

/* Everything unanswered is to be sent again: over a new link, or the same one later. */
static void rewind_all(struct query_intake *in)
{
    in->first = in->in_flight = 0;
    bytes_reset(&in->waiting);
    wal_follow_close(in->wal);
    in->wal = wal_follow_open(in->config.wal, in->done);
}

static void drop_link(struct query_intake *in)
{
    sock_close(in->fd);
    in->fd = -1;
    rewind_all(in);
}

static void take_link(struct query_intake *in)
{
    (void)pthread_mutex_lock(&in->lock);
    int fd = in->attached;
    in->attached = -1;
    (void)pthread_mutex_unlock(&in->lock);
    if (fd < 0)
        return;
    drop_link(in);
    in->fd = fd;
    in->has_taken = false;
    in->resume_at_ms = 0;
}

/* Records up to `at` need no answer of their own: they are behind with the last flight. */
static void pass(struct query_intake *in, struct wal_position at)
{
    if (in->in_flight) {
        in->flights[(in->first + in->in_flight - 1) % FLIGHTS_MAX].upto = at;
    } else if (at.file != in->done.file || at.offset != in->done.offset) {
        in->done = at;
        in->is_dirty = true;
    }
}

static uint64_t number_at(struct str batch, size_t at, size_t len)
{
    struct bytes_reader r = bytes_reader_over(str_slice(batch, at, at + len));
    return len == 8 ? bytes_get_u64(&r) : bytes_get_u32(&r);
}

/* Finds the next sealed batch. 1 = it waits to be sent, 0 = there is none now. */
static int find_batch(struct query_intake *in)
{
    struct wal_record record;
    int r;
    if (in->waiting.len)
        return 1;
    while ((r = wal_follow_next(in->wal, &record)) == 1) {
        struct wal_position at = wal_follow_position(in->wal);
        if (record.type != WAL_TYPE_SEALED) {
            pass(in, at);
            continue;
        }
        bytes_append_str(&in->waiting, record.payload);
        in->next = (struct flight){ .upto = at };
        if (record.payload.len >= BATCH_HEADER_BYTES) {
            in->next.project = number_at(record.payload, PROJECT_AT, 8);
            in->next.values = (uint32_t)number_at(record.payload, COUNT_AT, 4);
        }
        return 1;
    }
    if (r == 0)
        pass(in, wal_follow_position(in->wal));
    return r;
}

/* 1 = sent, 0 = the link takes no more now. */
static int send_waiting(struct query_intake *in)
{
    struct msg msg = { .type = VAULT_INTAKE, .id = in->last_id + 1, .fd = -1,
                       .body = bytes_str(&in->waiting) };
    if (in->in_flight == FLIGHTS_MAX)
        return 0;
    int r = msg_send(in->fd, &msg, 0);
    if (r == ERR_TIMEOUT)
        return 0;
    if (r != 0)
        return r;
    in->next.id = ++in->last_id;
    in->flights[(in->first + in->in_flight++) % FLIGHTS_MAX] = in->next;
    bytes_reset(&in->waiting);
    return 1;
}

/* ---- answers -------------------------------------------------------------------------------- */

/* A refused batch is behind us only once the vault took another one: a vault with the wrong keys
 * refuses all of them, and what it could not open must stay in the wal. */
static void land(struct query_intake *in)
{
    while (in->in_flight && in->flights[in->first].is_done) {
        struct flight *flight = &in->flights[in->first];
        if (!flight->is_taken && !in->has_taken)
            break;
        in->done = flight->upto;
        in->is_dirty = true;
        in->unsaved++;
        if (flight->is_taken)
            count_values(in, flight->project, flight->values);
        in->first = (in->first + 1) % FLIGHTS_MAX;
        in->in_flight--;
    }
}

static struct flight *find_flight(struct query_intake *in, uint64_t id)
{
    for (uint32_t i = 0; i < in->in_flight; i++) {
        struct flight *flight = &in->flights[(in->first + i) % FLIGHTS_MAX];
        if (flight->id == id && !flight->is_done)
            return flight;
    }
    return NULL;
}

/* Refused for what it is, a batch stays refused: it is passed over, loudly, once land() lets it. */
static int on_refused(struct query_intake *in, struct flight *flight, struct str body)
{
    enum vault_refusal refusal;
    int r = vault_wire_decode_refused(body, &refusal);
    if (r != 0)
        return r;
    if (refusal == VAULT_REFUSAL_STOPPED) {
        rewind_all(in);
        in->resume_at_ms = clock_boot_ms() + PAUSE_MS;
        return 0;
    }
    in->refused++;
    log_error("the vault refuses a sealed batch, number %llu so far: %s",
              (unsigned long long)in->refused,
              refusal == VAULT_REFUSAL_FORGED ? "its seal does not open" : "it is none");
    flight->is_done = true;
    return 0;
}

static int on_answer(struct query_intake *in, const struct msg *msg)
{
    struct vault_stored stored;
    struct flight *flight = find_flight(in, msg->id);
    if (!flight)
        return 0; /* of before a rewind */
    if (msg->type == VAULT_REFUSED)
        return on_refused(in, flight, msg->body);
    if (msg->type != VAULT_STORED)
        return ERR_INVALID;
    int r = vault_wire_decode_stored(msg->body, &stored);
    flight->is_done = flight->is_taken = r == 0;
    in->has_taken |= flight->is_taken;
    return r;
}

static int receive(struct query_intake *in, uint32_t timeout_ms)
{
    struct msg msg;
    int r = msg_receive(in->fd, false, timeout_ms, &in->buf, &msg);
    if (r == ERR_TIMEOUT)
        return 0;
    if (r == 0)
        r = on_answer(in, &msg);
    if (r == 0)
        land(in);
    return r;
}

/* ---- the thread ----------------------------------------------------------------------------- */

/* One round over an open link. ERR_CLOSED and its like are the link's trouble, not ours. */
static int exchange(struct query_intake *in, bool *is_ours)
{
    int found, sent = 1;
    *is_ours = true;
    while ((found = find_batch(in)) == 1 && (sent = send_waiting(in)) == 1)
        ;
    if (found < 0)
        return found;
    *is_ours = false;
    if (sent < 0)
        return sent;
    if (in->in_flight)
        return receive(in, found ? REST_MS : ANSWER_MS);
    (void)watch_wait(in->config.watch, REST_MS);
    return 0;
}

static void *run(void *arg)
{
    struct query_intake *in = arg;
    int r = 0;
    while (r == 0 && !in->is_stopping) {
        bool is_ours = false;
        take_link(in);
        if (in->fd < 0 || clock_boot_ms() < in->resume_at_ms) {
            (void)watch_wait(in->config.watch, in->fd < 0 ? REST_MS : PAUSE_MS / 4);
        } else if ((r = exchange(in, &is_ours)) != 0 && !is_ours) {
            if (r != ERR_CLOSED)
                log_warn("link query-vault: %s", err_text(r));
            drop_link(in);
            if (r == ERR_INVALID)
                link_report_broken("query-vault");
            r = 0;
        }
        if (r == 0 && (clock_boot_ms() >= in->save_at_ms || in->unsaved >= SAVE_BATCHES))
            r = save(in);
    }
    if (r == 0)
        r = save(in);
    if (r != 0) {
        log_error("sealed batches wait: %s", err_text(r));
        in->config.failed(in->config.ctx, r);
    }
    return NULL;
}

struct query_intake *query_intake_start(const struct query_intake_config *config)
{
    struct query_intake *in = calloc(1, sizeof(*in));
    check(in != NULL);
    in->config = *config;
    in->fd = in->attached = -1;
    in->sealed = calloc(PROJECTS_MAX, sizeof(*in->sealed));
    check(in->sealed != NULL && pthread_mutex_init(&in->lock, NULL) == 0);
    load(in);
    in->wal = wal_follow_open(config->wal, in->done);
    check(pthread_create(&in->thread, NULL, run, in) == 0);
    return in;
}

void query_intake_stop(struct query_intake *in)
{
    if (!in)
        return;
    in->is_stopping = true;
    watch_wake(in->config.watch);
    (void)pthread_join(in->thread, NULL);
    sock_close(in->fd);
    sock_close(in->attached);
    wal_follow_close(in->wal);
    bytes_release(&in->waiting);
    bytes_release(&in->buf);
    free(in->sealed);
    (void)pthread_mutex_destroy(&in->lock);
    free(in);
}

void query_intake_attach(struct query_intake *in, int fd)
{
    (void)pthread_mutex_lock(&in->lock);
    int former = in->attached;
    in->attached = fd;
    (void)pthread_mutex_unlock(&in->lock);
    sock_close(former);
    watch_wake(in->config.watch);
}

static struct query_intake *mutable(const struct query_intake *in)
{
    return (struct query_intake *)(uintptr_t)in;
}

struct wal_position query_intake_position(const struct query_intake *in)
{
    (void)pthread_mutex_lock(&mutable(in)->lock);
    struct wal_position saved = in->saved;
    (void)pthread_mutex_unlock(&mutable(in)->lock);
    return saved;
}

uint64_t query_intake_sealed(const struct query_intake *in, uint64_t project)
{
    uint64_t values = 0;
    (void)pthread_mutex_lock(&mutable(in)->lock);
    for (uint32_t i = 0; i < in->sealed_count; i++)
        if (in->sealed[i].project == project)
            values = in->sealed[i].values;
    (void)pthread_mutex_unlock(&mutable(in)->lock);
    return values;
}
