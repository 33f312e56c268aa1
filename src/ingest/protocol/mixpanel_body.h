/* From the request as it arrived to the JSON text of its records: every encoding of Mixpanel's
 * wire. What a body is, its first bytes decide rather than its content type, because SDKs put
 * forms into text/plain (sendBeacon), JSON into forms, and gzip around either. */
#ifndef INGEST_PROTOCOL_MIXPANEL_BODY_H
#define INGEST_PROTOCOL_MIXPANEL_BODY_H

#include "ingest/protocol/mixpanel.h"

struct mixpanel_body {
    struct str data;       /* JSON text; empty: there was none */
    bool is_lines;         /* one JSON value a line */
    bool is_verbose;
    bool is_strict;
    bool is_image;
    bool has_ip;           /* the parameter was there */
    bool use_ip;           /* and said 1 */
    struct str callback;   /* a name that is safe to write, or empty */
    struct str project_id; /* empty: none */
};

/* REFUSAL_NONE, body_malformed or body_too_large. The flags are read as far as possible even when
 * the data is refused. */
enum refusal_reason mixpanel_body_read(const struct mixpanel_input *input, struct arena *arena,
                                       struct mixpanel_body *body);

#endif
