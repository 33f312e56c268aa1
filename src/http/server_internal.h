/* What http/stream needs of http/server. */
#ifndef HTTP_SERVER_INTERNAL_H
#define HTTP_SERVER_INTERNAL_H

#include <microhttpd.h>

#include "http/server.h"

struct MHD_Connection *http_request_connection(const struct http_request *request);
/* Answers with r, which the request takes over; head gives status and headers. */
void http_answer_with(struct http_request *request, const struct http_response *head,
                      struct MHD_Response *r);

#endif
