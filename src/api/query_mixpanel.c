#include "api/query_mixpanel.h"

#include <stdlib.h>

#include "api/mixpanel_report.h"
#include "api/question.h"

enum { REPORT_MS = 60000, NAMES_MS = 15000 };

struct mixpanel_params query_mixpanel_params(const struct call *call)
{
    struct str type = http_request_header(call->http, "Content-Type");
    static const struct str form = STR("application/x-www-form-urlencoded");
    bool is_form = str_equal_fold(str_slice(type, 0, form.len), form);
    return (struct mixpanel_params){
        .query = http_request_query(call->http),
        .form = is_form ? http_request_body(call->http) : STR(""),
    };
}

static void refuse(struct call *call, unsigned status, const char *message)
{
    call_refuse(call, &(struct call_error){ status, "query", NULL, message });
}

/* Hands on why there is no answer; true when there is one. */
static bool is_answered(struct call *call, const struct question_answer *answer)
{
    if (answer->json.len && answer->status == 200)
        return true;
    if (!answer->json.len) {
        call_refuse(call, &answer->error);
        return false;
    }
    char *message = mixpanel_report_error(answer->json);
    refuse(call, answer->status, message ? message : "the question was refused");
    free(message);
    return false;
}

static void reply(struct call *call, int r, const char *content_type, struct bytes *body)
{
    struct call_error away = call_error_away();
    if (r == 0)
        call_answer_as(call, 200, content_type, bytes_str(body));
    else
        call_refuse(call, &away);
    bytes_release(body);
}

void query_mixpanel_segmentation(struct call *call)
{
    struct mixpanel_params params = query_mixpanel_params(call);
    struct mixpanel_segmentation asked;
    struct question_answer answer = { 0 };
    struct bytes body = { 0 };
    const char *error;
    if (!mixpanel_params_segmentation(&params, call->arena, &asked, &error)) {
        refuse(call, 400, error);
        bytes_wipe(&asked.json);
        return;
    }
    struct question question = { .what = QUERY_REPORT, .project = asked.project,
                                 .json = bytes_str(&asked.json), .timeout_ms = REPORT_MS };
    question_ask(call, &question, &answer);
    if (is_answered(call, &answer)) {
        int r = asked.is_csv ? mixpanel_report_csv(answer.json, asked.is_grouped, &body)
                             : mixpanel_report_segmentation(answer.json, asked.is_grouped, &body);
        reply(call, r, asked.is_csv ? "text/csv; charset=utf-8" : "application/json", &body);
    }
    bytes_wipe(&answer.buf);
    bytes_wipe(&asked.json);
}

void query_mixpanel_names(struct call *call)
{
    struct mixpanel_params params = query_mixpanel_params(call);
    struct question question = { .what = QUERY_SCHEMA, .json = STR("{}"), .timeout_ms = NAMES_MS };
    struct question_answer answer = { 0 };
    struct bytes body = { 0 };
    const char *error;
    uint32_t limit;
    if (!mixpanel_params_names(&params, call->arena, &question.project, &limit, &error)) {
        refuse(call, 400, error);
        return;
    }
    question_ask(call, &question, &answer);
    if (is_answered(call, &answer))
        reply(call, mixpanel_report_names(answer.json, limit, &body), "application/json", &body);
    bytes_wipe(&answer.buf);
}
