/* The bodies of Mixpanel's replies, to the byte: SDKs compare them. */
#ifndef INGEST_PROTOCOL_MIXPANEL_ANSWER_H
#define INGEST_PROTOCOL_MIXPANEL_ANSWER_H

#include "ingest/protocol/mixpanel.h"

/* {"code":…,"error":…,"status":…} with the status' own phrase. */
struct str mixpanel_answer_error(unsigned status, const char *error, struct arena *arena);
/* The reply under strict=1: which records were refused, and why. */
void mixpanel_answer_strict(const struct mixpanel_output *output, struct arena *arena,
                            struct mixpanel_reply *reply);
/* 1 or 0, or what verbose, callback and img make of it. */
void mixpanel_answer_plain(const struct mixpanel_output *output, struct arena *arena,
                           struct mixpanel_reply *reply);
/* True for a refusal that the client is not told of: it would change nothing there. */
bool mixpanel_answer_is_quiet(enum refusal_reason reason);
/* The sentence of a refused record in failed_records. */
struct str mixpanel_answer_message(const struct refusal *refusal, struct arena *arena);

#endif
