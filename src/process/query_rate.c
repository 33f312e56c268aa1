#include "process/query_rate.h"

#include "base/check.h"
#include "sys/clock.h"

void query_rate_init(struct query_rate *rate)
{
    *rate = (struct query_rate){ 0 };
    check(pthread_mutex_init(&rate->lock, NULL) == 0);
}

void query_rate_release(struct query_rate *rate)
{
    (void)pthread_mutex_destroy(&rate->lock);
}

static struct query_rate_slot *find(struct query_rate *rate, uint32_t principal)
{
    uint32_t oldest = 0;
    for (uint32_t i = 0; i < rate->count; i++) {
        if (rate->slots[i].principal == principal)
            return &rate->slots[i];
        if (rate->slots[i].since_ms < rate->slots[oldest].since_ms)
            oldest = i;
    }
    if (rate->count < QUERY_RATE_PRINCIPALS)
        oldest = rate->count++;
    rate->slots[oldest] = (struct query_rate_slot){ .principal = principal };
    return &rate->slots[oldest];
}

static bool count(struct query_rate *rate, uint32_t principal, uint32_t n)
{
    uint64_t now = clock_boot_ms();
    (void)pthread_mutex_lock(&rate->lock);
    struct query_rate_slot *slot = find(rate, principal);
    if (slot->count == 0 || now - slot->since_ms >= QUERY_RATE_WINDOW_MS)
        *slot = (struct query_rate_slot){ .principal = principal, .since_ms = now };
    bool has_room = slot->count < QUERY_RATE_A_MINUTE;
    if (has_room)
        slot->count += n;
    (void)pthread_mutex_unlock(&rate->lock);
    return has_room;
}

bool query_rate_take(struct query_rate *rate, uint32_t principal)
{
    return count(rate, principal, 1);
}

bool query_rate_has(struct query_rate *rate, uint32_t principal)
{
    return count(rate, principal, 0);
}
