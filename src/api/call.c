#include "api/call.h"

#include "base/err.h"
#include "http/form.h"
#include "json/write.h"

enum { AUTH_TIMEOUT_MS = 5000, HEADERS_MAX = 8, ECHO_MAX_BYTES = 2048 };

/* ---- answers -------------------------------------------------------------------------------- */

static void answer(struct call *call, unsigned status, const char *content_type, struct str body,
                   const char *set_cookie)
{
    struct http_header headers[HEADERS_MAX];
    uint32_t count = 0;
    headers[count++] = (struct http_header){ "Content-Type", content_type };
    headers[count++] = (struct http_header){ "Cache-Control", "no-store" };
    headers[count++] = (struct http_header){ "X-Content-Type-Options", "nosniff" };
    headers[count++] = (struct http_header){ "Cross-Origin-Resource-Policy", "same-origin" };
    if (status == 429 || status == 503)
        headers[count++] = (struct http_header){ "Retry-After", "2" };
    if (set_cookie)
        headers[count++] = (struct http_header){ "Set-Cookie", set_cookie };
    struct http_response response = { .status = status, .headers = headers,
                                      .header_count = count, .body = body };
    http_answer(call->http, &response);
}

void call_answer(struct call *call, unsigned status, struct str json)
{
    answer(call, status, "application/json", json, NULL);
}

void call_answer_as(struct call *call, unsigned status, const char *content_type, struct str body)
{
    answer(call, status, content_type, body, NULL);
}

void call_answer_cookie(struct call *call, struct str json, const char *set_cookie)
{
    answer(call, 200, "application/json", json, set_cookie);
}

static void write_error(const struct call_error *error, struct json_write *w)
{
    json_write_key(w, "error");
    json_write_begin_object(w);
    json_write_key(w, "code");
    json_write_text(w, error->code);
    if (error->at) {
        json_write_key(w, "at");
        json_write_text(w, error->at);
    }
    json_write_key(w, "message");
    json_write_text(w, error->message);
    json_write_end_object(w);
}

/* 401: {"error","status"}; else {"request","error"} with what was asked, as far as it is short. */
static void write_mixpanel_error(const struct call *call, const struct call_error *error,
                                 struct json_write *w)
{
    struct str path = http_request_path(call->http), query = http_request_query(call->http);
    struct bytes request = { 0 };
    bytes_append_str(&request, path);
    if (query.len) {
        bytes_put_u8(&request, '?');
        bytes_append_str(&request, str_slice(query, 0, ECHO_MAX_BYTES));
    }
    if (error->status != 401) {
        json_write_key(w, "request");
        json_write_str(w, bytes_str(&request));
    }
    json_write_key(w, "error");
    json_write_text(w, error->status == 429 ? "Query rate limit exceeded: too much at once"
                                            : error->message);
    if (error->status == 401) {
        json_write_key(w, "status");
        json_write_text(w, "error");
    }
    bytes_wipe(&request);
}

void call_refuse(struct call *call, const struct call_error *error)
{
    struct bytes json = { 0 };
    struct json_write w;
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    if (call->is_mixpanel)
        write_mixpanel_error(call, error, &w);
    else
        write_error(error, &w);
    json_write_end_object(&w);
    answer(call, error->status, "application/json", bytes_str(&json), NULL);
    bytes_wipe(&json);
}

struct call_error call_error_of(struct str code)
{
    static const struct call_error errors[] = {
        { 401, "login", NULL, "sign in, or send an API key" },
        { 401, "link", NULL, "this link is used, old or unknown" },
        { 403, "role", NULL, "your role does not allow this" },
        { 404, "project", NULL, "there is no such project for you" },
        { 403, "closed", NULL, "this is closed until there is a ledger to write it down in" },
        { 400, "invalid", NULL, "a value is not of the form that it must have" },
    };
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (str_equal(code, str_from(errors[i].code)))
            return errors[i];
    return call_error_away();
}

struct call_error call_error_away(void)
{
    return (struct call_error){ 503, "closed", NULL, "the program that answers this is away" };
}

/* ---- what was asked ------------------------------------------------------------------------- */

bool call_param(struct call *call, const char *name, struct str *out)
{
    if (!http_form_get(http_request_query(call->http), str_from(name), call->arena, out))
        *out = STR("");
    if (out->len <= CALL_PARAM_MAX_BYTES)
        return true;
    call_refuse(call, &(struct call_error){ 400, "query", NULL, "a parameter is too long" });
    return false;
}

bool call_json(struct call *call, struct json_doc **out)
{
    int r = json_doc_parse(http_request_body(call->http), CALL_BODY_MAX_BYTES, out);
    if (r == 0 && json_doc_type(json_doc_root(*out)) == JSON_OBJECT)
        return true;
    if (r == 0)
        json_doc_destroy(*out);
    *out = NULL;
    call_refuse(call, &(struct call_error){ 400, "query", "", "the body is not a JSON object" });
    return false;
}

bool call_ask_auth(const struct console *console, const struct auth_request *request,
                   struct bytes *buf, struct auth_answer *out, struct call_error *error)
{
    struct bytes body = { 0 };
    uint8_t type;
    auth_wire_encode_request(request, &body);
    int r = link_ask(console->auth, (uint8_t)request->type, bytes_str(&body), AUTH_TIMEOUT_MS,
                     &type, buf);
    bytes_wipe(&body);
    if (r == 0)
        r = auth_wire_decode_answer(type, bytes_str(buf), out);
    if (r != 0) {
        *error = call_error_away();
        return false;
    }
    if (out->type == AUTH_REFUSED)
        *error = call_error_of(out->code);
    return out->type != AUTH_REFUSED;
}
