#include "reference/segmentation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/time.h"
#include "json/write.h"
#include "reference/selector.h"

enum { BY_MAX = 4, LABEL_MAX = 32, DAY_S = 86400 };

/* ---- buckets: the wall's clock is asked at every step of the range -------------------------- */

struct slot {
    int64_t at_s;
    uint32_t bucket;
};

struct calendar {
    const char *unit;
    int64_t from_day;
    int64_t to_day;
    uint32_t week_start;
    char (*labels)[LABEL_MAX];
    uint32_t bucket_count;
    struct slot *slots;         /* hours and minutes: the bucket of each step */
    uint32_t slot_count;
    int64_t step_s;
};

static struct tm wall_at(int64_t s)
{
    time_t at = (time_t)s;
    struct tm tm;
    check(localtime_r(&at, &tm) != NULL);
    return tm;
}

static int64_t day_at(int64_t s)
{
    struct tm tm = wall_at(s);
    return time_days_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static void day_text(int64_t day, char out[LABEL_MAX])
{
    int32_t y, m, d;
    time_civil_from_days(day, &y, &m, &d);
    (void)snprintf(out, LABEL_MAX, "%04d-%02d-%02d", y, m, d);
}

/* The label of a day's bucket in the units that are made of days. */
static void label_of_day(const struct calendar *calendar, int64_t day, char out[LABEL_MAX])
{
    int32_t y, m, d;
    time_civil_from_days(day, &y, &m, &d);
    if (strcmp(calendar->unit, "week") == 0)
        day -= (time_weekday(day) - ((int)calendar->week_start - 1) + 7) % 7;
    else if (strcmp(calendar->unit, "month") == 0)
        day -= d - 1;
    else if (strcmp(calendar->unit, "all") == 0)
        day = calendar->from_day;
    day_text(day, out);
}

static bool is_fine(const struct calendar *calendar)
{
    return strcmp(calendar->unit, "hour") == 0 || strcmp(calendar->unit, "minute") == 0;
}

static void add_bucket(struct calendar *calendar, const char *label)
{
    calendar->labels = realloc(calendar->labels, (calendar->bucket_count + 1) * LABEL_MAX);
    check(calendar->labels != NULL);
    memcpy(calendar->labels[calendar->bucket_count++], label, LABEL_MAX);
}

static int find_bucket(const struct calendar *calendar, const char *label)
{
    for (uint32_t i = 0; i < calendar->bucket_count; i++)
        if (strcmp(calendar->labels[i], label) == 0)
            return (int)i;
    return -1;
}

static void add_slot(struct calendar *calendar, int64_t at_s)
{
    calendar->slots = realloc(calendar->slots, (calendar->slot_count + 1) * sizeof(struct slot));
    check(calendar->slots != NULL);
    calendar->slots[calendar->slot_count++] =
        (struct slot){ at_s, calendar->bucket_count - 1 };
}

static void fine_buckets(struct calendar *calendar)
{
    char last[LABEL_MAX] = "", label[LABEL_MAX] = "";
    long last_offset = 0;
    calendar->step_s = strcmp(calendar->unit, "hour") == 0 ? 900 : 60;
    for (int64_t s = (calendar->from_day - 2) * DAY_S; s < (calendar->to_day + 3) * DAY_S;
         s += calendar->step_s) {
        int64_t day = day_at(s);
        if (day < calendar->from_day || day > calendar->to_day)
            continue;
        struct tm tm = wall_at(s);
        day_text(day, label);
        (void)snprintf(label + 10, LABEL_MAX - 10, "T%02d:%02d:00", tm.tm_hour,
                       calendar->step_s == 60 ? tm.tm_min : 0);
        if (strcmp(label, last) != 0 || tm.tm_gmtoff != last_offset) {
            long minutes = labs(tm.tm_gmtoff) / 60;
            memcpy(last, label, LABEL_MAX);
            last_offset = tm.tm_gmtoff;
            if (find_bucket(calendar, label) >= 0)
                (void)snprintf(label + 19, LABEL_MAX - 19, "%c%02ld:%02ld",
                               tm.tm_gmtoff < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
            add_bucket(calendar, label);
        }
        add_slot(calendar, s);
    }
}

/* A day that the zone skips is met at no hour. */
static bool is_day(int64_t day)
{
    for (int quarter = -4; quarter < 8; quarter++)
        if (day_at(day * DAY_S + quarter * (DAY_S / 4)) == day)
            return true;
    return false;
}

static void make_buckets(struct calendar *calendar)
{
    char label[LABEL_MAX] = "";
    if (is_fine(calendar)) {
        fine_buckets(calendar);
        return;
    }
    for (int64_t day = calendar->from_day; day <= calendar->to_day; day++) {
        label_of_day(calendar, day, label);
        if (is_day(day) && find_bucket(calendar, label) < 0)
            add_bucket(calendar, label);
    }
}

/* -1: outside of the question's days. */
static int bucket_of(const struct calendar *calendar, int64_t time_ms)
{
    char label[LABEL_MAX] = "";
    int64_t s = time_ms / 1000, day = day_at(s);
    if (day < calendar->from_day || day > calendar->to_day)
        return -1;
    if (!is_fine(calendar)) {
        label_of_day(calendar, day, label);
        return find_bucket(calendar, label);
    }
    for (uint32_t i = 0; i < calendar->slot_count; i++)
        if (calendar->slots[i].at_s == s - s % calendar->step_s)
            return (int)calendar->slots[i].bucket;
    return -1;
}

/* ---- what counts ---------------------------------------------------------------------------- */

struct group {
    struct str by[BY_MAX];      /* JSON texts */
};

struct record {
    struct group group;
    struct str person;
    int bucket;
    double number;
};

struct records {
    struct record *all;
    uint32_t count;
};

struct question {
    const struct reference_ask *ask;
    struct arena *arena;        /* of the groups' texts */
    const struct json_node *root;
    const struct json_node *by[BY_MAX];
    uint32_t by_count;
    struct calendar calendar;
};

static struct str kept_text(struct arena *arena, struct bytes *text)
{
    struct str s = arena_copy(arena, bytes_str(text));
    bytes_release(text);
    return s;
}

/* A list or object with a sealed value anywhere inside is sealed as a whole. */
static bool has_sealed(const struct json_node *node)
{
    const struct json_node *at = NULL;
    while ((at = json_doc_next(node, at)) != NULL)
        if (thing_of(at).kind == SEALED || has_sealed(at))
            return true;
    return false;
}

static struct str json_of(struct arena *arena, struct thing thing)
{
    struct bytes text = { 0 };
    struct json_write w;
    json_write_init(&w, &text);
    if ((thing.kind == LIST || thing.kind == OBJECT) && has_sealed(thing.node))
        thing.kind = SEALED;
    switch (thing.kind) {
    case UNDEFINED:
    case NOTHING: json_write_null(&w); break;
    case BOOLEAN: json_write_bool(&w, thing.number != 0); break;
    case NUMBER: json_write_f64(&w, thing.number); break;
    case TEXT: json_write_str(&w, thing.text); break;
    case SEALED: json_write_text(&w, "(sealed)"); break;
    case LIST:
    case OBJECT: json_doc_print(thing.node, &text); break;
    }
    return kept_text(arena, &text);
}

static struct str range_of(struct arena *arena, struct thing thing,
                           const struct json_node *edges)
{
    const struct json_node *at = NULL, *found = NULL;
    while (thing.kind == NUMBER && (at = json_doc_next(edges, at)) != NULL)
        if (json_doc_number(at) <= thing.number)
            found = at;
    if (found == NULL)
        return STR("null");
    const struct json_node *next = json_doc_next(edges, found);
    struct bytes text = { 0 };
    bytes_printf(&text, "\"%.15g -", json_doc_number(found));
    if (next != NULL)
        bytes_printf(&text, " %.15g", json_doc_number(next));
    bytes_append_str(&text, STR("\""));
    return kept_text(arena, &text);
}

static struct str text_of_group(struct arena *arena, struct thing thing,
                                const struct json_node *by)
{
    const struct json_node *edges = json_doc_member(by, "edges");
    return json_doc_count(edges) > 0 ? range_of(arena, thing, edges) : json_of(arena, thing);
}

static void add_record(struct records *records, const struct record *record)
{
    records->all = realloc(records->all, (records->count + 1) * sizeof(*record));
    check(records->all != NULL);
    records->all[records->count++] = *record;
}

/* A list stands for each of its elements, with every combination of the other breakdowns. */
static void add_groups(const struct question *question, const struct world_event *event,
                       uint32_t by, struct record *record, struct records *records)
{
    if (by == question->by_count) {
        add_record(records, record);
        return;
    }
    const struct json_node *node = question->by[by], *element = NULL;
    struct str of = json_doc_type(node) == JSON_STRING
                        ? json_doc_string(node) : json_doc_string(json_doc_member(node, "of"));
    struct thing thing = reference_operand(question->ask->world, event, of);
    bool is_list = thing.kind == LIST && json_doc_count(thing.node) > 0;
    if (thing.kind == LIST && !is_list)
        thing.kind = UNDEFINED;
    if (!is_list) {
        record->group.by[by] = text_of_group(question->arena, thing, node);
        add_groups(question, event, by + 1, record, records);
    }
    while (is_list && (element = json_doc_next(thing.node, element)) != NULL) {
        record->group.by[by] = text_of_group(question->arena, thing_of(element), node);
        add_groups(question, event, by + 1, record, records);
    }
}

static bool is_named(const struct json_node *events, struct str name)
{
    const struct json_node *at = NULL;
    if (json_doc_type(events) == JSON_STRING)
        return str_equal(json_doc_string(events), STR("$any")) ||
               str_equal(json_doc_string(events), name);
    while ((at = json_doc_next(events, at)) != NULL)
        if (str_equal(json_doc_string(at), name))
            return true;
    return false;
}

static bool is_kept(const struct question *question, const struct json_node *show,
                    const struct world_event *event)
{
    const struct json_node *wheres[2] = { json_doc_member(question->root, "where"),
                                          json_doc_member(show, "where") };
    for (int i = 0; i < 2; i++)
        if (wheres[i] != NULL &&
            !reference_keeps(question->ask->world, event, json_doc_string(wheres[i])))
            return false;
    return is_named(json_doc_member(show, "event"), event->name);
}

static void collect(const struct question *question, const struct json_node *show,
                    struct records *records)
{
    const struct world *world = question->ask->world;
    struct str property = json_doc_get_string(show, "property", STR(""));
    for (uint32_t i = 0; i < world->event_count; i++) {
        const struct world_event *event = &world->events[i];
        struct record record = { .person = event->person,
                                 .bucket = bucket_of(&question->calendar, event->time_ms) };
        if (record.bucket < 0 || !is_kept(question, show, event))
            continue;
        if (property.len > 0) {
            struct thing thing = reference_operand(world, event, property);
            record.number = thing.kind == NUMBER ? thing.number : 0;
        }
        add_groups(question, event, 0, &record, records);
    }
}

/* ---- looking through them ------------------------------------------------------------------- */

/* One group, or the rest: what `shown` does not hold. */
struct look {
    const struct records *records;
    const struct group *group;  /* NULL: the rest */
    const struct group *shown;
    uint32_t shown_count;
    uint32_t by_count;
};

static bool is_group(const struct group *a, const struct group *b, uint32_t by_count)
{
    for (uint32_t i = 0; i < by_count; i++)
        if (!str_equal(a->by[i], b->by[i]))
            return false;
    return true;
}

static bool is_in(const struct look *look, const struct record *record)
{
    if (look->group != NULL)
        return is_group(look->group, &record->group, look->by_count);
    for (uint32_t i = 0; i < look->shown_count; i++)
        if (is_group(&look->shown[i], &record->group, look->by_count))
            return false;
    return true;
}

/* Distinct persons; bucket -1 = all buckets. */
static double people(const struct look *look, int bucket)
{
    double count = 0;
    static const struct str *seen[4096];
    uint32_t seen_count = 0;
    for (uint32_t i = 0; i < look->records->count; i++) {
        const struct record *record = &look->records->all[i];
        bool is_new = record->person.len > 0 && (bucket < 0 || record->bucket == bucket) &&
                      is_in(look, record);
        for (uint32_t j = 0; is_new && j < seen_count; j++)
            is_new = !str_equal(*seen[j], record->person);
        if (is_new) {
            check(seen_count < 4096);
            seen[seen_count++] = &record->person;
            count++;
        }
    }
    return count;
}

static double measured(const struct look *look, struct str measure, int bucket)
{
    double total = 0;
    if (str_equal(measure, STR("unique")))
        return people(look, bucket);
    for (uint32_t i = 0; i < look->records->count; i++) {
        const struct record *record = &look->records->all[i];
        if ((bucket < 0 || record->bucket == bucket) && is_in(look, record))
            total += str_equal(measure, STR("sum")) ? record->number : 1;
    }
    return total;
}

/* True when a stands before b. */
static bool is_before(const struct look *a, const struct look *b, struct str measure)
{
    double x = measured(a, measure, -1), y = measured(b, measure, -1);
    if (x != y)
        return x > y;
    for (uint32_t i = 0; i < a->by_count; i++)
        if (!str_equal(a->group->by[i], b->group->by[i]))
            return str_compare(a->group->by[i], b->group->by[i]) < 0;
    return false;
}

/* The groups that may be shown, in their order; *folded counts those of too few people. */
static uint32_t list_groups(const struct question *question, const struct records *records,
                            struct str measure, struct group **out, uint32_t *folded)
{
    uint32_t count = 0, fold_under = question->ask->fold_under;
    struct group *groups = malloc((records->count + 1) * sizeof(*groups));
    check(groups != NULL);
    for (uint32_t i = 0; i < records->count; i++) {
        struct look look = { .records = records, .group = &records->all[i].group,
                             .by_count = question->by_count };
        bool is_new = true;
        for (uint32_t j = 0; is_new && j < i; j++)
            is_new = !is_group(&records->all[j].group, look.group, question->by_count);
        if (!is_new)
            continue;
        if (people(&look, -1) < fold_under) {
            ++*folded;
            continue;
        }
        uint32_t at = count++;
        for (; at > 0; at--) {
            struct look before = look;
            before.group = &groups[at - 1];
            if (!is_before(&look, &before, measure))
                break;
            groups[at] = groups[at - 1];
        }
        groups[at] = *look.group;
    }
    *out = groups;
    return count;
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void write_name(const struct json_node *events, struct json_write *w)
{
    struct bytes name = { 0 };
    const struct json_node *at = NULL;
    if (json_doc_type(events) == JSON_STRING)
        bytes_append_str(&name, json_doc_string(events));
    else
        while ((at = json_doc_next(events, at)) != NULL) {
            bytes_append_str(&name, name.len > 0 ? STR(", ") : STR(""));
            bytes_append_str(&name, json_doc_string(at));
        }
    json_write_key(w, "name");
    json_write_str(w, bytes_str(&name));
    bytes_release(&name);
}

static void write_series(const struct question *question, const struct json_node *show,
                         const struct look *look, struct json_write *w,
                         struct reference_answer *out)
{
    struct str measure = json_doc_get_string(show, "measure", STR("total"));
    uint32_t fold_under = question->ask->fold_under;
    json_write_begin_object(w);
    write_name(json_doc_member(show, "event"), w);
    json_write_key(w, "by");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < question->by_count; i++)
        json_write_raw(w, look->group ? look->group->by[i] : STR("\"$other\""));
    json_write_end_array(w);
    json_write_key(w, "points");
    json_write_begin_array(w);
    for (uint32_t b = 0; b < question->calendar.bucket_count; b++) {
        double point = measured(look, measure, (int)b);
        json_write_begin_array(w);
        json_write_text(w, question->calendar.labels[b]);
        if (fold_under > 0 && people(look, (int)b) < fold_under)
            json_write_null(w);
        else
            json_write_f64(w, point);
        json_write_end_array(w);
        out->cells++;
        out->cells_not_zero += point != 0;
    }
    json_write_end_array(w);
    json_write_end_object(w);
}

static void answer_row(const struct question *question, const struct json_node *show,
                       struct json_write *w, struct reference_answer *out)
{
    struct records records = { 0 };
    struct group *groups = NULL;
    static const struct group everything;
    collect(question, show, &records);
    if (question->by_count == 0) {
        struct look look = { .records = &records, .group = &everything };
        write_series(question, show, &look, w, out);
        free(records.all);
        return;
    }
    uint32_t folded = 0;
    uint32_t limit = (uint32_t)json_doc_get_number(question->root, "limit", 20);
    uint32_t count = list_groups(question, &records,
                                 json_doc_get_string(show, "measure", STR("total")), &groups,
                                 &folded);
    uint32_t shown = count < limit ? count : limit;
    struct look all = { .records = &records, .shown_count = 0 };
    if (people(&all, -1) < question->ask->fold_under)
        folded = 1;
    for (uint32_t i = 0; i < shown; i++) {
        struct look look = { &records, &groups[i], NULL, 0, question->by_count };
        write_series(question, show, &look, w, out);
    }
    if (count > shown || folded > 0) {
        struct look rest = { &records, NULL, groups, shown, question->by_count };
        write_series(question, show, &rest, w, out);
    }
    out->folded += folded;
    free(groups);
    free(records.all);
}

static void read_question(struct question *question)
{
    const struct json_node *by = json_doc_member(question->root, "by"), *at = NULL;
    struct calendar *calendar = &question->calendar;
    while (by != NULL && (at = json_doc_next(by, at)) != NULL) {
        check(question->by_count < BY_MAX);
        question->by[question->by_count++] = at;
    }
    calendar->unit = json_doc_get_string(question->root, "unit", STR("day")).ptr;
    calendar->week_start = question->ask->week_start;
    check(time_parse_day(json_doc_get_string(question->root, "from", STR("")),
                         &calendar->from_day));
    check(time_parse_day(json_doc_get_string(question->root, "to", STR("")), &calendar->to_day));
    check(setenv("TZ", json_doc_get_string(question->root, "zone", STR("UTC")).ptr, 1) == 0);
    tzset();
    make_buckets(calendar);
}

void reference_segmentation(const struct reference_ask *ask, struct reference_answer *out)
{
    struct arena arena;
    struct question question = { .ask = ask, .arena = &arena };
    struct json_doc *doc;
    struct json_write w;
    *out = (struct reference_answer){ .series = out->series };
    bytes_reset(&out->series);
    arena_init(&arena, 0);
    check(json_doc_parse(ask->question, 1 << 20, &doc) == 0);
    question.root = json_doc_root(doc);
    read_question(&question);
    json_write_init(&w, &out->series);
    json_write_begin_array(&w);
    const struct json_node *shows = json_doc_member(question.root, "show"), *at = NULL;
    while ((at = json_doc_next(shows, at)) != NULL)
        answer_row(&question, at, &w, out);
    json_write_end_array(&w);
    free(question.calendar.labels);
    free(question.calendar.slots);
    json_doc_destroy(doc);
    arena_release(&arena);
}
