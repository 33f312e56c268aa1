#include "api/crew.h"

#include <pthread.h>
#include <stdlib.h>

struct job {
    crew_fn run;
    void *job;
};

struct crew {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t *threads;
    uint32_t thread_count;
    uint32_t threads_max;
    uint32_t busy;               /* jobs under way */
    struct job *waiting;         /* a ring */
    uint32_t waiting_first;
    uint32_t waiting_count;
    uint32_t waiting_cap;
    uint32_t load_max;
    bool is_ending;
};

struct crew *crew_create(uint32_t threads_max, uint32_t waiting_max)
{
    struct crew *crew = calloc(1, sizeof(*crew));
    check(crew != NULL && threads_max > 0);
    crew->threads_max = threads_max;
    crew->load_max = threads_max + waiting_max;
    crew->waiting_cap = crew->load_max;
    crew->threads = calloc(threads_max, sizeof(*crew->threads));
    crew->waiting = calloc(crew->waiting_cap, sizeof(*crew->waiting));
    check(crew->threads != NULL && crew->waiting != NULL);
    check(pthread_mutex_init(&crew->lock, NULL) == 0);
    check(pthread_cond_init(&crew->wake, NULL) == 0);
    return crew;
}

static void *work(void *arg)
{
    struct crew *crew = arg;
    (void)pthread_mutex_lock(&crew->lock);
    for (;;) {
        while (crew->waiting_count == 0 && !crew->is_ending)
            (void)pthread_cond_wait(&crew->wake, &crew->lock);
        if (crew->waiting_count == 0)
            break;
        struct job job = crew->waiting[crew->waiting_first];
        crew->waiting_first = (crew->waiting_first + 1) % crew->waiting_cap;
        crew->waiting_count--;
        crew->busy++;
        (void)pthread_mutex_unlock(&crew->lock);
        job.run(job.job);
        (void)pthread_mutex_lock(&crew->lock);
        crew->busy--;
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return NULL;
}

bool crew_take(struct crew *crew, crew_fn run, void *job)
{
    (void)pthread_mutex_lock(&crew->lock);
    bool has_room = !crew->is_ending && crew->busy + crew->waiting_count < crew->load_max;
    if (has_room) {
        uint32_t at = (crew->waiting_first + crew->waiting_count) % crew->waiting_cap;
        crew->waiting[at] = (struct job){ run, job };
        crew->waiting_count++;
        uint32_t idle = crew->thread_count - crew->busy;
        /* Without another thread the job waits for one of those there are. */
        if (crew->waiting_count > idle && crew->thread_count < crew->threads_max &&
            pthread_create(&crew->threads[crew->thread_count], NULL, work, crew) == 0)
            crew->thread_count++;
        check(crew->thread_count > 0);
        (void)pthread_cond_signal(&crew->wake);
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return has_room;
}

uint32_t crew_load(struct crew *crew)
{
    (void)pthread_mutex_lock(&crew->lock);
    uint32_t load = crew->busy + crew->waiting_count;
    (void)pthread_mutex_unlock(&crew->lock);
    return load;
}

void crew_destroy(struct crew *crew)
{
    if (!crew)
        return;
    (void)pthread_mutex_lock(&crew->lock);
    crew->is_ending = true;
    (void)pthread_cond_broadcast(&crew->wake);
    (void)pthread_mutex_unlock(&crew->lock);
    for (uint32_t i = 0; i < crew->thread_count; i++)
        (void)pthread_join(crew->threads[i], NULL);
    (void)pthread_cond_destroy(&crew->wake);
    (void)pthread_mutex_destroy(&crew->lock);
    free(crew->threads);
    free(crew->waiting);
    free(crew);
}
