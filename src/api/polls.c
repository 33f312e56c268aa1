#include "api/polls.h"

#include <string.h>

void polls_init(struct polls *polls)
{
    memset(polls, 0, sizeof(*polls));
    check(pthread_mutex_init(&polls->lock, NULL) == 0);
}

void polls_release(struct polls *polls)
{
    (void)pthread_mutex_destroy(&polls->lock);
}

/* Their place, or a free one; NULL when all are taken by others. */
static uint32_t *place_of(struct polls *polls, const uint8_t who[POLLS_WHO_BYTES])
{
    uint32_t *free_place = NULL;
    for (uint32_t i = 0; i < POLLS_MAX; i++) {
        if (polls->under_way[i] == 0)
            free_place = &polls->under_way[i];
        else if (memcmp(polls->who[i], who, POLLS_WHO_BYTES) == 0)
            return &polls->under_way[i];
    }
    return free_place;
}

bool polls_enter(struct polls *polls, const uint8_t who[POLLS_WHO_BYTES], uint32_t each_max)
{
    (void)pthread_mutex_lock(&polls->lock);
    uint32_t *place = place_of(polls, who);
    bool enters = place && *place < each_max;
    if (enters) {
        memcpy(polls->who[place - polls->under_way], who, POLLS_WHO_BYTES);
        ++*place;
    }
    (void)pthread_mutex_unlock(&polls->lock);
    return enters;
}

void polls_leave(struct polls *polls, const uint8_t who[POLLS_WHO_BYTES])
{
    (void)pthread_mutex_lock(&polls->lock);
    uint32_t *place = place_of(polls, who);
    check(place && *place > 0);
    --*place;
    (void)pthread_mutex_unlock(&polls->lock);
}
