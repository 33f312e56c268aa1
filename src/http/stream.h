/* An answer whose body is written piece by piece, by a thread of its own. At most
 * HTTP_STREAM_BYTES wait for the client; then the writer waits. Whoever writes must not touch the
 * request any more: the client may leave at any moment, and the request with it.
 *
 * Over HTTP/1.1 the body comes in chunks, so that a client knows whether it got the end: an aborted
 * stream closes the connection without the last chunk. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include <stdint.h>

#include "base/check.h"
#include "http/server.h"

enum { HTTP_STREAM_BYTES = 128 * 1024 };

struct http_stream;

/* Answers the request; head's body is not looked at. Ends with finish or abort. */
struct http_stream *http_stream_begin(struct http_request *request,
                                      const struct http_response *head);
/* Waits until all of it has room. ERR_CLOSED: the client left; ERR_TIMEOUT: it took nothing for
 * timeout_ms. Both stay so. */
int http_stream_write(struct http_stream *stream, struct str data, uint32_t timeout_ms) MUST_USE;
/* The end, after what waits; the stream is not the caller's any more. */
void http_stream_finish(struct http_stream *stream);
/* The same, but the connection is cut: the client sees that this is not all. */
void http_stream_abort(struct http_stream *stream);

#endif
