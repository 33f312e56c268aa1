#include "api/ingest_counts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "wal/wal_record.h"

enum { PROJECTS_MAX = 256 };

struct ingest_counts {
    pthread_mutex_t lock;
    uint32_t project_count;                    /* projects[0] is "none known" */
    uint64_t projects[PROJECTS_MAX];
    uint64_t n[PROJECTS_MAX][REFUSAL_COUNT];
};

struct ingest_counts *ingest_counts_create(void)
{
    struct ingest_counts *counts = calloc(1, sizeof(*counts));
    check(counts != NULL);
    check(pthread_mutex_init(&counts->lock, NULL) == 0);
    counts->project_count = 1;
    return counts;
}

void ingest_counts_destroy(struct ingest_counts *counts)
{
    if (!counts)
        return;
    (void)pthread_mutex_destroy(&counts->lock);
    free(counts);
}

static uint32_t find_project(struct ingest_counts *counts, uint64_t project)
{
    for (uint32_t i = 0; i < counts->project_count; i++)
        if (counts->projects[i] == project)
            return i;
    if (counts->project_count == PROJECTS_MAX)
        return 0;
    counts->projects[counts->project_count] = project;
    return counts->project_count++;
}

static void add(struct ingest_counts *counts, uint64_t project, enum refusal_reason reason,
                uint64_t n)
{
    if (reason == REFUSAL_NONE || n == 0)
        return;
    (void)pthread_mutex_lock(&counts->lock);
    counts->n[find_project(counts, project)][reason] += n;
    (void)pthread_mutex_unlock(&counts->lock);
}

void ingest_counts_add(struct ingest_counts *counts, uint64_t project, enum refusal_reason reason,
                       uint32_t n)
{
    add(counts, project, reason, n);
}

void ingest_counts_put_back(struct ingest_counts *counts, struct str payload)
{
    struct wal_count *list;
    struct arena arena;
    uint32_t n;
    arena_init(&arena, 0);
    check(wal_record_decode_counts(payload, &arena, &list, &n) == 0);
    for (uint32_t i = 0; i < n; i++)
        add(counts, list[i].project, refusal_find(list[i].reason), list[i].n);
    arena_release(&arena);
}

bool ingest_counts_take(struct ingest_counts *counts, struct bytes *payload)
{
    static const struct str protocol = { "mixpanel", 8 };
    struct wal_count *list = calloc((size_t)PROJECTS_MAX * REFUSAL_COUNT, sizeof(*list));
    uint32_t count = 0;
    check(list != NULL);
    (void)pthread_mutex_lock(&counts->lock);
    for (uint32_t p = 0; p < counts->project_count; p++)
        for (int reason = 1; reason < REFUSAL_COUNT; reason++)
            if (counts->n[p][reason])
                list[count++] = (struct wal_count){
                    .project = counts->projects[p], .protocol = protocol,
                    .reason = str_from(refusal_name((enum refusal_reason)reason)),
                    .n = counts->n[p][reason] };
    memset(counts->n, 0, sizeof(counts->n));
    (void)pthread_mutex_unlock(&counts->lock);
    if (count)
        wal_record_encode_counts(list, count, payload);
    free(list);
    return count > 0;
}
