/* When something was last used, kept in memory and written now and then: a question is a read, and
 * must not wait for the disk because somebody wants to know when a key was last used. What a crash
 * loses is at most the time between two flushes. */
#ifndef AUTH_INSIDE_SEEN_H
#define AUTH_INSIDE_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/map.h"
#include "db/db.h"

struct seen_entry {
    int64_t id;
    int64_t at_ms;
};

struct seen {
    struct map index;            /* id → place in entries */
    struct seen_entry *entries;  /* at most as many as there are rows */
    size_t count;
    size_t cap;
};

void seen_note(struct seen *seen, int64_t id, int64_t at_ms);
int64_t seen_at(const struct seen *seen, int64_t id);   /* 0 = not since the last flush */
/* Runs `update` (?1 = the time, ?2 = the id) for each and forgets them. In a transaction. */
int seen_flush(struct seen *seen, struct db_statement *update) MUST_USE;
void seen_release(struct seen *seen);

#endif
