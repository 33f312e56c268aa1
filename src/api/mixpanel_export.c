/* An export outlives its request: once the stream has begun, the client may leave and the request
 * is gone. What is needed from then on (who asks, the handle) is copied into `export` before.
 *
 * Every piece is asked for with a grant that is at most GRANT_KEPT_MS old: a key that auth ends,
 * and a principal whom the ledger freezes (query asks it for each piece), get no further one. */
#include "api/mixpanel_export.h"

#include <stdlib.h>
#include <string.h>

#include "api/query_mixpanel.h"
#include "api/route.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "http/stream.h"
#include "json/write.h"
#include "ledger/wire/ask.h"
#include "sys/clock.h"

enum {
    BEGIN_MS = 60000,
    PIECE_MS = 30000,
    WRITE_MS = 60000,          /* a client that takes nothing for so long is gone */
    GRANT_KEPT_MS = 3000,
    ERROR_MAX_BYTES = 64 * 1024,
};

struct export {
    struct console *console;
    struct arena arena;        /* who asks, copied */
    struct asker asker;
    uint64_t rights;
    uint64_t project;
    struct bytes settings;
    struct bytes question;     /* {"handle":…}: of every piece */
    struct bytes grant;
    uint64_t granted_ms;
};

/* ---- letting in ----------------------------------------------------------------------------- */

static struct auth_request request_of(const struct export *e, enum grant_kind kind)
{
    struct auth_request request = { .type = AUTH_AUTHORIZE, .ask_kind = (uint8_t)kind,
                                    .project = e->project, .rights = e->rights };
    asker_put(&e->asker, &request);
    return request;
}

static bool ask_auth(const struct export *e, const struct auth_request *request,
                     struct bytes *buf, struct auth_answer *out, struct call_error *error)
{
    bool is_let_in = call_ask_auth(e->console, request, buf, out, error);
    if (is_let_in && out->type != AUTH_GRANTED) {
        *error = call_error_away();
        is_let_in = false;
    }
    return is_let_in;
}

/* A grant for the question of every piece, kept for a moment. */
static bool renew_grant(struct export *e, struct call_error *error)
{
    struct auth_request request = request_of(e, GRANT_QUESTION);
    struct auth_answer answer;
    struct bytes buf = { 0 };
    if (e->grant.len && clock_boot_ms() - e->granted_ms < GRANT_KEPT_MS)
        return true;
    hash_sha256(bytes_str(&e->question), request.ask_hash);
    uint64_t now = clock_boot_ms();
    bool is_let_in = ask_auth(e, &request, &buf, &answer, error);
    bytes_reset(&e->grant);
    if (is_let_in) {
        bytes_append_str(&e->grant, answer.grant);
        e->project = answer.project;
        e->granted_ms = now;
    }
    bytes_wipe(&buf);
    return is_let_in;
}

/* The asker's own project, where it did not name one: an ask names it. */
static bool find_project(struct export *e, struct call_error *error)
{
    if (e->project)
        return true;
    bytes_append_str(&e->question, STR("{}"));
    bool is_found = renew_grant(e, error);
    bytes_reset(&e->question);
    bytes_reset(&e->grant);
    return is_found;
}

static void write_ask(const struct export *e, struct str question, struct bytes *text)
{
    struct ask ask = { .project = e->project, .kind = GRANT_ROWS, .purpose = STR("export"),
                       .has_question = true, .limit = ASK_SUBJECTS_MAX,
                       .time_ms = clock_wall_ms() };
    hash_sha256(question, ask.question);
    random_bytes(ask.nonce, sizeof(ask.nonce));
    ask_format(&ask, text);
}

/* ---- beginning ------------------------------------------------------------------------------ */

/* Query's refusal in Mixpanel's form, with what the ledger said. */
static void refuse_as_query(struct call *call, const struct query_answer *answer)
{
    struct json_doc *doc = NULL;
    struct call_error error = call_error_away();
    struct call_note note = { .entry = 0 };
    uint64_t left;
    if (json_doc_parse(answer->json, ERROR_MAX_BYTES, &doc) == 0) {
        const struct json_node *node = json_doc_member(json_doc_root(doc), "error");
        struct str message = json_doc_get_string(node, "message", STR(""));
        error = call_error_of(json_doc_get_string(node, "code", STR("")));
        error.status = answer->status;
        if (message.len)
            error.message = arena_copy(call->arena, message).ptr;
        note.has_left = json_doc_get_u64(node, "left", &left) && left <= UINT32_MAX;
        note.left = note.has_left ? (uint32_t)left : 0;
        if (!json_doc_get_u64(node, "entry", &note.entry))
            note.entry = 0;
    }
    call_refuse_noted(call, &error, &note);
    json_doc_destroy(doc);
}

