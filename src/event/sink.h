/* Where events go: the wal's follower feeds whoever implements this (the store; a ClickHouse
 * cluster later). Everything passed is borrowed for the call. Calls come from one thread, in wal
 * order; `advance` after each record says how far they have come, so that the sink can say how far
 * it is durable. */
#ifndef EVENT_SINK_H
#define EVENT_SINK_H

#include <stdint.h>

#include "event/event.h"

/* A place in the wal: just after a record. */
struct wal_position {
    uint64_t file;   /* number of the file */
    uint64_t offset; /* byte offset in it */
};

struct sink;

struct sink_ops {
    /* One admitted batch of one project. 0 or ERR_*: an error stops the follower. */
    int (*events)(struct sink *sink, uint64_t project, const struct event *events, uint32_t count,
                  int64_t received_ms);
    int (*updates)(struct sink *sink, uint64_t project, const struct profile_update *updates,
                   uint32_t count);
    /* n refusals, or parts dropped, of one reason; a count, no content. */
    int (*counts)(struct sink *sink, uint64_t project, struct str protocol, struct str reason,
                  uint64_t n, int64_t at_ms);
    /* All records before `position` were passed. */
    int (*advance)(struct sink *sink, struct wal_position position);
};

struct sink { const struct sink_ops *ops; };

#endif
