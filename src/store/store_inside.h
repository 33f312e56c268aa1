/* What the files of this room share; nobody else includes it.
 *
 * Two locks. `feed` is held by whoever changes anything (sink, flush, tick): one at a time. `lock`
 * is held for short moments by the feeder when it changes what readers see, and by readers while
 * they take a pin or copy something out. Who holds `feed` may read without `lock`. */
#ifndef STORE_STORE_INSIDE_H
#define STORE_STORE_INSIDE_H

#include <pthread.h>

#include "base/map.h"
#include "store/counts.h"
#include "store/identity.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/part_read.h"
#include "store/persons.h"
#include "store/profiles.h"
#include "store/store.h"
#include "store/tail.h"

enum {
    STORE_FLUSH_ROWS = 512 * 1024,         /* of all projects together */
    STORE_FLUSH_BYTES = 192 * 1024 * 1024, /* of all runs together */
    STORE_FLUSH_AFTER_MS = 60 * 1000,
    STORE_TABLES_SLACK = 4 * 1024 * 1024,
    STORE_PARTS_MAX = 8,                   /* of one project; more are merged at a flush */
};

struct part_list {
    struct part **items;
    uint32_t count;
    uint32_t cap;
};

struct store {
    struct stores *stores;
    uint64_t project;
    struct persons persons;
    struct identity identity;
    struct profiles profiles;
    struct names names;
    struct part_list parts;      /* on disk */
    struct part_list runs;       /* sealed tails, in memory */
    struct tail tail;
    uint32_t tail_links;         /* links taken in by the tail's oldest row */
    uint64_t tail_arrival0;
    uint64_t next_arrival;
    uint32_t durable_persons;    /* how many the tables hold */
    uint32_t durable_links;
    struct part *tail_part;      /* cache: the tail as a part, */
    uint32_t tail_part_rows;     /* as of so many rows */
    struct moves *moves;         /* cache: */
    uint32_t moves_from;
    uint32_t moves_to;
};

struct stores {
    struct sink sink;            /* first: a sink is a stores */
    struct fs *fs;
    pthread_mutex_t feed;
    pthread_mutex_t lock;
    struct store **items;
    uint32_t count;
    uint32_t cap;
    struct map index;            /* project (8 bytes) → index */
    struct counts counts;
    struct journal tables;
    uint64_t tables_base;        /* length of the tables when they were last written whole */
    uint64_t tables_slack;       /* how much they may grow beyond twice that */
    uint64_t generation;         /* of the manifest */
    uint64_t next_part;
    struct wal_position durable;
    struct wal_position position;
    uint64_t waiting_rows;
    uint64_t waiting_bytes;
    uint64_t waiting_since_ms;   /* by clock_boot_ms; 0 = nothing waits */
    bool is_within;              /* a record was passed in part: no flush of our own accord */
    int failed;                  /* the first ERR_* of the disk: stopped for good */
};

/* One moment of a project. */
struct store_pin {
    struct part **parts;
    uint32_t part_count;
    struct moves *moves;
    uint32_t person_count;
    int64_t until_ms;
};

/* Hold `lock`. */
void store_pin_locked(struct store *store, struct store_pin *pin);
void store_unpin(struct store_pin *pin);

/* Hold `feed`. */
struct store *store_get(struct stores *stores, uint64_t project);
void store_seal_tail(struct store *store);
void store_append_part(struct part_list *list, struct part *part);
void store_note_names(struct store *store, const struct part *part);

#endif
