#include "process/query_people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "engine/people.h"
#include "store/subjects.h"
#include "zone/zone.h"

enum { THREADS = 2 };

/* ---- pieces --------------------------------------------------------------------------------- */

void query_people_write_refs(const struct ref *refs, uint32_t count, struct json_write *w)
{
    char text[33];
    json_write_begin_array(w);
    for (uint32_t i = 0; i < count; i++) {
        str_hex(refs[i].bytes, sizeof(refs[i].bytes), text);
        json_write_text(w, text);
    }
    json_write_end_array(w);
}

void query_people_write_person(struct query_rows_turn *t, const struct ref *ref,
                               struct json_write *w)
{
    char text[QUERY_PSEUDONYM_TEXT];
    query_pseudonyms_format(&t->rows->pseudonyms, t->question->project, ref, text);
    json_write_text(w, text);
}

static bool write_fact(struct query_rows_turn *t, const char *name, struct str property,
                       const struct value *value, struct json_write *w)
{
    if (value->type == VALUE_NULL || !query_shown_is_open(&t->shown, property, value))
        return false;
    json_write_key(w, name);
    query_shown_write(&t->shown, value, w);
    return true;
}

int query_people_write_facts(struct query_rows_turn *t, uint32_t code,
                             const struct facts *of_events, struct json_write *w)
{
    struct property *profile;
    uint32_t count;
    int r = subjects_profile(t->store, code, t->arena, &profile, &count);
    if (r != 0)
        return r;
    json_write_begin_object(w);
    for (uint32_t i = 0; i < FACTS; i++) {
        const struct fact *fact = facts_get(i);
        const char *names[] = { fact->name, fact->of_profile };
        const struct property *own = NULL;
        for (int k = 0; k < 2 && !own; k++)
            own = event_find_property(profile, count, str_from(names[k]));
        if (own)
            (void)write_fact(t, fact->name, own->name, &own->value, w);
        else
            (void)write_fact(t, fact->name, str_from(fact->of_event), &of_events->values[i], w);
    }
    json_write_end_object(w);
    return 0;
}

/* ---- the question --------------------------------------------------------------------------- */

struct list_question {
    struct people_ask ask;
    struct people_place after;
};

static bool is_operator(struct str op)
{
    static const char *const operators[] = { "==", "!=", "<", "<=", ">", ">=" };
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (str_equal(op, str_from(operators[i])))
            return true;
    return false;
}

static void put_string(struct str text, struct bytes *out)
{
    bytes_put_u8(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            bytes_put_u8(out, '\\');
        bytes_put_u8(out, (uint8_t)text.ptr[i]);
    }
    bytes_put_u8(out, '"');
}

/* ["plan","==","Pro"], ["plan","defined"] or ["plan","not defined"] as a selector. */
static bool put_condition(const struct json_node *node, struct bytes *out)
{
    const struct json_node *name = json_doc_next(node, NULL);
    const struct json_node *op = name ? json_doc_next(node, name) : NULL;
    const struct json_node *value = op ? json_doc_next(node, op) : NULL;
    if (json_doc_type(node) != JSON_ARRAY || !op || json_doc_string(name).len == 0)
        return false;
    struct operand operand = { .of = OPERAND_PERSON, .property = json_doc_string(name) };
    struct str operator = json_doc_string(op);
    bool is_not = str_equal(operator, STR("not defined"));
    bytes_append_str(out, out->len ? STR(" and ") : STR(""));
    if (!value && (is_not || str_equal(operator, STR("defined")))) {
        bytes_append_str(out, is_not ? STR("not defined(") : STR("defined("));
        selector_print_operand(&operand, out);
        bytes_put_u8(out, ')');
        return true;
    }
    if (!value || json_doc_next(node, value) || !is_operator(operator))
        return false;
    selector_print_operand(&operand, out);
    bytes_printf(out, " " STR_FMT " ", STR_ARG(operator));
    if (json_doc_type(value) == JSON_STRING)
        put_string(json_doc_string(value), out);
    else if (json_doc_type(value) == JSON_NUMBER || json_doc_type(value) == JSON_BOOL)
        json_doc_print(value, out);
    else
        return false;
    return true;
}

static uint32_t read_filter(struct query_rows_turn *t, struct people_ask *out)
{
    const struct json_node *list = json_doc_member(t->parameters, "filter");
    struct str where = json_doc_get_string(t->parameters, "where", STR(""));
    struct bytes text = { 0 };
    uint32_t status = 0;
    bool is_fine = !list || (json_doc_type(list) == JSON_ARRAY &&
                             json_doc_count(list) <= QUERY_PEOPLE_FILTERS_MAX);
    for (const struct json_node *at = NULL;
         is_fine && list && (at = json_doc_next(list, at)) != NULL;)
        is_fine = put_condition(at, &text);
    if (is_fine && where.len && text.len)
        bytes_printf(&text, " and (" STR_FMT ")", STR_ARG(where));
    else if (is_fine && where.len)
        bytes_append_str(&text, where);
    if (!is_fine)
        status = query_rows_refuse(t, "/filter", "query",
                                   "a list of at most 8 conditions such as "
                                   "[\"plan\",\"==\",\"Pro\"] belongs here");
    else if (text.len)
        status = query_rows_selector(t, arena_copy(t->arena, bytes_str(&text)), true,
                                     &out->where);
    bytes_release(&text);
    return status;
}

