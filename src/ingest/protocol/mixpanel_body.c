#include "ingest/protocol/mixpanel_body.h"

#include "base/base64.h"
#include "base/err.h"
#include "event/limits.h"
#include "http/form.h"
#include "ingest/protocol/gunzip.h"

enum { CALLBACK_MAX_BYTES = 128 };

/* Where parameters may stand: in the query and, if the body is a form, there too. */
struct sources {
    struct str query;
    struct str form;
    struct arena *arena;
};

static bool find_parameter(const struct sources *from, struct str name, struct str *out)
{
    return http_form_get(from->query, name, from->arena, out) ||
           http_form_get(from->form, name, from->arena, out);
}

static bool is_on(const struct sources *from, struct str name)
{
    struct str value;
    return find_parameter(from, name, &value) && (str_equal(value, STR("1")) ||
                                                  str_equal_fold(value, STR("true")));
}

/* Only what can be part of a function's name: the reply is a script in the page. */
static bool is_callback(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
        if (!is_letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '.')))
            return false;
    }
    return name.len > 0 && name.len <= CALLBACK_MAX_BYTES;
}

static void read_flags(const struct sources *from, struct mixpanel_body *body)
{
    struct str value;
    body->is_verbose = is_on(from, STR("verbose"));
    body->is_strict = is_on(from, STR("strict"));
    body->is_image = is_on(from, STR("img"));
    body->use_ip = is_on(from, STR("ip"));
    body->has_ip = find_parameter(from, STR("ip"), &value);
    if (find_parameter(from, STR("callback"), &value) && is_callback(value))
        body->callback = value;
    if (find_parameter(from, STR("project_id"), &value))
        body->project_id = value;
}

static enum refusal_reason unpack(const struct mixpanel_input *input, struct arena *arena,
                                  struct str *body)
{
    struct str coding = str_trim(input->content_encoding);
    *body = input->body;
    bool is_deflate = str_equal_fold(coding, STR("deflate"));
    bool is_known = coding.len == 0 || is_deflate || str_equal_fold(coding, STR("gzip")) ||
                    str_equal_fold(coding, STR("x-gzip")) ||
                    str_equal_fold(coding, STR("identity"));
    if (!is_known)
        return REFUSAL_body_malformed;
    /* A proxy may have unpacked it and left the header: then the bytes decide. */
    if (!is_deflate && !gunzip_is_gzip(*body))
        return REFUSAL_NONE;
    int r = gunzip_body(*body, LIMIT_REQUEST_INFLATED_BYTES, arena, body);
    if (r)
        *body = STR("");
    if (r == 0)
        return REFUSAL_NONE;
    return r == ERR_INVALID ? REFUSAL_body_malformed : REFUSAL_body_too_large;
}

/* Without white space and byte order mark before it. */
static struct str trim_start(struct str text)
{
    struct str trimmed = str_trim(text);
    if (str_starts(trimmed, STR("\xef\xbb\xbf")))
        trimmed = str_trim(str_from_index(trimmed, 3));
    return trimmed;
}

static bool is_json(struct str text)
{
    return text.len > 0 && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

/* The value of data=: raw JSON, or base64 of it. */
static enum refusal_reason decode_data(struct str data, struct arena *arena, struct str *out)
{
    data = trim_start(data);
    if (data.len == 0 || is_json(data)) {
        *out = data;
        return REFUSAL_NONE;
    }
    uint8_t *text = arena_try(arena, data.len / 4 * 3 + 3);
    if (!text)
        return REFUSAL_body_too_large;
    ptrdiff_t len = base64_decode(data, text);
    if (len < 0)
        return REFUSAL_body_malformed;
    *out = trim_start(str_of(text, (size_t)len));
    return REFUSAL_NONE;
}

static bool is_form_type(struct str content_type)
{
    return content_type.len == 0 || str_contains_fold(content_type, STR("urlencoded")) ||
           str_contains_fold(content_type, STR("text/plain"));
}

enum refusal_reason mixpanel_body_read(const struct mixpanel_input *input, struct arena *arena,
                                       struct mixpanel_body *body)
{
    struct sources from = { .query = input->query, .form = STR(""), .arena = arena };
    struct str raw, data;
    *body = (struct mixpanel_body){ .data = STR("") };
    enum refusal_reason reason = unpack(input, arena, &raw);
    raw = trim_start(raw);
    if (!is_json(raw))
        from.form = raw;
    read_flags(&from, body);
    if (reason)
        return reason;
    body->is_lines = str_contains_fold(input->content_type, STR("ndjson")) ||
                     str_contains_fold(input->content_type, STR("jsonl"));
    if (is_json(raw) || body->is_lines) {
        body->data = raw;
        return REFUSAL_NONE;
    }
    if (find_parameter(&from, STR("data"), &data))
        return decode_data(data, arena, &body->data);
    return raw.len && !is_form_type(input->content_type) ? REFUSAL_json_malformed : REFUSAL_NONE;
}
