/* The store: what query knows of every project's events, persons and profiles (DESIGN 4). struct
 * stores is the whole data room of amana-query; struct store is one project in it. The follower's
 * thread feeds the sink; any thread may ask. The engine sees scan.h and nothing else.
 *
 * What the sink took is seen by every scan opened afterwards. It is durable once stores_position
 * has passed it: the wal before that position may go. After a start the follower replays from
 * there; records before a durable position are never passed again. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "event/sink.h"
#include "event/value.h"
#include "store/scan.h"
#include "sys/file.h"

struct stores;

/* fs is query's room; taken over by nobody, must outlive the stores. Recovery: manifest, then the
 * lengths it lists; what is not in it is removed. ERR_CORRUPT names the file in the log. */
int stores_open(struct fs *fs, struct stores **out) MUST_USE;
void stores_close(struct stores *stores);             /* does not flush: the wal has the rest */
struct sink *stores_sink(struct stores *stores);
struct wal_position stores_position(const struct stores *stores);
/* Memtables to parts, tables to disk, manifest: afterwards the position is that of the last
 * advance; so call it right after one, or what came since is durable and replayed as well. A failed
 * write or sync stops the stores for good: every later call fails. */
int stores_flush(struct stores *stores) MUST_USE;
/* Flushes when enough or old enough rows wait: the follower calls it about once a second. */
int stores_tick(struct stores *stores) MUST_USE;
/* NULL when the project has sent nothing yet. Valid until stores_close. */
struct store *stores_find(struct stores *stores, uint64_t project);

/* ---- what a project has; copies into the caller's arena -------------------------------------- */

struct store_status {
    uint64_t events;        /* rows without duplicates that are known as such */
    uint64_t persons;       /* after links */
    int64_t first_ms;       /* oldest event; 0 = none */
    int64_t until_ms;       /* newest event; 0 = none */
    uint32_t parts;
    uint64_t waiting_rows;  /* in the memtable */
};

struct store_name { struct str name; uint64_t count; };

struct store_property {
    enum scan_of of;        /* SCAN_OF_EVENT, SCAN_OF_PERSON, SCAN_OF_GROUP */
    struct str group_key;
    struct str name;
    uint32_t types;         /* bit 1 << enum value_type for each type seen */
};

struct store_value { struct value value; uint64_t count; };

struct store_count { struct str protocol; struct str reason; uint64_t n; int64_t last_ms; };

void store_get_status(struct store *store, struct store_status *out);
/* Event names by count, largest first. ERR_NOMEM. */
int store_list_events(struct store *store, struct arena *arena, struct store_name **out,
                      uint32_t *count) MUST_USE;
/* Ordered by of, group key and name. Of profiles: what those that are there have now, counted as
 * they change, so none is read. */
int store_list_properties(struct store *store, struct arena *arena, struct store_property **out,
                          uint32_t *count) MUST_USE;
/* The types that the list would have for this property of an event, a person or a group; 0 = it is
 * not in the list. */
uint32_t store_find_property(struct store *store, const struct scan_source *source);
/* Values of one property (lists: their elements) that contain the text, ASCII case folded; by
 * count, largest first, at most max; refs are never among them. */
int store_list_values(struct store *store, const struct scan_source *source, struct str contains,
                      uint32_t max, struct arena *arena, struct store_value **out,
                      uint32_t *count) MUST_USE;
/* Refusals and drops of one project (0 = none known), added up since the beginning. */
int stores_list_counts(struct stores *stores, uint64_t project, struct arena *arena,
                       struct store_count **out, uint32_t *count) MUST_USE;
/* Verifies every checksum and every count of what is on disk. Each finding is said to `say` in one
 * sentence that names the file. 0 = sound. */
typedef void (*store_say_fn)(void *ctx, struct str sentence);
int stores_verify(struct fs *fs, store_say_fn say, void *ctx) MUST_USE;

#endif
