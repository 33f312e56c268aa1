#include "process/query_rows.h"

#include "base/err.h"
#include "base/log.h"
#include "process/query_answer.h"
#include "process/query_export.h"
#include "process/query_people.h"
#include "process/query_timeline.h"
#include "query/selector.h"

int query_rows_open(struct fs *data, struct query_gate *gate, struct query_rows *out)
{
    *out = (struct query_rows){ .gate = gate };
    query_rate_init(&out->small);
    out->exports = query_exports_create();
    return query_pseudonyms_open(data, &out->pseudonyms);
}

void query_rows_close(struct query_rows *rows)
{
    query_exports_destroy(rows->exports);
    query_rate_release(&rows->small);
    query_pseudonyms_wipe(&rows->pseudonyms);
    rows->exports = NULL;
}

void query_rows_tick(struct query_rows *rows)
{
    query_exports_sweep(rows->exports);
}

/* ---- errors --------------------------------------------------------------------------------- */

uint32_t query_rows_refuse(struct query_rows_turn *t, const char *at, const char *code,
                           const char *message)
{
    return query_answer_error(t->json, 400, str_from(at), code, str_from(message));
}

uint32_t query_rows_trouble(struct query_rows_turn *t, int r)
{
    if (r == ERR_CANCELLED)
        return 0;
    if (r == ERR_TOO_LARGE || r == ERR_NOMEM)
        return query_answer_error(t->json, 413, STR(""), "too_large",
                                  STR("the answer needs more memory than a question may take"));
    log_error("a question about people is not answered: %s", err_text(r));
    return query_answer_error(t->json, 503, STR(""), "closed", str_from(err_text(r)));
}

/* ---- selectors ------------------------------------------------------------------------------ */

static bool is_personal(struct query_rows_turn *t, const struct operand *operand)
{
    static const struct value nothing = { .type = VALUE_NULL };
    struct scan_source source = {
        .of = operand->of == OPERAND_PERSON  ? SCAN_OF_PERSON
              : operand->of == OPERAND_GROUP ? SCAN_OF_GROUP : SCAN_OF_EVENT,
        .property = operand->property, .group_key = operand->group_key,
    };
    if (operand->of == OPERAND_TIME || operand->of == OPERAND_NAME)
        return false;
    return !query_shown_is_open(&t->shown, operand->property, &nothing) ||
           (t->store && store_find_property(t->store, &source) == 1u << VALUE_REF);
}

uint32_t query_rows_selector(struct query_rows_turn *t, struct str text, bool only_people,
                             const struct selector **out)
{
    struct selector_error error;
    uint32_t count;
    int r = selector_parse(text, t->arena, out, &error);
    if (r == ERR_INVALID)
        return query_rows_refuse(t, "/where", error.is_unsupported ? "unsupported" : "where",
                                 error.message);
    if (r != 0)
        return query_rows_trouble(t, r);
    const struct operand *operands = selector_operands(*out, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (only_people && operands[i].of != OPERAND_PERSON)
            return query_rows_refuse(t, "/where", "query",
                                     "people are chosen by user[\"…\"] alone");
        if (is_personal(t, &operands[i]) && !selector_asks_only_defined(*out, i, false))
            return query_rows_refuse(t, "/where", "personal",
                                     "a personal property can only be asked whether it is "
                                     "defined");
    }
    return 0;
}

/* ---- all of them ---------------------------------------------------------------------------- */

uint32_t query_rows_answer(struct query_rows_turn *t)
{
    uint32_t status = 0;
    if (query_what_has_ask(t->question->what))
        status = query_gate_read_ask(t->question, t->grant, &t->ask, t->json);
    if (status == 0) {
        switch (t->question->what) {
        case QUERY_PEOPLE: status = query_people_list(t); break;
        case QUERY_TIMELINE: status = query_timeline(t); break;
        case QUERY_EXPORT: status = query_export_begin(t); break;
        case QUERY_EXPORT_NEXT: status = query_export_next(t); break;
        case QUERY_LEDGER: status = query_gate_pass(t->rows->gate, t->question, t->json); break;
        case QUERY_RESOLVE: status = query_people_resolve(t); break;
        default: check(false);
        }
    }
    query_shown_release(&t->shown);
    return status;
}
