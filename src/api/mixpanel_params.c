#include "api/mixpanel_params.h"

#include "base/time.h"
#include "http/form.h"
#include "json/doc.h"
#include "json/write.h"

enum { EVENT_JSON_MAX_BYTES = 64 * 1024, GROUPS_DEFAULT = 60, GROUPS_MAX = 10000 };

struct reading {
    const struct mixpanel_params *params;
    struct arena *arena;
    const char *error;    /* the first one */
};

static void refuse(struct reading *r, const char *error)
{
    if (!r->error)
        r->error = error;
}

/* "" when absent. A zero byte has no place in a question. */
static struct str get(struct reading *r, const char *name)
{
    struct str value;
    if (!http_form_get(r->params->query, str_from(name), r->arena, &value) &&
        !http_form_get(r->params->form, str_from(name), r->arena, &value))
        return STR("");
    if (str_find_byte(value, 0) >= 0)
        refuse(r, "Error in parameters: a zero byte");
    return value;
}

static uint64_t get_number(struct reading *r, const char *name, uint64_t absent,
                           const char *error)
{
    struct str text = str_trim(get(r, name));
    uint64_t number = absent;
    if (text.len && !str_to_u64(text, &number))
        refuse(r, error);
    return number;
}

static struct str get_day(struct reading *r, const char *name, const char *missing,
                          const char *wrong)
{
    struct str text = str_trim(get(r, name));
    int64_t days;
    if (!text.len)
        refuse(r, missing);
    else if (!time_parse_day(text, &days) || str_compare(text, STR("2000")) < 0)
        refuse(r, wrong);
    return text;
}

static const char *get_measure(struct reading *r)
{
    struct str type = get(r, "type");
    if (type.len == 0 || str_equal(type, STR("general")))
        return "total";
    if (str_equal(type, STR("unique")))
        return "unique";
    refuse(r, str_equal(type, STR("average")) ? "Error in type: average is not supported yet"
                                              : "Error in type: must be general or unique");
    return "total";
}

/* `interval` stands in lieu of unit: days a bucket, of which one is what we have. */
static struct str get_unit(struct reading *r)
{
    static const char *const units[] = { "minute", "hour", "day", "week", "month" };
    struct str unit = get(r, "unit");
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (str_equal(unit, str_from(units[i])))
            return unit;
    if (unit.len)
        refuse(r, "Error in unit: must be minute, hour, day, week or month");
    else if (get_number(r, "interval", 1, "Error in interval: must be a number") != 1)
        refuse(r, "Error in interval: only 1 is supported; use unit");
    return STR("day");
}

/* The event by name; some clients write it as JSON, a string or a list of them. */
static void write_event(struct reading *r, struct json_write *w)
{
    struct str text = get(r, "event");
    struct json_doc *doc = NULL;
    struct bytes list = { 0 };
    bool is_json = (str_starts(text, STR("\"")) || str_starts(text, STR("["))) &&
                   json_doc_parse(text, EVENT_JSON_MAX_BYTES, &doc) == 0;
    if (!text.len)
        refuse(r, "Error in event: it is required");
    json_write_key(w, "event");
    if (is_json) {
        json_doc_print(json_doc_root(doc), &list);
        json_write_raw(w, bytes_str(&list));
    } else {
        json_write_str(w, text);
    }
    bytes_release(&list);
    json_doc_destroy(doc);
}

static void write_show(struct reading *r, struct json_write *w)
{
    json_write_key(w, "show");
    json_write_begin_array(w);
    json_write_begin_object(w);
    write_event(r, w);
    json_write_key(w, "measure");
    json_write_text(w, get_measure(r));
    json_write_end_object(w);
    json_write_end_array(w);
}

static void write_text(struct json_write *w, const char *key, struct str value)
{
    json_write_key(w, key);
    json_write_str(w, value);
}

static void write_groups(struct reading *r, struct str on, struct json_write *w)
{
    uint64_t limit = get_number(r, "limit", GROUPS_DEFAULT, "Error in limit: must be a number");
    json_write_key(w, "by");
    json_write_begin_array(w);
    json_write_str(w, on);
    json_write_end_array(w);
    json_write_key(w, "limit");
    json_write_u64(w, limit == 0 ? 1 : limit < GROUPS_MAX ? limit : GROUPS_MAX);
}