/* {"handle":…} of query's answer is the question of every piece. */
static bool note_handle(struct export *e, struct str json)
{
    struct json_doc *doc = NULL;
    if (json_doc_parse(json, ERROR_MAX_BYTES, &doc) != 0)
        return false;
    const struct json_node *handle = json_doc_member(json_doc_root(doc), "handle");
    if (handle) {
        bytes_append_str(&e->question, STR("{\"handle\":"));
        json_doc_print(handle, &e->question);
        bytes_append_str(&e->question, STR("}"));
    }
    json_doc_destroy(doc);
    return handle != NULL;
}

/* Has the set fixed and written down; refuses the call when it is not. */
static bool fix_set(struct call *call, struct export *e, struct str question)
{
    struct auth_request request = request_of(e, GRANT_ROWS);
    struct call_error error = call_error_away();
    struct auth_answer let_in;
    struct query_answer answer;
    struct bytes ask = { 0 }, buf = { 0 }, said = { 0 };
    bool is_fixed = false;
    write_ask(e, question, &ask);
    request.ask = bytes_str(&ask);
    bool is_let_in = ask_auth(e, &request, &buf, &let_in, &error) && let_in.evidence.len > 0 &&
                     let_in.evidence.len <= QUERY_ASK_MAX;
    struct query_question frame = { .what = QUERY_EXPORT, .project = e->project,
                                    .ask = bytes_str(&ask), .question = question };
    if (is_let_in) {
        bytes_append_str(&e->settings, let_in.settings);
        frame.grant = let_in.grant;
        frame.settings = let_in.settings;
        frame.evidence = let_in.evidence;
    }
    if (!is_let_in || !call_ask_query(e->console, &frame, BEGIN_MS, &said, &answer) ||
        (answer.status == 200 && !note_handle(e, answer.json)))
        call_refuse(call, &error);
    else if (answer.status != 200)
        refuse_as_query(call, &answer);
    else
        is_fixed = true;
    bytes_release(&ask);
    bytes_wipe(&buf);
    bytes_wipe(&said);
    return is_fixed;
}

/* ---- streaming ------------------------------------------------------------------------------ */

/* The next piece into *buf: true with its lines, which are empty at the end. */
static bool ask_piece(struct export *e, struct bytes *buf, struct query_answer *out)
{
    struct call_error error;
    if (!renew_grant(e, &error))
        return false;
    struct query_question frame = { .what = QUERY_EXPORT_NEXT, .project = e->project,
                                    .grant = bytes_str(&e->grant),
                                    .settings = bytes_str(&e->settings),
                                    .question = bytes_str(&e->question) };
    return call_ask_query(e->console, &frame, PIECE_MS, buf, out) && out->status == 200;
}

static void stream(struct export *e, struct http_stream *out)
{
    struct query_answer answer;
    struct bytes buf = { 0 };
    bool is_going = true, is_whole = false;
    while (is_going && !is_whole) {
        is_going = ask_piece(e, &buf, &answer);
        is_whole = is_going && answer.json.len == 0;
        if (is_going && !is_whole && http_stream_write(out, answer.json, WRITE_MS) != 0)
            break;
    }
    if (!is_going)
        (void)!http_stream_write(out, STR("terminated early\n"), WRITE_MS);
    if (is_whole)
        http_stream_finish(out);
    else
        http_stream_abort(out);
    bytes_wipe(&buf);
}

static void copy_asker(struct export *e, const struct asker *asker)
{
    struct str *const texts[] = { &e->asker.cookie, &e->asker.key, &e->asker.secret,
                                  &e->asker.address, &e->asker.proof, &e->asker.method,
                                  &e->asker.path };
    e->asker = *asker;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = arena_copy(&e->arena, *texts[i]);
}

static void begin_stream(struct call *call, struct export *e)
{
    struct http_header headers[CALL_HEADERS_MAX];
    struct http_response head = { .status = 200, .headers = headers };
    head.header_count = call_headers(200, "text/plain; charset=utf-8", headers);
    stream(e, http_stream_begin(call->http, &head));
}

static void run(struct call *call, struct export *e, struct str question)
{
    struct call_error error;
    if (!find_project(e, &error))
        call_refuse(call, &error);
    else if (fix_set(call, e, question))
        begin_stream(call, e);
}

void mixpanel_export(struct call *call)
{
    struct mixpanel_params params = query_mixpanel_params(call);
    struct export e = { .console = call->console, .rights = call->route->rights };
    struct bytes question = { 0 };
    const char *error;
    arena_init(&e.arena, 0);
    copy_asker(&e, &call->asker);
    if (mixpanel_params_export(&params, call->arena, &e.project, &question, &error))
        run(call, &e, bytes_str(&question));
    else
        call_refuse(call, &(struct call_error){ 400, "query", NULL, error });
    bytes_release(&question);
    bytes_release(&e.question);
    bytes_release(&e.settings);
    bytes_wipe(&e.grant);
    arena_wipe(&e.arena);
}
