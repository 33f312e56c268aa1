#include "api/question.h"

#include "api/route.h"
#include "crypto/hash.h"

enum { SETTINGS_MAX_BYTES = 1024 * 1024, ERROR_MAX_BYTES = 64 * 1024 };

/* What lets a question pass: a grant, or auth's word of a moment ago. */
struct pass {
    uint64_t project;
    struct bytes settings;
    struct bytes grant;
};

/* Only what names nobody goes on without a grant. */
static bool may_go_on(const struct call *call, const struct question *question)
{
    return call->asker.by != AUTH_BY_UID && question->what <= QUERY_STATUS;
}

static void note_pass(struct call *call, const struct question *question,
                      const struct auth_answer *answer, struct pass *pass)
{
    uint8_t who[RECENT_WHO_BYTES];
    pass->project = answer->project;
    bytes_append_str(&pass->settings, answer->settings);
    bytes_append_str(&pass->grant, answer->grant);
    if (!may_go_on(call, question))
        return;
    asker_hash(&call->asker, who);
    recent_note(call->console->recent, who, question->project, answer->project, answer->settings);
}

/* Auth said no, or said nothing: then a moment ago counts. */
static bool pass_as_before(struct call *call, const struct question *question,
                           const struct call_error *error, struct pass *pass)
{
    uint8_t who[RECENT_WHO_BYTES];
    if (!may_go_on(call, question))
        return false;
    asker_hash(&call->asker, who);
    if (error->status == 503)
        return recent_find(call->console->recent, who, question->project, &pass->project,
                           &pass->settings);
    recent_forget(call->console->recent, who);
    return false;
}

static bool authorize(struct call *call, const struct question *question, struct pass *pass,
                      struct call_error *error)
{
    struct auth_request request = { .type = AUTH_AUTHORIZE, .ask_kind = GRANT_QUESTION,
                                    .project = question->project, .rights = call->route->rights };
    struct auth_answer answer;
    struct bytes buf = { 0 };
    asker_put(&call->asker, &request);
    hash_sha256(question->json, request.ask_hash);
    bool is_let_in = call_ask_auth(call->console, &request, &buf, &answer, error);
    if (is_let_in && (answer.type != AUTH_GRANTED || answer.settings.len > SETTINGS_MAX_BYTES)) {
        *error = call_error_away();
        is_let_in = false;
    }
    if (is_let_in)
        note_pass(call, question, &answer, pass);
    else
        is_let_in = pass_as_before(call, question, error, pass);
    bytes_wipe(&buf);
    return is_let_in;
}

static void ask_query(struct call *call, const struct question *question, const struct pass *pass,
                      struct question_answer *out)
{
    struct query_question frame = { .what = question->what, .project = pass->project,
                                    .grant = bytes_str(&pass->grant),
                                    .settings = bytes_str(&pass->settings),
                                    .question = question->json };
    struct query_answer answer;
    if (call_ask_query(call->console, &frame, question->timeout_ms, &out->buf, &answer) &&
        answer.json.len) {
        out->status = answer.status;
        out->json = answer.json;
        return;
    }
    out->error = call_error_away();
    out->status = out->error.status;
}

static void ask_once(struct call *call, const struct question *question,
                     struct question_answer *out)
{
    struct pass pass = { 0 };
    if (authorize(call, question, &pass, &out->error))
        ask_query(call, question, &pass, out);
    else
        out->status = out->error.status;
    bytes_wipe(&pass.grant);
    bytes_release(&pass.settings);
}

/* Query did not take the grant. Auth signed it a moment ago: it was started anew meanwhile, or the
 * question waited longer than a grant lives. */
static bool is_stale(const struct question_answer *answer)
{
    struct json_doc *doc = NULL;
    if (answer->status != 403 || json_doc_parse(answer->json, ERROR_MAX_BYTES, &doc) != 0)
        return false;
    const struct json_node *error = json_doc_member(json_doc_root(doc), "error");
    bool is_grant = str_equal(json_doc_get_string(error, "code", STR("")), STR("grant"));
    json_doc_destroy(doc);
    return is_grant;
}

void question_ask(struct call *call, const struct question *question,
                  struct question_answer *out)
{
    *out = (struct question_answer){ 0 };
    ask_once(call, question, out);
    if (is_stale(out)) {
        bytes_wipe(&out->buf);
        *out = (struct question_answer){ 0 };
        ask_once(call, question, out);
    }
    if (is_stale(out)) {
        out->json = STR("");
        out->error = call_error_away();
        out->status = out->error.status;
    }
}
