#include "api/access.h"

#include "api/ask_body.h"
#include "api/route.h"
#include "api/session.h"

/* Statuses are auth's; one that is none is a peer gone mad. */
static bool is_status(uint32_t status)
{
    return status >= 200 && status <= 599;
}

static void hand_on(struct call *call, const struct auth_answer *answer)
{
    if (answer->cookie.len)
        session_answer_me(call, answer->json, answer->cookie);
    else
        call_answer(call, answer->status, answer->json);
}

void access_call(struct call *call)
{
    static const struct call_error large = { 413, "limit", NULL, "this has at most 16 KB" };
    struct auth_request request = { .type = AUTH_CALL, .call = call->route->auth_call,
                                    .body = http_request_body(call->http) };
    struct ask_body asked = { .doc = NULL };
    struct auth_answer answer;
    struct call_error error;
    struct bytes buf = { 0 };
    if (request.body.len > ACCESS_BODY_MAX_BYTES) {
        call_refuse(call, &large);
        return;
    }
    asker_put(&call->asker, &request);
    if (ask_body_parse(request.body, call->arena, &asked) == 0) {
        request.ask = asked.ask;
        request.assertion = asked.assertion;
    }
    bool is_answered = call_ask_auth(call->console, &request, &buf, &answer, &error);
    if (is_answered && (answer.type != AUTH_ANSWERED || !is_status(answer.status))) {
        error = call_error_away();
        is_answered = false;
    }
    if (is_answered)
        hand_on(call, &answer);
    else
        call_refuse(call, &error);
    ask_body_release(&asked);
    bytes_wipe(&buf);
}
