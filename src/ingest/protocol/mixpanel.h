/* Mixpanel's wire: /track, /engage, /groups and /import in every encoding that its SDKs use, into
 * records that went through the pipeline; and the replies that those SDKs insist on.
 *
 * Everything handed out is borrowed from the request's arena or from the input. */
#ifndef INGEST_PROTOCOL_MIXPANEL_H
#define INGEST_PROTOCOL_MIXPANEL_H

#include "ingest/record.h"

enum mixpanel_path { MIXPANEL_TRACK, MIXPANEL_ENGAGE, MIXPANEL_GROUPS, MIXPANEL_IMPORT };

struct mixpanel_input {
    enum mixpanel_path path;
    bool is_get;
    struct str query;            /* raw, without '?' */
    struct str content_type;
    struct str content_encoding;
    struct str authorization;    /* the whole header value */
    struct str body;             /* raw: still compressed */
};

/* Why credentials of /import were turned away; each has its own sentence. */
enum mixpanel_denied {
    MIXPANEL_DENIED_NOT = 0,
    MIXPANEL_DENIED_MISSING,
    MIXPANEL_DENIED_USER,        /* no such key */
    MIXPANEL_DENIED_SECRET,      /* the key's secret is another */
    MIXPANEL_DENIED_LONE_SECRET, /* neither a token nor a secret of a project */
    MIXPANEL_DENIED_PROJECT,     /* project_id names another project */
};

struct mixpanel_output {
    struct record *records;      /* admitted where refusal.reason is REFUSAL_NONE */
    uint32_t count;
    enum refusal_reason whole;   /* the request was refused as a whole: count is 0 */
    /* ---- for mixpanel_reply ---- */
    enum mixpanel_path path;
    enum mixpanel_denied denied;
    uint32_t element_count;      /* of the client: several operations in one are one */
    bool is_verbose;
    bool is_strict;
    bool is_image;               /* img=1: a picture of one pixel */
    bool is_empty;               /* there was no data, or nothing but empty objects */
    struct str callback;         /* empty: none */
};

struct mixpanel_reply {
    unsigned status;
    const char *content_type;
    struct str body;             /* in the arena, or static */
};

/* Decodes the request and runs the pipeline, the seal step included. Sets request->is_import,
 * is_strict, use_ip, and for /import request->project from the credentials; when project is set
 * already (a local socket) the credentials are not looked at. Never fails: it refuses. */
void mixpanel_read(struct ingest_request *request, const struct mixpanel_input *input,
                   struct mixpanel_output *output);
/* What to answer once everything admitted is durable. */
void mixpanel_reply(const struct mixpanel_output *output, struct arena *arena,
                    struct mixpanel_reply *reply);
/* The static answer for 400, 401, 404, 405, 413, 429 and 503; any other status is answered as
 * 500. */
void mixpanel_reply_error(unsigned status, struct mixpanel_reply *reply);

#endif
