/* What flows through the pipeline (DESIGN 3): one record of a request, on its way from raw text to
 * an event or profile update that holds no personal value. Each step either changes it or sets its
 * refusal; a refused record takes no further step. */
#ifndef INGEST_RECORD_H
#define INGEST_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "event/event.h"
#include "event/refusal.h"
#include "ingest/enrich/place.h"
#include "ingest/enrich/user_agent.h"
#include "ingest/settings.h"

enum record_kind { RECORD_EVENT = 1, RECORD_UPDATE };

enum { RECENT_PLAIN_MAX = 32 };

/* A plain property of a record before, at the same place: neighbours in a batch are much alike. */
struct recent_plain {
    const struct ingest_project *project; /* NULL = none yet */
    enum value_type type;
    struct str name;
    struct str text;
};

/* The facts of the HTTP request that its records share. */
struct ingest_request {
    struct arena *arena;
    struct settings *settings;        /* pinned by whoever made the request */
    const struct place *place;        /* NULL: countries are not known */
    const struct ingest_project *project; /* of the credentials (/import), or NULL: by token */
    int64_t received_ms;
    struct str protocol;              /* "mixpanel" */
    struct str peer_country;          /* of peer_ip; without ptr: not looked up yet */
    struct str peer_ip;               /* text; after trusted proxies; never stored */
    struct str user_agent;
    bool is_import;
    bool is_strict;
    bool use_ip;                      /* ip=1: place from the peer's address */
    bool has_agent;                   /* enrich has read user_agent into agent */
    struct user_agent agent;
    struct seal_session *seal;        /* of this request */
    struct plain_cache *plain;        /* of all requests; NULL: every value is judged anew */
    struct recent_plain recent[RECENT_PLAIN_MAX]; /* by the property's place in its record */
    uint32_t dropped[REFUSAL_COUNT];  /* parts dropped of accepted records, by reason */
};

struct record {
    enum record_kind kind;
    uint32_t index;                   /* in the request, from 0 */
    struct str token;
    const struct ingest_project *project;
    /* Raw ids, until the seal step turns them into refs; empty = none. */
    struct str distinct_id;
    struct str device_id;
    struct str user_id;
    struct str insert_id;
    struct str ip;                    /* properties.ip or $ip; gone after enrich */
    bool no_ip;                       /* ip was 0 */
    bool has_time;
    struct event event;               /* kind EVENT */
    struct profile_update update;     /* kind UPDATE */
    struct refusal refusal;           /* reason NONE while admitted */
};

/* A step of the pipeline. */
typedef void (*record_step_fn)(struct ingest_request *request, struct record *record);

/* The properties of either kind, to walk and to shrink. */
struct property **record_properties(struct record *record, uint32_t **count);
/* Refuses the record; the first refusal stays. `field` is borrowed for the request. */
void record_refuse(struct record *record, enum refusal_reason reason, struct str field);

#endif
