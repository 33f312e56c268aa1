/* One element of /engage or /groups: an envelope and one operation, or several. */
#ifndef INGEST_PROTOCOL_MIXPANEL_PROFILE_H
#define INGEST_PROTOCOL_MIXPANEL_PROFILE_H

#include "ingest/protocol/mixpanel_fields.h"

/* Reads the object that comes next into one record an operation; if anything in it is refused, into
 * a single refused record. False when the text is no JSON or the memory is spent: then nothing of
 * it counts. */
bool mixpanel_profile_read(struct mixpanel_reader *reader) MUST_USE;

#endif
