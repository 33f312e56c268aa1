#include "api/call.h"

#include "base/err.h"
#include "http/form.h"
#include "json/write.h"

enum { AUTH_TIMEOUT_MS = 5000, ECHO_MAX_BYTES = 2048 };

/* ---- answers -------------------------------------------------------------------------------- */

uint32_t call_headers(unsigned status, const char *content_type, struct http_header *headers)
{
    uint32_t count = 0;
    headers[count++] = (struct http_header){ "Content-Type", content_type };
    headers[count++] = (struct http_header){ "Cache-Control", "no-store" };
    headers[count++] = (struct http_header){ "X-Content-Type-Options", "nosniff" };
    headers[count++] = (struct http_header){ "Cross-Origin-Resource-Policy", "same-origin" };
    if (status == 429 || status == 503)
        headers[count++] = (struct http_header){ "Retry-After", "2" };
    return count;
}

static void answer(struct call *call, unsigned status, const char *content_type, struct str body,
                   const char *set_cookie)
{
    struct http_header headers[CALL_HEADERS_MAX];
    uint32_t count = call_headers(status, content_type, headers);
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

static void write_note(const struct call_note *note, struct json_write *w)
{
    if (note->has_left) {
        json_write_key(w, "left");
        json_write_u64(w, note->left);
    }
    if (note->entry) {
        json_write_key(w, "entry");
        json_write_u64(w, note->entry);
    }
}

static void write_error(const struct call_error *error, const struct call_note *note,
                        struct json_write *w)
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
    write_note(note, w);
    json_write_end_object(w);
}

/* 401: {"error","status"}; else {"request","error"} with what was asked, as far as it is short. */
static void write_mixpanel_error(const struct call *call, const struct call_error *error,
                                 const struct call_note *note, struct json_write *w)
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
    if (error->status == 403) {  /* beyond theirs: which bound it was, and where it stands */
        json_write_key(w, "code");
        json_write_text(w, error->code);
        write_note(note, w);
    }
    bytes_wipe(&request);
}

void call_refuse_noted(struct call *call, const struct call_error *error,
                       const struct call_note *note)
{
    struct bytes json = { 0 };
    struct json_write w;
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    if (call->is_mixpanel)
        write_mixpanel_error(call, error, note, &w);
    else
        write_error(error, note, &w);
    json_write_end_object(&w);
    answer(call, error->status, "application/json", bytes_str(&json), NULL);
    bytes_wipe(&json);
}

void call_refuse(struct call *call, const struct call_error *error)
{
    call_refuse_noted(call, error, &(struct call_note){ .entry = 0 });
}

/* What peers refuse with, in the words and with the status of docs/formats/console-api.md. */
static const struct {
    const char *theirs;    /* a trailing * stands for any rest */
    struct call_error error;
} errors[] = {
    { "login", { 401, "login", NULL, "sign in, or send an API key" } },
    { "link", { 401, "link", NULL, "this link is used, old or unknown" } },
    { "proof", { 401, "proof", NULL, "this needs the signature of the browser that signed in" } },
    { "totp", { 401, "totp", NULL, "the code of the second factor is missing or wrong" } },
    { "role", { 403, "role", NULL, "your role does not allow this" } },
    { "right", { 403, "right", NULL, "you do not have the right to this" } },
    { "principal_unknown", { 403, "right", NULL, "the ledger does not know you" } },
    { "level", { 403, "level", NULL, "this needs a passkey" } },
    { "frozen", { 403, "frozen", NULL, "you are frozen; somebody else can lift it" } },
    { "budget", { 403, "budget", NULL, "this is more than what is left today" } },
    { "misses", { 403, "misses", NULL, "too many look-ups found nobody today" } },
    { "project_budget", { 403, "project_budget", NULL, "the project's budget is spent today" } },
    { "export_values", { 403, "export_values", NULL,
                         "exports with values stay closed until they can be approved" } },
    { "purpose", { 403, "purpose", NULL, "this purpose is not one of the project's" } },
    { "assertion", { 403, "assertion", NULL, "the passkey's answer does not fit what is asked" } },
    { "too_new", { 403, "too_new", NULL, "this passkey or member is too new for that" } },
    { "grant*", { 403, "grant", NULL, "this request was not let in; ask again" } },
    { "project", { 404, "project", NULL, "there is no such project for you" } },
    { "person", { 404, "person", NULL, "there is no such person" } },
    { "invalid", { 400, "invalid", NULL, "a value is not of the form that it must have" } },
    { "ask", { 400, "ask", NULL, "the ask is not in its canonical form" } },
    { "ask_malformed", { 400, "ask", NULL, "the ask is not in its canonical form" } },
    { "malformed", { 400, "ask", NULL, "the ask does not fit what it came with" } },
    { "lookup", { 400, "lookup", NULL, "this is no such e-mail address, phone number or id" } },
    { "subjects", { 400, "subjects", NULL, "the people do not fit the ask" } },
    { "field", { 400, "field", NULL, "a field does not fit the ask" } },
    { "limit", { 400, "limit", NULL, "this names more people than the ask allows" } },
    { "many", { 400, "limit", NULL, "too many people fit" } },
    { "erased", { 409, "erased", NULL, "this person was erased" } },
    { "throttled", { 429, "throttled", NULL, "too many attempts; wait a moment" } },
    { "rate", { 429, "rate", NULL, "too much at once" } },
    { "late", { 503, "late", NULL, "the ledger did not answer in time" } },
    { "stopped", { 503, "stopped", NULL, "the ledger has stopped: nothing is shown until it is "
                                         "looked after" } },
    { "io", { 503, "io", NULL, "a disk does not take what must be written first" } },
};

static bool is_code(struct str code, struct str theirs)
{
    if (!str_ends(theirs, STR("*")))
        return str_equal(code, theirs);
    return str_starts(code, str_slice(theirs, 0, theirs.len - 1));
}

struct call_error call_error_of(struct str code)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (is_code(code, str_from(errors[i].theirs)))
            return errors[i].error;
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

bool call_ask_query(const struct console *console, const struct query_question *question,
                    uint32_t timeout_ms, struct bytes *buf, struct query_answer *out)
{
    struct bytes body = { 0 };
    uint8_t type;
    query_wire_encode_question(question, &body);
    int r = link_ask(console->query, QUERY_QUESTION, bytes_str(&body), timeout_ms, &type, buf);
    bytes_wipe(&body);
    return r == 0 && type == QUERY_ANSWER &&
           query_wire_decode_answer(bytes_str(buf), out) == 0;
}