/* Days of the project's zone as [from_ms, to_ms). */
static uint32_t read_range(struct query_rows_turn *t, struct people_ask *out)
{
    struct str from = json_doc_get_string(t->parameters, "from", STR(""));
    struct str to = json_doc_get_string(t->parameters, "to", STR(""));
    struct str name = json_doc_get_string(t->settings, "zone", STR("UTC"));
    struct zone *zone = NULL;
    int64_t day;
    out->from_ms = INT64_MIN;
    out->to_ms = INT64_MAX;
    if (from.len == 0 && to.len == 0)
        return 0;
    if (zone_load(t->zones, name.len ? name : STR("UTC"), &zone) != 0)
        return query_rows_refuse(t, "/from", "query", "this server knows no such time zone");
    bool is_fine = true;
    if (from.len && (is_fine = time_parse_day(from, &day)))
        out->from_ms = zone_instant_s(zone, day * 86400) * 1000;
    if (to.len && is_fine && (is_fine = time_parse_day(to, &day)))
        out->to_ms = zone_instant_s(zone, (day + 1) * 86400) * 1000;
    zone_destroy(zone);
    out->has_did = true;
    return is_fine ? 0 : query_rows_refuse(t, "/from", "query",
                                           "a day such as 2025-11-01 belongs here");
}

/* "<ms>-<code>", as write_next made it. */
static bool parse_place(struct str text, struct people_place *out)
{
    uint64_t ms, code;
    struct str rest = text, part;
    bool is_fine = str_next(&rest, '-', &part) && str_to_u64(part, &ms) &&
                   str_next(&rest, '-', &part) && str_to_u64(part, &code) && !rest.ptr &&
                   ms <= INT64_MAX && code <= UINT32_MAX;
    if (is_fine)
        *out = (struct people_place){ (int64_t)ms, (uint32_t)code };
    return is_fine;
}

static uint32_t read_question(struct query_rows_turn *t, struct list_question *out)
{
    static const char *const names[] = { "project", "filter", "where", "from", "to", "did",
                                         "limit", "after" };
    struct people_ask *ask = &out->ask;
    struct str after = json_doc_get_string(t->parameters, "after", STR(""));
    uint64_t limit = QUERY_PEOPLE_DEFAULT, project = t->question->project;
    if (json_doc_unknown(t->parameters, names, 8))
        return query_rows_refuse(t, "", "query", "a member is not known");
    if (json_doc_member(t->parameters, "project") &&
        (!json_doc_get_u64(t->parameters, "project", &project) ||
         project != t->question->project))
        return query_rows_refuse(t, "/project", "project", "the question is for another project");
    if (json_doc_member(t->parameters, "limit") &&
        (!json_doc_get_u64(t->parameters, "limit", &limit) || limit == 0 ||
         limit > PEOPLE_LIMIT_MAX))
        return query_rows_refuse(t, "/limit", "query", "a whole number from 1 to 200");
    if (after.len && !parse_place(after, &out->after))
        return query_rows_refuse(t, "/after", "query", "this is not the `next` of a page");
    *ask = (struct people_ask){ .did = json_doc_get_string(t->parameters, "did", STR("")),
                                .after = after.len ? &out->after : NULL,
                                .limit = (uint32_t)limit, .threads = THREADS,
                                .cancelled = t->cancelled, .arena = t->arena };
    ask->has_did = ask->did.len > 0;
    uint32_t status = read_range(t, ask);
    return status ? status : read_filter(t, ask);
}

/* ---- the answer ----------------------------------------------------------------------------- */

struct shown_person { struct ref *refs; uint32_t count; };

/* The subjects of everybody on the page, as far as the ask's limit goes; the page ends there. */
static int collect(struct query_rows_turn *t, struct people_page *page,
                   struct shown_person *persons, struct bytes *refs)
{
    for (uint32_t i = 0; i < page->count; i++) {
        int r = subjects_of(t->store, page->rows[i].code, t->arena, &persons[i].refs,
                            &persons[i].count);
        if (r != 0)
            return r;
        if (refs->len / sizeof(struct ref) + persons[i].count > t->ask.ask.limit) {
            page->count = i;
            page->has_more = true;
            return 0;
        }
        bytes_append(refs, persons[i].refs, persons[i].count * sizeof(struct ref));
    }
    return 0;
}

static int write_row(struct query_rows_turn *t, const struct people_row *row,
                     const struct shown_person *person, struct json_write *w)
{
    json_write_begin_object(w);
    json_write_key(w, "person");
    query_people_write_person(t, &person->refs[0], w);
    json_write_key(w, "refs");
    query_people_write_refs(person->refs, person->count, w);
    json_write_key(w, "last_seen");
    json_write_i64(w, row->last_ms);
    json_write_key(w, "first_seen");
    json_write_i64(w, row->first_ms);
    json_write_key(w, "events");
    json_write_u64(w, row->events);
    json_write_key(w, "facts");
    int r = query_people_write_facts(t, row->code, &row->facts, w);
    if (r == 0)
        json_write_end_object(w);
    return r;
}

