/* Who may /import: the Authorization header in all the forms that importers send. */
#ifndef INGEST_PROTOCOL_MIXPANEL_AUTH_H
#define INGEST_PROTOCOL_MIXPANEL_AUTH_H

#include "ingest/protocol/mixpanel.h"

/* The project of the credentials: a write key and its secret, a secret alone, or the project's
 * token (public: it may write, as on /track). `project_id` is the parameter, empty when absent.
 * NULL with the reason in *denied. */
const struct ingest_project *mixpanel_auth_project(const struct ingest_request *request,
                                                   struct str authorization,
                                                   struct str project_id,
                                                   enum mixpanel_denied *denied);

#endif
