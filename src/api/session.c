#include "api/session.h"

#include <stdio.h>
#include <string.h>

#include "api/route.h"
#include "base/version.h"
#include "json/write.h"

enum { COOKIE_LIFE_S = 43200, COOKIE_HEADER_BYTES = 512, ME_MAX_BYTES = 1024 * 1024 };

/* ---- the snippets' address ------------------------------------------------------------------ */

static bool is_host_text(struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' || c == '[' ||
                       c == ']';
        if (!is_fine)
            return false;
    }
    return host.len > 0 && host.len < 256;
}

/* "[::1]" of "[::1]:8080". */
static struct str without_port(struct str host)
{
    size_t end = host.len;
    while (end > 0 && host.ptr[end - 1] >= '0' && host.ptr[end - 1] <= '9')
        end--;
    return end > 1 && host.ptr[end - 1] == ':' ? str_slice(host, 0, end - 1) : host;
}

/* Behind a proxy that speaks https both listeners have one address (deploy/); else ingest is the
 * port beside ours. */
static struct str ingest_address(struct call *call)
{
    struct str host = http_request_header(call->http, "Host");
    if (!is_host_text(host))
        host = STR("localhost");
    if (call->is_https)
        return arena_printf(call->arena, "https://" STR_FMT, STR_ARG(host));
    return arena_printf(call->arena, "http://" STR_FMT ":%u", STR_ARG(without_port(host)),
                        call->console->ingest_port);
}

/* What auth says, and what only web knows. */
static int write_me(struct call *call, struct str me, struct bytes *out)
{
    struct json_doc *doc = NULL;
    struct json_write w;
    int r = json_doc_parse(me, ME_MAX_BYTES, &doc);
    if (r != 0)
        return r;
    json_write_init(&w, out);
    json_write_begin_object(&w);
    const struct json_node *root = json_doc_root(doc);
    for (const struct json_node *m = NULL; (m = json_doc_next(root, m)) != NULL;) {
        struct bytes value = { 0 };
        json_doc_print(m, &value);
        json_write_key_str(&w, json_doc_name(m));
        json_write_raw(&w, bytes_str(&value));
        bytes_release(&value);
    }
    json_write_key(&w, "ingest");
    json_write_str(&w, ingest_address(call));
    json_write_key(&w, "version");
    json_write_text(&w, AMANA_VERSION);
    json_write_end_object(&w);
    json_doc_destroy(doc);
    return 0;
}

/* ---- cookies -------------------------------------------------------------------------------- */

static void format_cookie(const struct call *call, struct str cookie, unsigned life_s,
                          char out[COOKIE_HEADER_BYTES])
{
    (void)snprintf(out, COOKIE_HEADER_BYTES,
                   ASKER_COOKIE_NAME "=" STR_FMT "; Path=/; HttpOnly; SameSite=Strict; "
                   "Max-Age=%u%s", STR_ARG(cookie), life_s, call->is_https ? "; Secure" : "");
}

void session_answer_me(struct call *call, struct str me, struct str cookie)
{
    char header[COOKIE_HEADER_BYTES];
    struct bytes json = { 0 };
    struct call_error error = call_error_away();
    if (write_me(call, me, &json) != 0) {
        call_refuse(call, &error);
    } else if (cookie.len) {
        format_cookie(call, cookie, COOKIE_LIFE_S, header);
        call_answer_cookie(call, bytes_str(&json), header);
        explicit_bzero(header, sizeof(header));
    } else {
        call_answer(call, 200, bytes_str(&json));
    }
    bytes_wipe(&json);
}

/* ---- the routes ----------------------------------------------------------------------------- */

/* Asks auth; hands on an answer of the wanted type, else refuses. */
static bool ask(struct call *call, const struct auth_request *request, enum auth_type wanted,
                struct bytes *buf, struct auth_answer *answer)
{
    struct call_error error;
    bool is_answered = call_ask_auth(call->console, request, buf, answer, &error);
    if (is_answered && answer->type != wanted) {
        error = call_error_away();
        is_answered = false;
    }
    if (!is_answered)
        call_refuse(call, &error);
    return is_answered;
}

void session_me(struct call *call)
{
    struct auth_request request = { .type = AUTH_ME };
    struct bytes buf = { 0 };
    struct auth_answer answer;
    asker_put(&call->asker, &request);
    if (ask(call, &request, AUTH_IS, &buf, &answer))
        session_answer_me(call, answer.me, answer.cookie);
    bytes_wipe(&buf);
}

void session_leave(struct call *call)
{
    struct auth_request request = { .type = AUTH_LEAVE, .body = http_request_body(call->http) };
    struct bytes buf = { 0 };
    struct auth_answer answer;
    uint8_t who[RECENT_WHO_BYTES];
    char cookie[COOKIE_HEADER_BYTES];
    asker_put(&call->asker, &request);
    asker_hash(&call->asker, who);
    recent_forget(call->console->recent, who);
    if (ask(call, &request, AUTH_DONE, &buf, &answer)) {
        format_cookie(call, STR(""), 0, cookie);
        call_answer_cookie(call, STR("{}"), cookie);
    }
    bytes_wipe(&buf);
}

/* A member that is there must be a text. */
static bool is_text_or_absent(const struct json_node *root, const char *name)
{
    const struct json_node *member = json_doc_member(root, name);
    return !member || json_doc_type(member) == JSON_STRING;
}

void session_change_project(struct call *call)
{
    struct json_doc *doc;
    struct bytes buf = { 0 };
    struct auth_answer answer;
    if (!call_json(call, &doc))
        return;
    const struct json_node *root = json_doc_root(doc);
    struct auth_request request = {
        .type = AUTH_CHANGE_PROJECT, .rights = call->route->rights,
        .body = http_request_body(call->http),
        .name = json_doc_get_string(root, "name", STR("")),
        .zone = json_doc_get_string(root, "zone", STR("")),
    };
    asker_put(&call->asker, &request);
    bool is_right = is_text_or_absent(root, "name") && is_text_or_absent(root, "zone") &&
                    (!json_doc_member(root, "project") ||
                     json_doc_get_u64(root, "project", &request.project));
    if (!is_right) {
        struct call_error error = call_error_of(STR("invalid"));
        call_refuse(call, &error);
    } else if (ask(call, &request, AUTH_IS, &buf, &answer)) {
        session_answer_me(call, answer.me, answer.cookie);
    }
    json_doc_destroy(doc);
    bytes_wipe(&buf);
}

void session_owner_link(struct call *call)
{
    struct auth_request request = { .type = AUTH_NEW_OWNER_LINK };
    struct call_error error = call_error_of(STR("role"));
    struct bytes buf = { 0 };
    struct auth_answer answer;
    asker_put(&call->asker, &request);
    if (call->asker.uid != call->console->owner_uid && call->asker.uid != 0) {
        call_refuse(call, &error);
        return;
    }
    if (ask(call, &request, AUTH_LINKED, &buf, &answer)) {
        struct str json = arena_printf(call->arena, "{\"owner_link\":\"/enter#" STR_FMT "\"}",
                                       STR_ARG(answer.link));
        call_answer(call, 200, json);
    }
    bytes_wipe(&buf);
}