bool mixpanel_params_segmentation(const struct mixpanel_params *params, struct arena *arena,
                                  struct mixpanel_segmentation *out, const char **error)
{
    struct reading r = { .params = params, .arena = arena };
    struct str on = get(&r, "on"), where = get(&r, "where");
    struct json_write w;
    *out = (struct mixpanel_segmentation){ .is_grouped = on.len > 0,
                                           .is_csv = str_equal(get(&r, "format"), STR("csv")) };
    out->project = get_number(&r, "project_id", 0, "Error in project_id: must be a number");
    json_write_init(&w, &out->json);
    json_write_begin_object(&w);
    write_text(&w, "report", STR("segmentation"));
    write_text(&w, "unit", get_unit(&r));
    write_show(&r, &w);
    write_text(&w, "from", get_day(&r, "from_date", "Error in from_date: it is required",
                                   "Error in from_date: invalid date, bad year"));
    write_text(&w, "to", get_day(&r, "to_date", "Error in to_date: it is required",
                                 "Error in to_date: invalid date, bad year"));
    if (where.len)
        write_text(&w, "where", where);
    if (on.len)
        write_groups(&r, on, &w);
    json_write_end_object(&w);
    *error = r.error;
    return !r.error;
}

bool mixpanel_params_names(const struct mixpanel_params *params, struct arena *arena,
                           uint64_t *project, uint32_t *limit, const char **error)
{
    struct reading r = { .params = params, .arena = arena };
    uint64_t number = get_number(&r, "limit", MIXPANEL_PARAMS_NAMES_DEFAULT,
                                 "Error in limit: must be a number");
    *limit = number < MIXPANEL_PARAMS_NAMES_MAX ? (uint32_t)number : MIXPANEL_PARAMS_NAMES_MAX;
    *project = get_number(&r, "project_id", 0, "Error in project_id: must be a number");
    *error = r.error;
    return !r.error;
}

/* A name, or a JSON array of names, as an array. */
static void write_events(struct reading *r, struct json_write *w)
{
    struct str text = get(r, "event");
    struct json_doc *doc = NULL;
    if (text.len == 0)
        return;
    json_write_key(w, "event");
    json_write_begin_array(w);
    if (!str_starts(text, STR("["))) {
        json_write_str(w, text);
    } else if (json_doc_parse(text, EVENT_JSON_MAX_BYTES, &doc) != 0 ||
               json_doc_count(json_doc_root(doc)) > MIXPANEL_PARAMS_EVENTS_MAX) {
        refuse(r, "Error in event: must be a JSON array of names");
    } else {
        const struct json_node *root = json_doc_root(doc), *n = NULL;
        while ((n = json_doc_next(root, n)) != NULL) {
            if (json_doc_type(n) != JSON_STRING)
                refuse(r, "Error in event: must be a JSON array of names");
            json_write_str(w, json_doc_string(n));
        }
    }
    json_write_end_array(w);
    json_doc_destroy(doc);
}

static bool is_true(struct str text)
{
    return str_equal_fold(text, STR("true")) || str_equal(text, STR("1"));
}

bool mixpanel_params_export(const struct mixpanel_params *params, struct arena *arena,
                            uint64_t *project, struct bytes *question, const char **error)
{
    struct reading r = { .params = params, .arena = arena };
    struct str where = get(&r, "where");
    struct json_write w;
    *project = get_number(&r, "project_id", 0, "Error in project_id: must be a number");
    json_write_init(&w, question);
    json_write_begin_object(&w);
    write_text(&w, "from", get_day(&r, "from_date", "Error in from_date: it is required",
                                   "Error in from_date: invalid date, bad year"));
    write_text(&w, "to", get_day(&r, "to_date", "Error in to_date: it is required",
                                 "Error in to_date: invalid date, bad year"));
    write_events(&r, &w);
    if (where.len)
        write_text(&w, "where", where);
    uint64_t limit = get_number(&r, "limit", 0, "Error in limit: must be a number");
    if (limit > MIXPANEL_PARAMS_EXPORT_MAX)
        refuse(&r, "Error in limit: at most 100000");
    if (limit) {
        json_write_key(&w, "limit");
        json_write_u64(&w, limit);
    }
    if (is_true(get(&r, "time_in_ms"))) {
        json_write_key(&w, "time_in_ms");
        json_write_bool(&w, true);
    }
    json_write_end_object(&w);
    *error = r.error;
    return !r.error;
}
