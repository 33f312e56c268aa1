#include "http/static.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

enum { HEADERS_MAX = 24, TAG_BYTES = 24, FORMS = 3 };

static const char *const form_names[FORMS] = { NULL, "gzip", "br" };

struct tags {
    char of[FORMS][TAG_BYTES];   /* one for each encoding, quotes included */
};

struct static_files {
    const struct static_file *files;
    uint32_t count;
    const struct http_header *headers;
    uint32_t header_count;
    struct tags *tags;
};

static struct str form_of(const struct static_file *file, int form)
{
    return form == 2 ? file->brotli : form == 1 ? file->gzip : file->plain;
}

struct static_files *static_files_create(const struct static_file *files, uint32_t count,
                                         const struct http_header *headers,
                                         uint32_t header_count)
{
    struct static_files *s = calloc(1, sizeof(*s));
    check(s != NULL && header_count + 6 <= HEADERS_MAX);
    *s = (struct static_files){ .files = files, .count = count, .headers = headers,
                                .header_count = header_count };
    s->tags = calloc(count ? count : 1, sizeof(*s->tags));
    check(s->tags != NULL);
    for (uint32_t i = 0; i < count; i++)
        for (int form = 0; form < FORMS; form++)
            (void)snprintf(s->tags[i].of[form], TAG_BYTES, "\"%016llx%s\"",
                           (unsigned long long)hash_64(files[i].plain.ptr, files[i].plain.len),
                           form == 2 ? "-br" : form == 1 ? "-gz" : "");
    return s;
}

void static_files_destroy(struct static_files *files)
{
    if (!files)
        return;
    free(files->tags);
    free(files);
}

/* True for "br" in "gzip, br;q=0.5"; "q=0" says no. */
static bool accepts(struct str header, const char *name)
{
    struct str part;
    while (str_next(&header, ',', &part)) {
        struct str coding, quality = part;
        (void)str_next(&quality, ';', &coding);
        if (!str_equal_fold(str_trim(coding), str_from(name)))
            continue;
        quality = str_trim(quality);
        if (!str_starts(quality, STR("q=")) && !str_starts(quality, STR("Q=")))
            return true;
        double q;
        return str_to_f64(str_from_index(quality, 2), &q) && q > 0;
    }
    return false;
}

static int choose_form(const struct static_file *file, struct str accepted)
{
    for (int form = FORMS - 1; form > 0; form--)
        if (form_of(file, form).len && accepts(accepted, form_names[form]))
            return form;
    return 0;
}

/* If-None-Match compares weakly (RFC 9110, 13.1.2). */
static bool has_it(struct str header, const char *tag)
{
    struct str part;
    while (str_next(&header, ',', &part)) {
        part = str_trim(part);
        if (str_starts(part, STR("W/")))
            part = str_from_index(part, 2);
        if (str_equal(part, str_from(tag)) || str_equal(part, STR("*")))
            return true;
    }
    return false;
}

static void answer_file(const struct static_files *s, uint32_t i, struct http_request *request)
{
    struct http_header headers[HEADERS_MAX];
    uint32_t count = 0;
    const struct static_file *file = &s->files[i];
    int form = choose_form(file, http_request_header(request, "Accept-Encoding"));
    const char *tag = s->tags[i].of[form];
    bool is_known = has_it(http_request_header(request, "If-None-Match"), tag);
    for (uint32_t h = 0; h < s->header_count; h++)
        headers[count++] = s->headers[h];
    headers[count++] = (struct http_header){ "ETag", tag };
    headers[count++] = (struct http_header){ "Vary", "Accept-Encoding" };
    headers[count++] = (struct http_header){
        "Cache-Control",
        file->is_named_by_hash ? "public, max-age=31536000, immutable" : "no-cache" };
    if (!is_known) {
        headers[count++] = (struct http_header){ "Content-Type", file->content_type };
        if (form)
            headers[count++] = (struct http_header){ "Content-Encoding", form_names[form] };
    }
    struct http_response response = {
        .status = is_known ? 304 : 200, .headers = headers, .header_count = count,
        .body = is_known ? STR("") : form_of(file, form), .body_is_static = true,
    };
    http_answer(request, &response);
}

static void answer_wrong_method(const struct static_files *s, struct http_request *request)
{
    struct http_header headers[HEADERS_MAX];
    uint32_t count = 0;
    for (uint32_t h = 0; h < s->header_count; h++)
        headers[count++] = s->headers[h];
    headers[count++] = (struct http_header){ "Allow", "GET, HEAD" };
    struct http_response response = { .status = 405, .headers = headers, .header_count = count,
                                      .body = STR(""), .body_is_static = true };
    http_answer(request, &response);
}

bool static_files_answer(const struct static_files *files, struct str path,
                         struct http_request *request)
{
    struct str method = http_request_method(request);
    for (uint32_t i = 0; i < files->count; i++) {
        if (!str_equal(path, str_from(files->files[i].path)))
            continue;
        if (str_equal(method, STR("GET")) || str_equal(method, STR("HEAD")))
            answer_file(files, i, request);
        else
            answer_wrong_method(files, request);
        return true;
    }
    return false;
}
