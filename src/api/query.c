#include "api/query.h"

#include "api/question.h"
#include "json/write.h"

enum {
    REPORT_MS = 60000,
    SMALL_MS = 15000,
    LIVE_WAIT_MS = 2000,   /* a browser that left keeps its place so long: it is not noticed */
    LIVE_MS = LIVE_WAIT_MS + 5000,
};

static void ask(struct call *call, const struct question *question)
{
    struct question_answer answer;
    question_ask(call, question, &answer);
    if (answer.json.len)
        call_answer(call, answer.status, answer.json);
    else
        call_refuse(call, &answer.error);
    bytes_wipe(&answer.buf);
}

void query_report(struct call *call)
{
    static const struct call_error error = { 400, "query", "/project",
                                             "the project is its number" };
    struct question question = { .what = QUERY_REPORT, .timeout_ms = REPORT_MS,
                                 .json = http_request_body(call->http) };
    struct json_doc *doc;
    if (!call_json(call, &doc))
        return;
    bool is_right = !json_doc_member(json_doc_root(doc), "project") ||
                    json_doc_get_u64(json_doc_root(doc), "project", &question.project);
    json_doc_destroy(doc);
    if (is_right)
        ask(call, &question);
    else
        call_refuse(call, &error);
}

/* The project of a query string; false when it is none: refused already. */
static bool take_project(struct call *call, uint64_t *project)
{
    static const struct call_error error = { 400, "query", "/project",
                                             "the project is its number" };
    struct str text;
    *project = 0;
    if (!call_param(call, "project", &text))
        return false;
    if (text.len == 0 || str_to_u64(text, project))
        return true;
    call_refuse(call, &error);
    return false;
}

static void ask_plain(struct call *call, enum query_what what)
{
    struct question question = { .what = what, .timeout_ms = SMALL_MS, .json = STR("{}") };
    if (take_project(call, &question.project))
        ask(call, &question);
}

void query_schema(struct call *call)
{
    ask_plain(call, QUERY_SCHEMA);
}

void query_status(struct call *call)
{
    ask_plain(call, QUERY_STATUS);
}

/* The parameters of those names that are there, as the members of a JSON object. */
static bool take_params(struct call *call, const char *const *names, size_t count,
                        struct json_write *w)
{
    for (size_t i = 0; i < count; i++) {
        struct str value;
        if (!call_param(call, names[i], &value))
            return false;
        if (value.len == 0)
            continue;
        json_write_key(w, names[i]);
        json_write_str(w, value);
    }
    return true;
}

void query_values(struct call *call)
{
    static const char *const names[] = { "of", "property", "q" };
    struct question question = { .what = QUERY_VALUES, .timeout_ms = SMALL_MS };
    struct bytes json = { 0 };
    struct json_write w;
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    bool is_taken = take_project(call, &question.project) && take_params(call, names, 3, &w);
    if (is_taken) {
        json_write_end_object(&w);
        question.json = bytes_str(&json);
        ask(call, &question);
    }
    bytes_wipe(&json);
}

void query_live(struct call *call)
{
    static const char *const names[] = { "after" };
    struct question question = { .what = QUERY_LIVE, .timeout_ms = LIVE_MS };
    struct bytes json = { 0 };
    struct json_write w;
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    bool is_taken = take_project(call, &question.project) && take_params(call, names, 1, &w);
    if (is_taken) {
        json_write_key(&w, "wait_ms");
        json_write_u64(&w, LIVE_WAIT_MS);
        json_write_end_object(&w);
        question.json = bytes_str(&json);
        ask(call, &question);
    }
    bytes_release(&json);
}
