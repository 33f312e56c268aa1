#include "cli/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sys/sock.h"

enum { HEAD_MAX_BYTES = 64 * 1024, ANSWER_MAX_BYTES = 256 * 1024 * 1024, DEFAULT_MS = 30000 };

struct client {
    char *address;
    int fd;               /* -1 = not connected */
    struct bytes input;   /* what was read and not yet used */
    size_t used;
};

static int connect_client(struct client *client)
{
    static const char unix_prefix[] = "unix:";
    client->used = 0;
    bytes_reset(&client->input);
    if (strncmp(client->address, unix_prefix, sizeof(unix_prefix) - 1) == 0)
        return sock_connect_unix(client->address + sizeof(unix_prefix) - 1, &client->fd);
    return sock_connect(client->address, 5000, &client->fd);
}

static void disconnect(struct client *client)
{
    sock_close(client->fd);
    client->fd = -1;
}

int client_open(const char *address, struct client **out)
{
    struct client *client = calloc(1, sizeof(*client));
    check(client != NULL);
    client->fd = -1;
    client->address = strdup(address);
    check(client->address != NULL);
    int r = connect_client(client);
    if (r != 0) {
        client_close(client);
        return r;
    }
    *out = client;
    return 0;
}

void client_close(struct client *client)
{
    if (!client)
        return;
    disconnect(client);
    bytes_release(&client->input);
    free(client->address);
    free(client);
}

/* Reads more input; ERR_CLOSED at the end of the stream. */
static int more(struct client *client, uint32_t timeout_ms)
{
    enum { STEP = 64 * 1024 };
    size_t got = 0;
    bytes_reserve(&client->input, STEP);
    int r = sock_read(client->fd, client->input.ptr + client->input.len, STEP, timeout_ms, &got);
    if (r != 0)
        return r;
    client->input.len += got;
    return got ? 0 : ERR_CLOSED;
}

static struct str unread(const struct client *client)
{
    return str_from_index(bytes_str(&client->input), client->used);
}

/* One line without its CR LF, borrowed until the next read. */
static int read_line(struct client *client, uint32_t timeout_ms, struct str *line)
{
    for (;;) {
        struct str rest = unread(client);
        ptrdiff_t end = str_find(rest, STR("\r\n"));
        if (end >= 0) {
            *line = str_slice(rest, 0, (size_t)end);
            client->used += (size_t)end + 2;
            return 0;
        }
        if (rest.len > HEAD_MAX_BYTES)
            return ERR_INVALID;
        int r = more(client, timeout_ms);
        if (r != 0)
            return r;
    }
}

static int read_exactly(struct client *client, size_t len, uint32_t timeout_ms, struct bytes *out)
{
    if (len > ANSWER_MAX_BYTES || out->len + len > ANSWER_MAX_BYTES)
        return ERR_TOO_LARGE;
    while (unread(client).len < len) {
        int r = more(client, timeout_ms);
        if (r != 0)
            return r;
    }
    bytes_append_str(out, str_slice(unread(client), 0, len));
    client->used += len;
    return 0;
}

struct head {
    unsigned status;
    bool is_chunked;
    bool closes;
    bool has_length;
    uint64_t length;
};

static int read_head(struct client *client, uint32_t timeout_ms, struct head *head)
{
    struct str line;
    uint64_t status;
    *head = (struct head){ 0 };
    int r = read_line(client, timeout_ms, &line);
    if (r != 0)
        return r;
    if (!str_starts(line, STR("HTTP/1.")) || !str_to_u64(str_slice(line, 9, 12), &status))
        return ERR_INVALID;
    head->status = (unsigned)status;
    while ((r = read_line(client, timeout_ms, &line)) == 0 && line.len) {
        ptrdiff_t colon = str_find_byte(line, ':');
        if (colon < 0)
            return ERR_INVALID;
        struct str name = str_slice(line, 0, (size_t)colon);
        struct str value = str_trim(str_from_index(line, (size_t)colon + 1));
        if (str_equal_fold(name, STR("content-length"))) {
            if (!str_to_u64(value, &head->length))
                return ERR_INVALID;
            head->has_length = true;
        } else if (str_equal_fold(name, STR("transfer-encoding"))) {
            head->is_chunked = str_equal_fold(value, STR("chunked"));
        } else if (str_equal_fold(name, STR("connection"))) {
            head->closes = str_equal_fold(value, STR("close"));
        }
    }
    return r;
}

static int read_chunks(struct client *client, uint32_t timeout_ms, struct bytes *answer)
{
    for (;;) {
        struct str line;
        int r = read_line(client, timeout_ms, &line);
        if (r != 0)
            return r;
        char text[20] = { 0 };
        if (line.len == 0 || line.len >= sizeof(text))
            return ERR_INVALID;
        memcpy(text, line.ptr, line.len);
        size_t len = strtoul(text, NULL, 16);
        r = read_exactly(client, len, timeout_ms, answer);
        if (r == 0)
            r = read_line(client, timeout_ms, &line);
        if (r != 0 || len == 0)
            return r;
    }
}

static int send_request(struct client *client, const struct client_request *request,
                        uint32_t timeout_ms)
{
    struct bytes head = { 0 };
    bytes_printf(&head, "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n",
                 request->method, request->path, request->body.len);
    if (request->content_type)
        bytes_printf(&head, "Content-Type: %s\r\n", request->content_type);
    if (request->authorization)
        bytes_printf(&head, "Authorization: %s\r\n", request->authorization);
    if (request->encoding)
        bytes_printf(&head, "Content-Encoding: %s\r\n", request->encoding);
    bytes_append_str(&head, STR("\r\n"));
    int r = sock_write(client->fd, bytes_str(&head), timeout_ms);
    if (r == 0)
        r = sock_write(client->fd, request->body, timeout_ms);
    bytes_wipe(&head);
    return r;
}

static int ask_once(struct client *client, const struct client_request *request,
                    unsigned *status, struct bytes *answer)
{
    uint32_t timeout_ms = request->timeout_ms ? request->timeout_ms : DEFAULT_MS;
    struct head head;
    bytes_reset(answer);
    int r = send_request(client, request, timeout_ms);
    do
        r = r == 0 ? read_head(client, timeout_ms, &head) : r;
    while (r == 0 && head.status == 100);
    if (r != 0)
        return r;
    *status = head.status;
    if (head.is_chunked)
        r = read_chunks(client, timeout_ms, answer);
    else if (head.has_length)
        r = read_exactly(client, (size_t)head.length, timeout_ms, answer);
    if (head.closes || r != 0)
        disconnect(client);
    bytes_reset(&client->input);
    client->used = 0;
    return r;
}

int client_ask(struct client *client, const struct client_request *request, unsigned *status,
               struct bytes *answer)
{
    bool is_fresh = client->fd < 0;
    int r = is_fresh ? connect_client(client) : 0;
    if (r == 0)
        r = ask_once(client, request, status, answer);
    if (r != ERR_CLOSED || is_fresh)
        return r;
    disconnect(client);
    r = connect_client(client);
    return r == 0 ? ask_once(client, request, status, answer) : r;
}
