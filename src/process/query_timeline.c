#include "process/query_timeline.h"

#include <string.h>

#include "base/err.h"
#include "engine/timeline.h"
#include "process/query_people.h"
#include "store/subjects.h"

/* ---- the question --------------------------------------------------------------------------- */

/* By the refs that the ask names, else by the pseudonym; both must be the same person. 0: nobody
 * is. */
static uint32_t find_person(struct query_rows_turn *t)
{
    struct str person = json_doc_get_string(t->parameters, "person", STR(""));
    uint32_t code = 0;
    if (!t->store)
        return 0;
    if (t->question->refs.len >= sizeof(struct ref)) {
        struct ref first;
        memcpy(&first, t->question->refs.ptr, sizeof(first));
        code = subjects_find(t->store, &first);
    }
    if (person.len == 0 || (t->question->refs.len && code == 0))
        return code;
    uint32_t named = query_pseudonyms_find(&t->rows->pseudonyms, t->store,
                                           t->question->project, person);
    return code == 0 || code == named ? named : 0;
}

static uint32_t read_question(struct query_rows_turn *t, struct timeline_ask *ask)
{
    static const char *const names[] = { "project", "person", "limit", "before" };
    uint64_t limit = QUERY_TIMELINE_DEFAULT, before = INT64_MAX, project = 0;
    const struct json_node *p = t->parameters;
    if (json_doc_unknown(p, names, 4))
        return query_rows_refuse(t, "", "query", "a member is not known");
    if (json_doc_member(p, "project") &&
        (!json_doc_get_u64(p, "project", &project) || project != t->question->project))
        return query_rows_refuse(t, "/project", "project", "the question is for another project");
    if (json_doc_member(p, "limit") && (!json_doc_get_u64(p, "limit", &limit) || limit == 0 ||
                                        limit > TIMELINE_LIMIT_MAX))
        return query_rows_refuse(t, "/limit", "query", "a whole number from 1 to 1000");
    if (json_doc_member(p, "before") && !json_doc_get_u64(p, "before", &before))
        return query_rows_refuse(t, "/before", "query", "milliseconds belong here");
    *ask = (struct timeline_ask){ .before_ms = (int64_t)before, .limit = (uint32_t)limit,
                                  .arena = t->arena, .code = find_person(t) };
    return ask->code ? 0 : query_gate_refuse(t->json, 0, "person");
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void write_event(struct query_rows_turn *t, const struct timeline_event *event,
                        struct json_write *w)
{
    json_write_begin_object(w);
    json_write_key(w, "time");
    json_write_i64(w, event->time_ms);
    json_write_key(w, "event");
    json_write_str(w, event->name);
    json_write_key(w, "properties");
    json_write_begin_object(w);
    for (uint32_t i = 0; i < event->property_count; i++) {
        const struct property *property = &event->properties[i];
        if (!query_shown_is_open(&t->shown, property->name, &property->value))
            continue;
        json_write_key_str(w, property->name);
        query_shown_write(&t->shown, &property->value, w);
    }
    json_write_end_object(w);
    json_write_key(w, "sealed");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < event->property_count; i++)
        if (!query_shown_is_open(&t->shown, event->properties[i].name,
                                 &event->properties[i].value))
            json_write_str(w, event->properties[i].name);
    json_write_end_array(w);
    json_write_end_object(w);
}

static void write_visits(struct query_rows_turn *t, const struct timeline *timeline,
                         struct json_write *w)
{
    json_write_key(w, "visits");
    json_write_begin_array(w);
    for (uint32_t v = 0; v < timeline->visit_count; v++) {
        const struct timeline_visit *visit = &timeline->visits[v];
        json_write_begin_object(w);
        json_write_key(w, "from");
        json_write_i64(w, visit->from_ms);
        json_write_key(w, "to");
        json_write_i64(w, visit->to_ms);
        json_write_key(w, "events");
        json_write_begin_array(w);
        for (uint32_t i = 0; i < visit->count; i++)
            write_event(t, &timeline->events[visit->first + i], w);
        json_write_end_array(w);
        json_write_end_object(w);
    }
    json_write_end_array(w);
}

static void write_one_sealed(struct str property, enum ref_kind kind, struct map *said,
                             struct json_write *w)
{
    bool is_new;
    (void)map_put(said, property, 1, &is_new);
    if (!is_new)
        return;
    json_write_begin_object(w);
    json_write_key(w, "property");
    json_write_str(w, property);
    json_write_key(w, "kind");
    json_write_text(w, query_shown_kind(property, kind));
    json_write_end_object(w);
}

