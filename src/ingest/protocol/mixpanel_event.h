/* One element of /track or /import: {"event": …, "properties": {…}}. */
#ifndef INGEST_PROTOCOL_MIXPANEL_EVENT_H
#define INGEST_PROTOCOL_MIXPANEL_EVENT_H

#include "ingest/protocol/mixpanel_fields.h"

/* Reads the object that comes next into one record, admitted or refused. False when the text is no
 * JSON or the memory is spent: then nothing of it counts. */
bool mixpanel_event_read(struct mixpanel_reader *reader) MUST_USE;
/* True for the calls of original identity, which have no function here: $identify, $create_alias,
 * $merge. */
bool mixpanel_event_is_identity(struct str name);

#endif
