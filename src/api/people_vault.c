#include "api/people_vault.h"

#include "api/question.h"
#include "json/write.h"
#include "ledger/wire/ledger_wire.h"

enum { VAULT_MS = 8000, RESOLVE_MS = 15000, REF_HEX_BYTES = 33, FOUND_MAX_BYTES = 4 << 20 };

/* The vault's word; its type in *type, or 0 when there is none. Refuses the call when it is not the
 * wanted one. */
static bool ask_vault(struct call *call, enum vault_type type, enum vault_type wanted,
                      const struct vault_ask *ask, struct bytes *buf)
{
    struct call_error error = call_error_away();
    struct call_note note = { .entry = 0 };
    struct vault_denied denied;
    struct bytes body = { 0 };
    uint8_t got = 0;
    vault_wire_encode_ask(ask, &body);
    int r = link_ask(call->console->vault, (uint8_t)type, bytes_str(&body), VAULT_MS, &got, buf);
    bytes_wipe(&body);
    if (r == 0 && got == wanted)
        return true;
    if (r == 0 && got == VAULT_DENIED && vault_wire_decode_denied(bytes_str(buf), &denied) == 0) {
        error = call_error_of(denied.code);
        note = (struct call_note){ .has_left = str_equal(denied.code, STR("budget")),
                                   .left = denied.left, .entry = denied.sequence };
    }
    call_refuse_noted(call, &error, &note);
    return false;
}

static void write_ref(struct json_write *w, const struct ref *ref)
{
    char hex[REF_HEX_BYTES];
    str_hex(ref->bytes, sizeof(ref->bytes), hex);
    json_write_text(w, hex);
}

static void write_number(struct json_write *w, const char *key, int64_t value)
{
    json_write_key(w, key);
    json_write_i64(w, value);
}

/* ---- reveal --------------------------------------------------------------------------------- */

static const char *status_name(uint8_t status)
{
    switch (status) {
    case LEDGER_SUBJECT_OK: return "ok";
    case LEDGER_SUBJECT_ERASED: return "erased";
    default: return "unknown";
    }
}

static void write_value(struct json_write *w, const struct vault_value *value,
                        const struct ask *named)
{
    struct bytes field = { 0 };
    json_write_begin_object(w);
    json_write_key(w, "field");
    if (!ask_unescape_field(named->fields[value->field], &field))
        bytes_reset(&field);
    json_write_str(w, bytes_str(&field));
    json_write_key(w, "text");
    json_write_str(w, value->text);
    write_number(w, "first_seen", value->first_seen_ms);
    write_number(w, "last_seen", value->last_seen_ms);
    json_write_end_object(w);
    bytes_release(&field);
}

static void write_people(struct json_write *w, const struct vault_ask *ask,
                         const struct ask *named, const struct vault_revealed *revealed)
{
    uint32_t at = 0;
    json_write_key(w, "people");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < ask->ref_count; i++) {
        json_write_begin_object(w);
        json_write_key(w, "ref");
        write_ref(w, &ask->refs[i]);
        json_write_key(w, "status");
        json_write_text(w, status_name(revealed->status[i]));
        json_write_key(w, "values");
        json_write_begin_array(w);
        for (; at < revealed->value_count && revealed->values[at].subject == i; at++)
            write_value(w, &revealed->values[at], named);
        json_write_end_array(w);
        json_write_end_object(w);
    }
    json_write_end_array(w);
}

/* Every value of a subject and a field that were asked for, in their order. */
static bool fits(const struct vault_revealed *revealed, const struct vault_ask *ask,
                 const struct ask *named)
{
    if (revealed->subject_count != ask->ref_count)
        return false;
    for (uint32_t i = 0; i < revealed->value_count; i++) {
        const struct vault_value *value = &revealed->values[i];
        if (value->subject >= ask->ref_count || value->field >= named->field_count ||
            (i > 0 && value->subject < revealed->values[i - 1].subject))
            return false;
    }
    return true;
}

void people_vault_reveal(struct call *call, const struct vault_ask *ask, const struct ask *named)
{
    struct call_error away = call_error_away();
    struct vault_revealed revealed;
    struct bytes buf = { 0 }, json = { 0 };
    struct json_write w;
    if (!ask_vault(call, VAULT_REVEAL, VAULT_REVEALED, ask, &buf)) {
        bytes_wipe(&buf);
        return;
    }
    if (vault_wire_decode_revealed(bytes_str(&buf), call->arena, &revealed) == 0 &&
        fits(&revealed, ask, named)) {
        json_write_init(&w, &json);
        json_write_begin_object(&w);
        write_number(&w, "entry", (int64_t)revealed.sequence);
        write_number(&w, "time", revealed.time_ms);
        write_people(&w, ask, named, &revealed);
        json_write_end_object(&w);
        call_answer(call, 200, bytes_str(&json));
    } else {
        call_refuse(call, &away);
    }
    bytes_wipe(&buf);
    bytes_wipe(&json);
}

/* ---- find ----------------------------------------------------------------------------------- */

static void write_resolve(const struct vault_found *found, struct bytes *json)
{
    struct json_write w;
    json_write_init(&w, json);
    json_write_begin_object(&w);
    json_write_key(&w, "refs");
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < found->ref_count; i++)
        write_ref(&w, &found->refs[i]);
    json_write_end_array(&w);
    json_write_end_object(&w);
}

static void answer_found(struct call *call, uint64_t sequence, struct str found)
{
    struct str json = arena_printf(call->arena, "{\"entry\":%llu,\"found\":" STR_FMT "}",
                                   (unsigned long long)sequence, STR_ARG(found));
    call_answer(call, 200, json);
}

/* Who they are by pseudonym; they were written down and counted already. */
static void resolve(struct call *call, const struct vault_found *found, uint64_t project)
{
    struct call_error away = call_error_away();
    struct question_answer answer;
    struct json_doc *doc = NULL;
    struct bytes json = { 0 }, list = { 0 };
    write_resolve(found, &json);
    struct question question = { .what = QUERY_RESOLVE, .project = project,
                                 .json = bytes_str(&json), .timeout_ms = RESOLVE_MS };
    question_ask(call, &question, &answer);
    const struct json_node *people = NULL;
    if (answer.status == 200 && json_doc_parse(answer.json, FOUND_MAX_BYTES, &doc) == 0)
        people = json_doc_member(json_doc_root(doc), "found");
    if (people && json_doc_type(people) == JSON_ARRAY) {
        json_doc_print(people, &list);
        answer_found(call, found->sequence, bytes_str(&list));
    } else if (answer.status != 200 && answer.json.len) {
        call_answer(call, answer.status, answer.json);
    } else {
        call_refuse(call, answer.json.len ? &away : &answer.error);
    }
    json_doc_destroy(doc);
    bytes_release(&json);
    bytes_release(&list);
    bytes_wipe(&answer.buf);
}

void people_vault_find(struct call *call, const struct vault_ask *ask, uint64_t project)
{
    struct call_error away = call_error_away();
    struct vault_found found;
    struct bytes buf = { 0 };
    if (ask_vault(call, VAULT_FIND, VAULT_FOUND, ask, &buf)) {
        if (vault_wire_decode_found(bytes_str(&buf), call->arena, &found) != 0)
            call_refuse(call, &away);
        else if (found.ref_count == 0)
            answer_found(call, found.sequence, STR("[]"));
        else
            resolve(call, &found, project);
    }
    bytes_wipe(&buf);
}
