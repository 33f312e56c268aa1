/* The follower: one thread that reads the wal from where the store is durable, feeds the sink and
 * the page Live, and removes wal files that nobody needs any more. */
#ifndef PROCESS_QUERY_FOLLOW_H
#define PROCESS_QUERY_FOLLOW_H

#include <stdint.h>

#include "event/sink.h"
#include "process/query_live.h"
#include "sys/file.h"
#include "sys/watch.h"

struct query_follow;

struct query_follow_config {
    struct fs *wal;
    struct watch *watch;            /* over the wal folder; nobody else waits on it */
    struct sink *sink;
    struct wal_position from;       /* the sink is durable up to here */
    struct query_live *live;
    int (*tick)(void *ctx);         /* about once a second, from the thread; ERR_* ends it */
    uint64_t (*needed)(void *ctx);  /* the lowest number of a wal file that somebody still needs */
    void (*caught_up)(void *ctx);   /* once: what was there at the start has been replayed */
    void (*failed)(void *ctx, int r);  /* the thread has ended */
    void *ctx;
};

struct query_follow *query_follow_start(const struct query_follow_config *config);
/* Ends the thread after the record it is at, and frees. NULL is fine. */
void query_follow_stop(struct query_follow *follow);
/* Age of the oldest record of the wal that no report sees yet; 0 = there is none. */
int64_t query_follow_behind_ms(const struct query_follow *follow);

#endif
