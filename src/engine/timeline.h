/* One person's events, newest first, in visits: runs of events with gaps under 30 minutes. */
#ifndef ENGINE_TIMELINE_H
#define ENGINE_TIMELINE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/check.h"
#include "engine/facts.h"
#include "event/event.h"

enum {
    TIMELINE_LIMIT_MAX = 1000,
    TIMELINE_GAP_MS = 30 * 60 * 1000,
    TIMELINE_LOOK_ROWS = 20000,     /* how many of the newest are searched for sealed values */
    TIMELINE_SEALED_MAX = 1000,
    TIMELINE_IDS_MAX = 4096,
};

struct timeline_ask {
    uint32_t code;
    int64_t before_ms;              /* only events before; INT64_MAX = all */
    uint32_t limit;
    struct arena *arena;
};

struct timeline_event {
    int64_t time_ms;
    struct str name;
    struct property *properties;
    uint32_t property_count;
};

struct timeline_visit { uint32_t first, count; int64_t from_ms, to_ms; };

/* A property that had a sealed value, with the kind it was last sealed as. */
struct timeline_sealed { struct str property; enum ref_kind kind; };
/* The oldest event that bears this id. */
struct timeline_id { struct ref ref; int64_t since_ms; };

struct timeline {
    struct timeline_event *events;  /* newest first */
    uint32_t event_count;
    struct timeline_visit *visits;  /* newest first, over events */
    uint32_t visit_count;
    bool has_more;                  /* older ones */
    uint64_t total;
    int64_t first_ms, last_ms;      /* of all; 0 = no events */
    struct facts facts;
    struct timeline_sealed *sealed;
    uint32_t sealed_count;
    struct timeline_id *ids;
    uint32_t id_count;
};

/* Events of one millisecond stay on one page, so a page may be larger than the limit. Everything
 * lies in the arena. ERR_TOO_LARGE, ERR_CORRUPT. */
int timeline_read(struct store *store, const struct timeline_ask *ask, struct timeline *out)
    MUST_USE;

#endif
