#include "engine/run.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"

struct crew {
    const struct run *run;
    _Atomic int failed;          /* the first error */
};

struct worker {
    struct crew *crew;
    struct scan_block *blocks;
    uint32_t number;
    pthread_t thread;
};

/* The scan hands out the blocks, so a thread that is late has only fewer of them. */
static int work(const struct worker *worker)
{
    static const _Atomic bool never = false;
    const struct crew *crew = worker->crew;
    const struct run *run = crew->run;
    const _Atomic bool *cancelled = run->cancelled ? run->cancelled : &never;
    while (crew->failed == 0) {
        if (*cancelled)
            return ERR_CANCELLED;
        int r = scan_next(run->scan, worker->number, worker->blocks);
        /* The scan's own memory is used up: more room for us would not help. */
        if (r == ERR_NOMEM)
            return ERR_TOO_LARGE;
        if (r > 0)
            r = run->block(run->ctx, worker->number, worker->blocks);
        else if (r == 0)
            return 0;
        if (r != 0)
            return r;
    }
    return 0;
}

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    int expected = 0, r = work(worker);
    /* The others see it before their next block; the scan itself may be wanted again. */
    if (r != 0)
        (void)atomic_compare_exchange_strong(&worker->crew->failed, &expected, r);
    return NULL;
}

int run_blocks(const struct run *run)
{
    struct crew crew = { .run = run };
    struct worker workers[RUN_THREADS_MAX];
    uint32_t started = 1;
    check(run->threads >= 1 && run->threads <= RUN_THREADS_MAX && run->want_count > 0);
    struct scan_block *blocks = calloc((size_t)run->threads * run->want_count, sizeof(*blocks));
    if (blocks == NULL)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < run->threads; i++)
        workers[i] = (struct worker){ .crew = &crew, .number = i,
                                      .blocks = blocks + (size_t)i * run->want_count };
    /* A thread that does not start only makes it slower. */
    while (started < run->threads &&
           pthread_create(&workers[started].thread, NULL, worker_main, &workers[started]) == 0)
        started++;
    (void)worker_main(&workers[0]);
    for (uint32_t i = 1; i < started; i++)
        (void)pthread_join(workers[i].thread, NULL);
    free(blocks);
    return crew.failed;
}