static int write_page(struct query_rows_turn *t, const struct people_page *page,
                      const struct shown_person *persons, uint64_t sequence)
{
    struct json_write w;
    char next[48];
    int r = 0;
    json_write_init(&w, t->json);
    json_write_begin_object(&w);
    json_write_key(&w, "entry");
    json_write_u64(&w, sequence);
    json_write_key(&w, "people");
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < page->count && r == 0; i++)
        r = write_row(t, &page->rows[i], &persons[i], &w);
    if (r != 0)
        return r;
    json_write_end_array(&w);
    if (page->has_more && page->count > 0) {
        const struct people_row *last = &page->rows[page->count - 1];
        (void)snprintf(next, sizeof(next), "%lld-%u", (long long)last->last_ms, last->code);
        json_write_key(&w, "next");
        json_write_text(&w, next);
    }
    json_write_key(&w, "total_known");
    json_write_u64(&w, page->total);
    json_write_end_object(&w);
    return 0;
}

static uint32_t show_page(struct query_rows_turn *t, struct people_page *page)
{
    struct shown_person *persons =
        arena_try(t->arena, (page->count + 1u) * sizeof(*persons));
    struct bytes refs = { 0 };
    uint64_t sequence;
    uint32_t status;
    int r = persons ? collect(t, page, persons, &refs) : ERR_NOMEM;
    if (r != 0)
        status = query_rows_trouble(t, r);
    else if (page->count == 0 && page->has_more)
        status = query_gate_refuse(t->json, 0, "limit");
    else
        status = query_gate_record(t->rows->gate, &t->ask, (struct ref *)(void *)refs.ptr,
                                   (uint32_t)(refs.len / sizeof(struct ref)), page->count,
                                   &sequence, t->json);
    bytes_release(&refs);
    if (status != 0)
        return status;
    size_t begin = t->json->len;
    r = write_page(t, page, persons, sequence);
    if (r == 0)
        return 200;
    t->json->len = begin;
    return query_rows_trouble(t, r);
}

uint32_t query_people_list(struct query_rows_turn *t)
{
    struct list_question question = { 0 };
    struct people_page page = { 0 };
    uint32_t status = read_question(t, &question);
    if (status != 0)
        return status;
    int r = t->store ? people_answer(t->store, &question.ask, &page) : 0;
    return r == 0 ? show_page(t, &page) : query_rows_trouble(t, r);
}

/* ---- resolving ------------------------------------------------------------------------------ */

struct found { uint32_t code; struct ref ref; };

static int compare_found(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return memcmp(&x->ref, &y->ref, sizeof(x->ref));
}

/* How many refs are known; -1 when the question is no list of refs. */
static int find_all(struct query_rows_turn *t, struct found *out)
{
    const struct json_node *list = json_doc_member(t->parameters, "refs");
    int n = 0;
    if (!list || json_doc_type(list) != JSON_ARRAY || json_doc_count(list) > QUERY_RESOLVE_MAX)
        return -1;
    for (const struct json_node *at = NULL; (at = json_doc_next(list, at)) != NULL;) {
        struct ref ref;
        if (!str_to_hex_bytes(json_doc_string(at), ref.bytes, sizeof(ref.bytes)))
            return -1;
        uint32_t code = t->store ? subjects_find(t->store, &ref) : 0;
        if (code)
            out[n++] = (struct found){ code, ref };
    }
    return n;
}

uint32_t query_people_resolve(struct query_rows_turn *t)
{
    struct found found[QUERY_RESOLVE_MAX];
    struct ref refs[QUERY_RESOLVE_MAX], own;
    struct json_write w;
    if (!query_rate_take(&t->rows->small, t->grant->principal))
        return query_gate_refuse(t->json, 0, "rate");
    int n = find_all(t, found);
    if (n < 0)
        return query_rows_refuse(t, "/refs", "query", "a list of at most 200 refs belongs here");
    qsort(found, (size_t)n, sizeof(found[0]), compare_found);
    json_write_init(&w, t->json);
    json_write_begin_object(&w);
    json_write_key(&w, "found");
    json_write_begin_array(&w);
    for (int i = 0; i < n;) {
        uint32_t code = found[i].code, count = 0;
        for (; i < n && found[i].code == code; i++)
            if (count == 0 || !ref_equal(&refs[count - 1], &found[i].ref))
                refs[count++] = found[i].ref;
        check(subjects_copy(t->store, code, 1, &own) == 1);
        json_write_begin_object(&w);
        json_write_key(&w, "person");
        query_people_write_person(t, &own, &w);
        json_write_key(&w, "refs");
        query_people_write_refs(refs, count, &w);
        json_write_end_object(&w);
    }
    json_write_end_array(&w);
    json_write_end_object(&w);
    return 200;
}
