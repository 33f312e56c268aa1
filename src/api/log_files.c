#include "api/log_files.h"

#include "api/log_path.h"

/* 256 entries of at most 65,535 bytes and their lengths would be 16 MiB; ours have 112. */
enum { FILE_MAX_BYTES = 256 * (2 + 1024) };

static struct http_header cache_of(const struct log_path *path)
{
    struct http_header header = { "Cache-Control", "public, max-age=31536000, immutable" };
    if (path->kind == LOG_PATH_CHECKPOINT)
        header.value = "no-store";
    else if (path->is_partial)
        header.value = "no-cache"; /* may be gone once the full tile is there */
    return header;
}

static void answer_file(struct call *call, const struct log_path *path, struct str content)
{
    const struct http_header headers[] = {
        { "Content-Type", path->kind == LOG_PATH_CHECKPOINT ? "text/plain; charset=utf-8"
                                                            : "application/octet-stream" },
        cache_of(path),
        { "X-Content-Type-Options", "nosniff" },
        { "Access-Control-Allow-Origin", "*" },
    };
    struct http_response response = { .status = 200, .headers = headers, .header_count = 4,
                                      .body = content };
    http_answer(call->http, &response);
}

void log_files_answer(struct call *call)
{
    static const struct str prefix = STR("/log/");
    struct str path = http_request_path(call->http);
    struct log_path file;
    struct bytes content = { 0 };
    if (call->console->log && str_starts(path, prefix) &&
        log_path_parse(str_from_index(path, prefix.len), &file) &&
        fs_read_file(call->console->log, file.file, FILE_MAX_BYTES, &content) == 0)
        answer_file(call, &file, bytes_str(&content));
    else
        call_answer_as(call, 404, "text/plain", STR("not found\n"));
    bytes_release(&content);
}
