/* The noun of the product: an event, and an update of a profile. Both are plain values whose
 * strings are borrowed from the arena of the request (ingest) or batch (query). */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <stdint.h>

#include "event/ref.h"
#include "event/value.h"

struct property {
    struct str name;
    struct value value;
};

enum event_flags {
    EVENT_IMPORT = 1,      /* came through /import */
    EVENT_BOT = 2,         /* the user agent is a known robot: marked, never dropped */
    EVENT_TIME_SERVER = 4, /* the time was missing or too far ahead: set to the arrival */
};

/* An event as it leaves ingest: identity applied (mixpanel-api.md 1.11), sealed. */
struct event {
    struct str name;
    int64_t time_ms;        /* since 1970, UTC */
    struct ref person;      /* the subject; none = no distinct id: counts in totals only */
    struct ref device;      /* set when the event carries both ids: links device to person */
    uint64_t insert_hash;   /* keyed hash of the insert id; 0 = it had none */
    uint32_t flags;
    uint32_t property_count;
    struct property *properties; /* distinct names, in order of arrival; no token, no time */
};

enum profile_op {
    PROFILE_SET = 1, PROFILE_SET_ONCE, PROFILE_ADD, PROFILE_APPEND, PROFILE_UNION,
    PROFILE_REMOVE, PROFILE_UNSET, PROFILE_DELETE,
};

enum profile_flags {
    PROFILE_IGNORE_TIME = 1,  /* do not touch $last_seen */
    PROFILE_IGNORE_ALIAS = 2,
};

/* One operation on one profile. A record with several operations becomes several updates. */
struct profile_update {
    enum profile_op op;
    struct str group_key;   /* empty: a person's profile */
    struct str group_id;    /* the group's value as text (ref_format_group where that is
                             * personal); empty for persons */
    struct ref subject;     /* the person, or the ref of "$group:" key ":" id */
    int64_t time_ms;        /* of the update: $time, else arrival */
    uint32_t flags;
    uint32_t property_count;
    struct property *properties; /* $unset: names with VALUE_NULL; $delete: none */
};

/* The property of that name, or NULL. */
struct property *event_find_property(struct property *properties, uint32_t count, struct str name);

#endif
