#include "process/query_follow.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "sys/clock.h"
#include "wal/wal_follow.h"

enum { TICK_MS = 1000 };

#define ARENA_MAX_BYTES ((size_t)512 << 20)

struct query_follow {
    struct query_follow_config config;
    struct wal_follow *wal;
    struct wal_position passed;       /* what the sink was told last */
    struct arena arena;
    uint64_t tick_at_ms;
    bool has_caught_up;
    uint64_t unreadable;              /* batches that hold but do not decode */
    _Atomic bool is_stopping;
    _Atomic int64_t behind_since_ms;  /* wall clock; 0 = nothing waits */
    pthread_t thread;
};

/* ---- records -------------------------------------------------------------------------------- */

static int take_batch(struct query_follow *f, const struct wal_record *record)
{
    struct sink *sink = f->config.sink;
    struct wal_batch batch;
    int r = wal_record_decode_batch(record->payload, &f->arena, &batch);
    if (r != 0) {
        /* The checksum holds, so it was written so: nobody can read it, now or later. */
        struct wal_position at = wal_follow_position(f->wal);
        f->unreadable++;
        log_error("wal file %016llx: the batch before %llu is passed over: %s",
                  (unsigned long long)at.file, (unsigned long long)at.offset, err_text(r));
        return 0;
    }
    if (batch.event_count)
        r = sink->ops->events(sink, batch.project, batch.events, batch.event_count,
                              record->received_ms);
    if (r == 0 && batch.update_count)
        r = sink->ops->updates(sink, batch.project, batch.updates, batch.update_count);
    if (r == 0 && batch.event_count)
        query_live_note(f->config.live, batch.project, batch.events, batch.event_count,
                        record->received_ms);
    return r;
}

static int take_counts(struct query_follow *f, const struct wal_record *record)
{
    struct sink *sink = f->config.sink;
    struct wal_count *counts;
    uint32_t n;
    int r = wal_record_decode_counts(record->payload, &f->arena, &counts, &n);
    if (r != 0) {
        log_error("a record of counts is passed over: %s", err_text(r));
        return 0;
    }
    for (uint32_t i = 0; i < n && r == 0; i++) {
        r = sink->ops->counts(sink, counts[i].project, counts[i].protocol, counts[i].reason,
                              counts[i].n, record->received_ms);
        query_live_note_counts(f->config.live, counts[i].project);
    }
    return r;
}

static int take(struct query_follow *f, const struct wal_record *record)
{
    int r = 0;
    f->behind_since_ms = record->received_ms;
    arena_reset(&f->arena);
    if (record->type == WAL_TYPE_BATCH)
        r = take_batch(f, record);
    else if (record->type == WAL_TYPE_COUNTS)
        r = take_counts(f, record);
    return r;
}

/* Tells the sink how far the wal was passed, when that has changed. */
static int advance(struct query_follow *f)
{
    struct wal_position at = wal_follow_position(f->wal);
    if (at.file == f->passed.file && at.offset == f->passed.offset)
        return 0;
    f->passed = at;
    return f->config.sink->ops->advance(f->config.sink, at);
}

/* ---- the thread ----------------------------------------------------------------------------- */

static void remove_files(struct query_follow *f)
{
    uint32_t removed;
    int r = wal_follow_remove(f->config.wal, f->config.needed(f->config.ctx), &removed);
    if (r != 0)
        log_warn("wal files stay that nobody needs: %s", err_text(r));
    else if (removed)
        log_info("%u wal file%s done with", removed, removed == 1 ? " is" : "s are");
}

static int tick(struct query_follow *f)
{
    uint64_t now = clock_boot_ms();
    if (now < f->tick_at_ms)
        return 0;
    f->tick_at_ms = now + TICK_MS;
    if (f->behind_since_ms == 0)
        f->behind_since_ms = clock_wall_ms(); /* what arrives during a flush waits */
    int r = f->config.tick(f->config.ctx);
    if (r == 0)
        remove_files(f);
    return r;
}

/* Nothing is left to read now: waits for more, or for the next tick. */
static void rest(struct query_follow *f)
{
    uint64_t now = clock_boot_ms();
    f->behind_since_ms = 0;
    if (!f->has_caught_up) {
        f->has_caught_up = true;
        f->config.caught_up(f->config.ctx);
    }
    if (now < f->tick_at_ms)
        (void)watch_wait(f->config.watch, (uint32_t)(f->tick_at_ms - now));
}

static void *run(void *arg)
{
    struct query_follow *f = arg;
    struct wal_record record;
    int r = 0;
    while (r >= 0 && !f->is_stopping) {
        int got = wal_follow_next(f->wal, &record);
        r = got > 0 ? take(f, &record) : got;
        if (r == 0)
            r = advance(f);
        if (r == 0)
            r = tick(f);
        if (r == 0 && got == 0)
            rest(f);
    }
    if (r < 0) {
        log_error("the follower of the wal ends: %s", err_text(r));
        f->config.failed(f->config.ctx, r);
    }
    return NULL;
}

struct query_follow *query_follow_start(const struct query_follow_config *config)
{
    struct query_follow *f = calloc(1, sizeof(*f));
    check(f != NULL);
    f->config = *config;
    f->passed = config->from;
    f->wal = wal_follow_open(config->wal, config->from);
    f->tick_at_ms = clock_boot_ms() + TICK_MS;
    f->behind_since_ms = clock_wall_ms();
    arena_init(&f->arena, ARENA_MAX_BYTES);
    check(pthread_create(&f->thread, NULL, run, f) == 0);
    return f;
}

void query_follow_stop(struct query_follow *f)
{
    if (!f)
        return;
    f->is_stopping = true;
    watch_wake(f->config.watch);
    (void)pthread_join(f->thread, NULL);
    wal_follow_close(f->wal);
    arena_release(&f->arena);
    free(f);
}

int64_t query_follow_behind_ms(const struct query_follow *f)
{
    int64_t since = f->behind_since_ms, now = clock_wall_ms();
    return since != 0 && since < now ? now - since : 0;
}