/* Of the profile and of the events. */
static int write_sealed(struct query_rows_turn *t, uint32_t code, const struct timeline *timeline,
                        struct json_write *w)
{
    struct map said = { 0 };
    struct property *profile;
    uint32_t count;
    int r = subjects_profile(t->store, code, t->arena, &profile, &count);
    if (r != 0)
        return r;
    json_write_key(w, "sealed");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < count; i++) {
        enum ref_kind kind;
        if (query_shown_find_ref(&profile[i].value, &kind))
            write_one_sealed(profile[i].name, kind, &said, w);
    }
    for (uint32_t i = 0; i < timeline->sealed_count; i++)
        write_one_sealed(timeline->sealed[i].property, timeline->sealed[i].kind, &said, w);
    json_write_end_array(w);
    map_release(&said);
    return 0;
}

/* When each of the subjects was first seen in an event; null when none bears it. */
static void write_links(const struct timeline *timeline, const struct ref *refs, uint32_t count,
                        struct json_write *w)
{
    json_write_key(w, "links");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = 0;
        char text[33];
        while (at < timeline->id_count && !ref_equal(&timeline->ids[at].ref, &refs[i]))
            at++;
        str_hex(refs[i].bytes, sizeof(refs[i].bytes), text);
        json_write_begin_object(w);
        json_write_key(w, "ref");
        json_write_text(w, text);
        json_write_key(w, "since");
        if (at < timeline->id_count)
            json_write_i64(w, timeline->ids[at].since_ms);
        else
            json_write_null(w);
        json_write_end_object(w);
    }
    json_write_end_array(w);
}

struct person { uint32_t code; struct ref *refs; uint32_t ref_count; uint64_t sequence; };

static void write_moment(struct json_write *w, const char *name, int64_t ms)
{
    json_write_key(w, name);
    if (ms)
        json_write_i64(w, ms);
    else
        json_write_null(w);
}

static int write_person(struct query_rows_turn *t, const struct person *person,
                        const struct timeline *timeline)
{
    struct json_write w;
    json_write_init(&w, t->json);
    json_write_begin_object(&w);
    json_write_key(&w, "entry");
    json_write_u64(&w, person->sequence);
    json_write_key(&w, "person");
    query_people_write_person(t, &person->refs[0], &w);
    json_write_key(&w, "refs");
    query_people_write_refs(person->refs, person->ref_count, &w);
    json_write_key(&w, "facts");
    int r = query_people_write_facts(t, person->code, &timeline->facts, &w);
    if (r != 0)
        return r;
    write_moment(&w, "first_seen", timeline->first_ms);
    write_moment(&w, "last_seen", timeline->last_ms);
    json_write_key(&w, "events");
    json_write_u64(&w, timeline->total);
    write_visits(t, timeline, &w);
    r = write_sealed(t, person->code, timeline, &w);
    if (r != 0)
        return r;
    write_links(timeline, person->refs, person->ref_count, &w);
    json_write_key(&w, "more");
    json_write_bool(&w, timeline->has_more);
    json_write_end_object(&w);
    return 0;
}

uint32_t query_timeline(struct query_rows_turn *t)
{
    struct timeline_ask ask;
    struct timeline timeline;
    struct person person = { 0 };
    struct ref *sorted = NULL;
    uint32_t status = read_question(t, &ask);
    if (status != 0)
        return status;
    person.code = ask.code;
    int r = timeline_read(t->store, &ask, &timeline);
    if (r == 0)
        r = subjects_of(t->store, person.code, t->arena, &person.refs, &person.ref_count);
    if (r == 0)
        sorted = arena_try(t->arena, person.ref_count * sizeof(*sorted));
    if (r == 0 && !sorted)
        r = ERR_NOMEM;
    if (r != 0)
        return query_rows_trouble(t, r);
    memcpy(sorted, person.refs, person.ref_count * sizeof(*sorted));
    status = query_gate_record(t->rows->gate, &t->ask, sorted, person.ref_count,
                               timeline.event_count, &person.sequence, t->json);
    if (status != 0)
        return status;
    size_t begin = t->json->len;
    r = write_person(t, &person, &timeline);
    if (r == 0)
        return 200;
    t->json->len = begin;
    return query_rows_trouble(t, r);
}
