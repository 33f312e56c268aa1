#include "api/ledger_read.h"

#include "api/ask_body.h"
#include "api/names.h"
#include "api/question.h"
#include "json/write.h"

enum { READ_MS = 15000, LISTS = 2 };

static bool refuse(struct call *call, const char *code)
{
    struct call_error error = call_error_of(str_from(code));
    call_refuse(call, &error);
    return false;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* What auth lists for this asker; NULL where it does not. */
static struct json_doc *ask_list(struct call *call, enum auth_call which)
{
    struct auth_request request = { .type = AUTH_CALL, .call = which };
    struct auth_answer answer;
    struct call_error error;
    struct json_doc *doc = NULL;
    struct bytes buf = { 0 };
    asker_put(&call->asker, &request);
    if (!call_ask_auth(call->console, &request, &buf, &answer, &error) ||
        answer.type != AUTH_ANSWERED || answer.status != 200 ||
        json_doc_parse(answer.json, NAMES_JSON_MAX_BYTES, &doc) != 0)
        doc = NULL;
    bytes_wipe(&buf);
    return doc;
}

/* {"own":[{"id","name"}]} of /api/me: everybody may see their own. */
static struct json_doc *ask_own(struct call *call)
{
    struct auth_request request = { .type = AUTH_ME };
    struct auth_answer answer;
    struct call_error error;
    struct json_doc *me = NULL, *own = NULL;
    struct bytes buf = { 0 }, json = { 0 };
    asker_put(&call->asker, &request);
    if (call_ask_auth(call->console, &request, &buf, &answer, &error) &&
        answer.type == AUTH_IS && json_doc_parse(answer.me, NAMES_JSON_MAX_BYTES, &me) == 0) {
        const struct json_node *member = json_doc_member(json_doc_root(me), "member");
        bytes_append_str(&json, STR("{\"own\":["));
        if (member)
            json_doc_print(member, &json);
        bytes_append_str(&json, STR("]}"));
        if (json_doc_parse(bytes_str(&json), NAMES_JSON_MAX_BYTES, &own) != 0)
            own = NULL;
    }
    json_doc_destroy(me);
    bytes_wipe(&buf);
    bytes_release(&json);
    return own;
}

/* A key learns no names: it is no member, and nobody's list is its business. */
static void answer_named(struct call *call, struct str json)
{
    bool is_member = call->asker.by != AUTH_BY_KEY;
    struct names_list lists[LISTS] = {
        { is_member ? ask_list(call, AUTH_MEMBERS_LIST) : NULL, "members" },
        { is_member ? ask_list(call, AUTH_KEYS_LIST) : NULL, "keys" },
    };
    if (is_member && !lists[0].doc)
        lists[0] = (struct names_list){ ask_own(call), "own" };
    struct bytes named = { 0 };
    if (names_add(json, lists, LISTS, &named) == 0)
        call_answer(call, 200, bytes_str(&named));
    else
        refuse(call, "closed");
    bytes_wipe(&named);
    for (int i = 0; i < LISTS; i++)
        json_doc_destroy((struct json_doc *)(uintptr_t)lists[i].doc);
}

/* ---- questions ------------------------------------------------------------------------------ */

enum naming { WITHOUT_NAMES, WITH_NAMES };

static void ask(struct call *call, uint64_t project, struct str json, enum naming naming)
{
    struct question question = { .what = QUERY_LEDGER, .project = project, .json = json,
                                 .timeout_ms = READ_MS };
    struct question_answer answer;
    question_ask(call, &question, &answer);
    if (!answer.json.len)
        call_refuse(call, &answer.error);
    else if (naming == WITH_NAMES && answer.status == 200)
        answer_named(call, answer.json);
    else
        call_answer(call, answer.status, answer.json);
    bytes_wipe(&answer.buf);
}

static void begin(struct json_write *w, struct bytes *json, const char *what)
{
    json_write_init(w, json);
    json_write_begin_object(w);
    json_write_key(w, "read");
    json_write_text(w, what);
}

/* A number of the query string as a member, when it is there. */
static bool take_number(struct call *call, const char *name, struct json_write *w)
{
    struct str text;
    uint64_t number;
    if (!call_param(call, name, &text))
        return false;
    if (text.len == 0)
        return true;
    if (!str_to_u64(text, &number) || number > (1ull << 53))
        return refuse(call, "invalid");
    json_write_key(w, name);
    json_write_u64(w, number);
    return true;
}

static bool take_project(struct call *call, uint64_t *project)
{
    struct str text;
    *project = 0;
    if (!call_param(call, "project", &text))
        return false;
    return text.len == 0 || str_to_u64(text, project) || refuse(call, "invalid");
}

static bool take_kind(struct call *call, struct json_write *w)
{
    struct str kind;
    if (!call_param(call, "kind", &kind))
        return false;
    if (kind.len) {
        json_write_key(w, "kind");
        json_write_str(w, kind);
    }
    return true;
}

static void ask_params(struct call *call, const char *what, const char *const *numbers,
                       enum naming naming)
{
    struct bytes json = { 0 };
    struct json_write w;
    uint64_t project;
    begin(&w, &json, what);
    bool is_taken = take_project(call, &project);
    for (; is_taken && *numbers; numbers++)
        is_taken = take_number(call, *numbers, &w);
    if (is_taken && take_kind(call, &w)) {
        json_write_end_object(&w);
        ask(call, project, bytes_str(&json), naming);
    }
    bytes_release(&json);
}

void ledger_read_line(struct call *call)
{
    static const char *const numbers[] = { NULL };
    ask_params(call, "line", numbers, WITHOUT_NAMES);
}

void ledger_read_entries(struct call *call)
{
    static const char *const numbers[] = { "before", "limit", "principal", NULL };
    ask_params(call, "entries", numbers, WITH_NAMES);
}

void ledger_read_entry(struct call *call)
{
    static const char *const numbers[] = { "sequence", NULL };
    ask_params(call, "entry", numbers, WITH_NAMES);
}

void ledger_read_budgets(struct call *call)
{
    static const char *const numbers[] = { NULL };
    ask_params(call, "budget", numbers, WITH_NAMES);
}

/* The refs come in the body: an address is kept in too many places. */
void ledger_read_looked(struct call *call)
{
    struct ask_body body;
    struct bytes json = { 0 };
    struct json_write w;
    uint64_t project = 0;
    bool is_right = ask_body_parse(http_request_body(call->http), call->arena, &body) == 0 &&
                    body.ref_count > 0 &&
                    (!json_doc_member(json_doc_root(body.doc), "project") ||
                     json_doc_get_u64(json_doc_root(body.doc), "project", &project));
    if (is_right) {
        begin(&w, &json, "looked");
        json_write_key(&w, "refs");
        json_write_begin_array(&w);
        for (uint32_t i = 0; i < body.ref_count; i++) {
            char hex[2 * sizeof(body.refs[i].bytes) + 1];
            str_hex(body.refs[i].bytes, sizeof(body.refs[i].bytes), hex);
            json_write_text(&w, hex);
        }
        json_write_end_array(&w);
        json_write_end_object(&w);
        ask(call, project, bytes_str(&json), WITH_NAMES);
    } else {
        refuse(call, "invalid");
    }
    bytes_wipe(&json);
    ask_body_release(&body);
}
