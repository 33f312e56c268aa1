/* Files from memory, packed before: the one with the best encoding that the browser accepts, an
 * ETag for each, and no body for a browser that has it. Names that hold a hash of their content may
 * be kept for ever; a page is asked about each time. */
#ifndef HTTP_STATIC_H
#define HTTP_STATIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "http/server.h"

struct static_file {
    const char *path;          /* "/assets/amana-0cf825cb617a.css"; "/" is the page */
    const char *content_type;
    struct str plain;
    struct str gzip;           /* empty: not packed */
    struct str brotli;
    bool is_named_by_hash;
};

struct static_files;

/* files, their content and the headers outlive it. headers go with every answer. */
struct static_files *static_files_create(const struct static_file *files, uint32_t count,
                                         const struct http_header *headers,
                                         uint32_t header_count);
void static_files_destroy(struct static_files *files);
/* Answers a GET or HEAD for that path, or 405; false, and no answer, when there is no such file. */
bool static_files_answer(const struct static_files *files, struct str path,
                         struct http_request *request) MUST_USE;

#endif
