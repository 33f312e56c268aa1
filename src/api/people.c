#include "api/people.h"

#include "api/ask_body.h"
#include "api/people_vault.h"
#include "api/question.h"
#include "api/route.h"

enum { ROWS_MS = 30000 };

/* A request whose ask was let in. */
struct showing {
    struct ask_body body;
    struct ask ask;
    struct auth_answer let_in;    /* borrows from buf */
    struct bytes buf;
};

static void release(struct showing *s)
{
    ask_body_release(&s->body);
    bytes_wipe(&s->buf);
}

static bool refuse(struct call *call, const char *code)
{
    struct call_error error = call_error_of(str_from(code));
    call_refuse(call, &error);
    return false;
}

/* An ask of that kind that fits its company; web judges so that nobody behind it has to read what
 * is plainly broken. */
static bool read_ask(struct call *call, enum grant_kind kind, struct showing *s)
{
    if (ask_body_parse(http_request_body(call->http), call->arena, &s->body) != 0)
        return refuse(call, "ask");
    const char *code = ask_body_judge(&s->body, &s->ask);
    if (code)
        return refuse(call, code);
    return s->ask.kind == kind || refuse(call, "ask");
}

static bool is_grant(const struct auth_answer *answer)
{
    return answer->type == AUTH_GRANTED && answer->evidence.len > 0 &&
           answer->evidence.len <= QUERY_ASK_MAX;
}

static bool authorize(struct call *call, struct showing *s)
{
    struct auth_request request = {
        .type = AUTH_AUTHORIZE, .ask_kind = (uint8_t)s->ask.kind, .project = s->ask.project,
        .rights = call->route->rights, .ask = s->body.ask, .assertion = s->body.assertion,
        .lookup = s->body.lookup, .lookup_kind = s->body.lookup_kind,
    };
    struct call_error error;
    asker_put(&call->asker, &request);
    bool is_let_in = call_ask_auth(call->console, &request, &s->buf, &s->let_in, &error);
    if (is_let_in && !is_grant(&s->let_in)) {
        error = call_error_away();
        is_let_in = false;
    }
    if (!is_let_in)
        call_refuse(call, &error);
    return is_let_in;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void ask_rows(struct call *call, enum query_what what, const struct showing *s)
{
    struct query_question question = {
        .what = what, .project = s->let_in.project, .grant = s->let_in.grant,
        .settings = s->let_in.settings, .ask = s->body.ask, .evidence = s->let_in.evidence,
        .question = s->body.question,
    };
    if (what == QUERY_TIMELINE)
        question.refs = str_of(s->body.refs, s->body.ref_count * sizeof(*s->body.refs));
    struct call_error away = call_error_away();
    struct query_answer answer;
    struct bytes buf = { 0 };
    if (call_ask_query(call->console, &question, ROWS_MS, &buf, &answer) && answer.json.len)
        call_answer(call, answer.status, answer.json);
    else
        call_refuse(call, &away);
    bytes_wipe(&buf);
}

static void show_rows(struct call *call, enum grant_kind kind, enum query_what what)
{
    struct showing s = { .buf = { 0 } };
    if (read_ask(call, kind, &s) &&
        (s.ask.has_question || refuse(call, "ask")) &&
        (what == QUERY_TIMELINE || !s.ask.has_subjects || refuse(call, "subjects")) &&
        authorize(call, &s))
        ask_rows(call, what, &s);
    release(&s);
}

void people_list(struct call *call)
{
    show_rows(call, GRANT_ROWS, QUERY_PEOPLE);
}

void people_person(struct call *call)
{
    show_rows(call, GRANT_TIMELINE, QUERY_TIMELINE);
}

/* ---- values --------------------------------------------------------------------------------- */

static struct vault_ask vault_ask_of(const struct showing *s)
{
    return (struct vault_ask){ .grant = s->let_in.grant, .ask = s->body.ask,
                               .evidence = s->let_in.evidence, .refs = s->body.refs,
                               .ref_count = s->body.ref_count };
}

void people_reveal(struct call *call)
{
    struct showing s = { .buf = { 0 } };
    if (read_ask(call, GRANT_REVEAL, &s) && (s.ask.has_subjects || refuse(call, "subjects")) &&
        (s.ask.field_count > 0 || refuse(call, "field")) && authorize(call, &s)) {
        struct vault_ask ask = vault_ask_of(&s);
        people_vault_reveal(call, &ask, &s.ask);
    }
    release(&s);
}

void people_find(struct call *call)
{
    struct showing s = { .buf = { 0 } };
    if (read_ask(call, GRANT_FIND, &s) && (!s.ask.has_subjects || refuse(call, "subjects")) &&
        (s.body.lookup_kind != 0 || refuse(call, "lookup")) && authorize(call, &s)) {
        struct vault_ask ask = vault_ask_of(&s);
        people_vault_find(call, &ask, s.let_in.project);
    }
    release(&s);
}

/* An attempt is worth an entry; whatever comes back, nothing is given out. */
void people_export(struct call *call)
{
    struct showing s = { .buf = { 0 } };
    if (read_ask(call, GRANT_EXPORT, &s) && authorize(call, &s))
        (void)refuse(call, "export_values");
    release(&s);
}
