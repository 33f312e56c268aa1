/* A store, what feeds it and who answers, in fresh directories: amana-query without its wal and its
 * links, for the tests of process/. */
#ifndef TESTS_SUPPORT_QUERY_ROOM_H
#define TESTS_SUPPORT_QUERY_ROOM_H

#include "process/query_answer.h"
#include "support/temp.h"

struct query_room {
    _Atomic bool has_caught_up;   /* the follower stood at the end of the wal */
    struct temp data, wal;
    struct fs *data_fs, *wal_fs, *zones;
    struct watch *watches[2];
    struct stores *stores;
    struct query_live *live;
    struct query_grants grants;
    struct query_intake *intake;
    struct query_follow *follow;
    struct query_answers answers;
    uint8_t grant_secret[64];
    uint8_t boot_id[16];
};

void query_room_open(struct query_room *room);
void query_room_close(struct query_room *room);
/* Hands events of `project` to the store and to Live, as the follower does. */
void query_room_feed(struct query_room *room, uint64_t project, const struct event *events,
                     uint32_t count);
/* Signs a grant for the question with these rights into out[GRANT_BYTES]. */
void query_room_grant(const struct query_room *room, const struct query_question *question,
                      uint64_t rights, uint8_t *out);

#endif
