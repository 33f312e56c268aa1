/* Two sides share a stream: the writer, and libmicrohttpd's thread that reads from the ring when
 * the client can take more. The reader never waits: where there is nothing it suspends the
 * connection, and the writer resumes it. A suspended connection cannot end, so the writer may
 * resume exactly while is_suspended holds; and because nobody looks at a suspended connection, a
 * client that left is noticed with the next write that reaches it. */
#include "http/stream.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "http/server_internal.h"
#include "sys/clock.h"

enum { BLOCK_BYTES = 16 * 1024, SIDES = 2 };

enum end { OPEN, FINISHED, ABORTED };

struct http_stream {
    pthread_mutex_t lock;
    pthread_cond_t room;
    struct MHD_Connection *connection;
    int holders;                 /* of the two sides */
    bool is_suspended;
    bool is_gone;                /* the client's side is over */
    bool is_late;
    enum end end;
    size_t first;                /* of what waits in the ring */
    size_t len;
    uint8_t ring[HTTP_STREAM_BYTES];
};

/* Under the lock, which it gives back. */
static void let_go(struct http_stream *stream)
{
    bool is_last = --stream->holders == 0;
    (void)pthread_mutex_unlock(&stream->lock);
    if (!is_last)
        return;
    (void)pthread_cond_destroy(&stream->room);
    (void)pthread_mutex_destroy(&stream->lock);
    explicit_bzero(stream->ring, sizeof(stream->ring));
    free(stream);
}

/* ---- libmicrohttpd's side ------------------------------------------------------------------- */

static size_t take(struct http_stream *stream, char *buf, size_t max)
{
    size_t whole = HTTP_STREAM_BYTES - stream->first;
    size_t len = stream->len < max ? stream->len : max;
    len = len < whole ? len : whole;
    memcpy(buf, stream->ring + stream->first, len);
    stream->first = (stream->first + len) % HTTP_STREAM_BYTES;
    stream->len -= len;
    return len;
}

static ssize_t read_ring(void *ctx, uint64_t pos, char *buf, size_t max)
{
    struct http_stream *stream = ctx;
    (void)pos;
    (void)pthread_mutex_lock(&stream->lock);
    ssize_t got = (ssize_t)take(stream, buf, max);
    if (got > 0) {
        (void)pthread_cond_signal(&stream->room);
    } else if (stream->end == FINISHED) {
        got = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (stream->end == ABORTED) {
        got = MHD_CONTENT_READER_END_WITH_ERROR;
    } else {
        stream->is_suspended = true;
        MHD_suspend_connection(stream->connection);
    }
    (void)pthread_mutex_unlock(&stream->lock);
    return got;
}

static void client_is_gone(void *ctx)
{
    struct http_stream *stream = ctx;
    (void)pthread_mutex_lock(&stream->lock);
    stream->is_gone = true;
    (void)pthread_cond_signal(&stream->room);
    let_go(stream);
}

/* ---- the writer's side ---------------------------------------------------------------------- */

struct http_stream *http_stream_begin(struct http_request *request,
                                      const struct http_response *head)
{
    struct http_stream *stream = calloc(1, sizeof(*stream));
    check(stream != NULL);
    check(pthread_mutex_init(&stream->lock, NULL) == 0);
    clock_cond_init(&stream->room);
    stream->holders = SIDES;
    stream->connection = http_request_connection(request);
    struct MHD_Response *r = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_ring, stream, client_is_gone);
    check(r != NULL);
    http_answer_with(request, head, r);
    return stream;
}

/* Under the lock. */
static void wake_reader(struct http_stream *stream)
{
    if (!stream->is_suspended)
        return;
    stream->is_suspended = false;
    MHD_resume_connection(stream->connection);
}

static size_t put(struct http_stream *stream, struct str data)
{
    size_t at = (stream->first + stream->len) % HTTP_STREAM_BYTES;
    size_t room = HTTP_STREAM_BYTES - stream->len, whole = HTTP_STREAM_BYTES - at;
    size_t len = data.len < room ? data.len : room;
    len = len < whole ? len : whole;
    memcpy(stream->ring + at, data.ptr, len);
    stream->len += len;
    return len;
}

/* Under the lock: until there is room. */
static int wait_room(struct http_stream *stream, uint32_t timeout_ms)
{
    struct timespec until = clock_cond_until(timeout_ms);
    while (stream->len == HTTP_STREAM_BYTES && !stream->is_gone && !stream->is_late)
        if (pthread_cond_timedwait(&stream->room, &stream->lock, &until) != 0)
            stream->is_late = stream->len == HTTP_STREAM_BYTES;
    return stream->is_gone ? ERR_CLOSED : stream->is_late ? ERR_TIMEOUT : 0;
}

int http_stream_write(struct http_stream *stream, struct str data, uint32_t timeout_ms)
{
    int r = 0;
    (void)pthread_mutex_lock(&stream->lock);
    check(stream->end == OPEN);
    while (data.len && (r = wait_room(stream, timeout_ms)) == 0) {
        data = str_from_index(data, put(stream, data));
        wake_reader(stream);
    }
    (void)pthread_mutex_unlock(&stream->lock);
    return r;
}

static void end(struct http_stream *stream, enum end how)
{
    (void)pthread_mutex_lock(&stream->lock);
    check(stream->end == OPEN);
    stream->end = how;
    wake_reader(stream);
    let_go(stream);
}

void http_stream_finish(struct http_stream *stream)
{
    end(stream, FINISHED);
}

void http_stream_abort(struct http_stream *stream)
{
    end(stream, ABORTED);
}
