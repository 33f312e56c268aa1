/* From a request of Mixpanel's wire to records, before any step of the pipeline. */
#ifndef INGEST_PROTOCOL_MIXPANEL_DECODE_H
#define INGEST_PROTOCOL_MIXPANEL_DECODE_H

#include "ingest/protocol/mixpanel.h"

/* The decoding half of mixpanel_read: flags, credentials, records. */
void mixpanel_decode(struct ingest_request *request, const struct mixpanel_input *input,
                     struct mixpanel_output *output);

#endif
