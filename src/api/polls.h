/* Long polls (or exports) under way, counted by who asks. A browser that leaves is not noticed
 * before its poll ends, so without a bound for each a page that is loaded again and again would
 * take all places. */
#ifndef API_POLLS_H
#define API_POLLS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

enum { POLLS_MAX = 64, POLLS_EACH_MAX = 16, POLLS_WHO_BYTES = 32 };

struct polls {
    pthread_mutex_t lock;
    uint32_t under_way[POLLS_MAX];  /* 0 = the place is free */
    uint8_t who[POLLS_MAX][POLLS_WHO_BYTES];
};

void polls_init(struct polls *polls);
void polls_release(struct polls *polls);
/* False: each_max of theirs, or POLLS_MAX others, are under way. `who`: asker_hash. */
bool polls_enter(struct polls *polls, const uint8_t who[POLLS_WHO_BYTES],
                 uint32_t each_max) MUST_USE;
void polls_leave(struct polls *polls, const uint8_t who[POLLS_WHO_BYTES]);

#endif
