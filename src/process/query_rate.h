/* How many of one kind of question a principal may ask within a minute. Bounded: of more principals
 * than QUERY_RATE_PRINCIPALS at once, the one whose minute began first is forgotten. */
#ifndef PROCESS_QUERY_RATE_H
#define PROCESS_QUERY_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { QUERY_RATE_A_MINUTE = 200, QUERY_RATE_PRINCIPALS = 1024, QUERY_RATE_WINDOW_MS = 60000 };

struct query_rate {
    pthread_mutex_t lock;
    struct query_rate_slot { uint32_t principal; uint32_t count; uint64_t since_ms; }
        slots[QUERY_RATE_PRINCIPALS];
    uint32_t count;
};

void query_rate_init(struct query_rate *rate);
void query_rate_release(struct query_rate *rate);
/* False when the principal has asked so many in its minute; those refused count no further. 0
 * stands for all that come without a grant. */
bool query_rate_take(struct query_rate *rate, uint32_t principal);
/* What query_rate_take would say; takes nothing. */
bool query_rate_has(struct query_rate *rate, uint32_t principal);

#endif
