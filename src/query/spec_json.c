/* The question's JSON to a spec. Every getter is given the pointer of what it reads; the first
 * trouble stays, and afterwards nothing is read any more. What the page of the question knows and
 * this build does not is told apart from what is wrong: code "unsupported". */
#include "query/spec_json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "event/limits.h"
#include "json/doc.h"

enum { POINTER_BYTES = 192, NAME_SHOWN_BYTES = 64, ZONE_BYTES_MAX = 64 };

struct parse {
    struct arena *arena;
    struct spec_error *error;
    int r;
    char at[POINTER_BYTES];
    size_t at_len;
};

/* ---- where we are, and what is wrong --------------------------------------------------------- */

/* Appends "/name" or "/7" to the pointer; the length before, for leave(). */
static size_t enter(struct parse *p, const char *name)
{
    size_t before = p->at_len;
    int len = snprintf(p->at + before, sizeof(p->at) - before, "/%s", name);
    check(len > 0 && (size_t)len < sizeof(p->at) - before);
    p->at_len += (size_t)len;
    return before;
}

static size_t enter_index(struct parse *p, uint32_t i)
{
    char number[16];
    (void)snprintf(number, sizeof(number), "%u", i);
    return enter(p, number);
}

static void leave(struct parse *p, size_t before)
{
    p->at_len = before;
    p->at[before] = 0;
}

static void refuse(struct parse *p, const char *code, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void refuse(struct parse *p, const char *code, const char *format, ...)
{
    char message[256];
    va_list list;
    if (p->r != 0)
        return;
    va_start(list, format);
    (void)vsnprintf(message, sizeof(message), format, list);
    va_end(list);
    p->error->at = arena_copy(p->arena, str_of(p->at, p->at_len));
    p->error->code = code;
    p->error->message = arena_copy(p->arena, str_from(message));
    p->r = p->error->at.ptr && p->error->message.ptr ? ERR_INVALID : ERR_NOMEM;
}

static void refuse_member(struct parse *p, const char *name, const char *code, const char *message)
{
    size_t before = enter(p, name);
    refuse(p, code, "%s", message);
    leave(p, before);
}

/* A stranger's name as a part of a pointer: cut, with RFC 6901's escapes. */
static void refuse_unknown(struct parse *p, const struct json_node *node)
{
    struct str name = str_truncate_utf8(json_doc_name(node), NAME_SHOWN_BYTES);
    char text[2 * NAME_SHOWN_BYTES + 1];
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        bool is_escaped = name.ptr[i] == '~' || name.ptr[i] == '/';
        if (is_escaped)
            text[len++] = '~';
        text[len++] = !is_escaped ? name.ptr[i] : name.ptr[i] == '~' ? '0' : '1';
    }
    text[len] = 0;
    refuse_member(p, text, "query", "This member is not known.");
}

static void *take_memory(struct parse *p, size_t count, size_t size)
{
    void *ptr = arena_try(p->arena, count * size + 1);
    if (!ptr) {
        p->r = p->r ? p->r : ERR_NOMEM;
        return NULL;
    }
    return memset(ptr, 0, count * size);
}

static struct str keep(struct parse *p, struct str text)
{
    struct str copy = arena_copy(p->arena, text);
    if (!copy.ptr && p->r == 0)
        p->r = ERR_NOMEM;
    return copy;
}

/* ---- typed members --------------------------------------------------------------------------- */

static bool is_object_of(struct parse *p, const struct json_node *node, const char *const *names,
                         uint32_t count)
{
    if (json_doc_type(node) != JSON_OBJECT) {
        refuse(p, "query", "An object belongs here.");
        return false;
    }
    const struct json_node *unknown = json_doc_unknown(node, names, count);
    if (unknown)
        refuse_unknown(p, unknown);
    return p->r == 0;
}

/* False when the member is absent or is no string (refused then). */
static bool get_text(struct parse *p, const struct json_node *node, const char *name,
                     struct str *out)
{
    const struct json_node *member = json_doc_member(node, name);
    if (!member || p->r != 0)
        return false;
    if (json_doc_type(member) != JSON_STRING) {
        refuse_member(p, name, "query", "A string belongs here.");
        return false;
    }
    *out = json_doc_string(member);
    return true;
}

static uint64_t get_whole(struct parse *p, const struct json_node *node, const char *name,
                          uint64_t most)
{
    uint64_t value = 0;
    if (!json_doc_get_u64(node, name, &value) || value == 0 || value > most) {
        size_t before = enter(p, name);
        refuse(p, "query", "A whole number from 1 to %llu belongs here.",
               (unsigned long long)most);
        leave(p, before);
    }
    return value;
}

struct word { const char *name; int value; };

/* A word of a table; value 0 is known and not supported; -1 when refused. */
static int find_word(struct parse *p, const char *member, struct str text,
                     const struct word *words)
{
    size_t before = enter(p, member);
    int value = -1;
    bool is_known = false;
    for (; words->name && !is_known; words++) {
        is_known = str_equal(text, str_from(words->name));
        value = is_known ? words->value : -1;
    }
    if (!is_known)
        refuse(p, "query", "This %s is not known.", member);
    else if (value == 0)
        refuse(p, "unsupported", "This %s is not supported yet.", member);
    leave(p, before);
    return value;
}

static int64_t get_day(struct parse *p, const struct json_node *node, const char *name)
{
    struct str text = { 0 };
    int64_t day = 0;
    bool has = get_text(p, node, name, &text);
    if (p->r == 0 && (!has || !time_parse_day(text, &day) || text.ptr[0] == '0'))
        refuse_member(p, name, "query", "A day such as 2025-11-01 belongs here.");
    return day;
}

/* ---- selectors ------------------------------------------------------------------------------- */

static uint32_t character_at(struct str text, uint32_t byte)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < byte && i < text.len; i++)
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return count;
}

/* An empty `where` is none, as in the Mixpanel-shaped parameters. */
static const struct selector *get_where(struct parse *p, const struct json_node *node)
{
    struct str text;
    struct selector_error error;
    const struct selector *selector = NULL;
    if (!get_text(p, node, "where", &text) || str_trim(text).len == 0)
        return NULL;
    size_t before = enter(p, "where");
    int r = selector_parse(text, p->arena, &selector, &error);
    if (r == ERR_INVALID)
        refuse(p, error.is_unsupported ? "unsupported" : "where", "At character %u: %s.",
               character_at(text, error.at), error.message);
    else if (r != 0 && p->r == 0)
        p->r = r;
    leave(p, before);
    return r == 0 ? selector : NULL;
}

static bool is_cohort(struct str text)
{
    uint64_t id;
    return str_starts(text, STR("cohort:")) && str_to_u64(str_from_index(text, 7), &id);
}

static void read_operand(struct parse *p, struct str text, struct operand *out)
{
    if (is_cohort(text)) {
        refuse(p, "unsupported", "Cohorts are not supported yet.");
        return;
    }
    int r = selector_parse_operand(text, p->arena, out);
    if (r == ERR_NOMEM)
        p->r = r;
    else if (r != 0)
        refuse(p, "query", "A property belongs here: a name, properties[\"…\"], user[\"…\"] or "
                           "group[\"…\"][\"…\"].");
}

/* ---- show ------------------------------------------------------------------------------------ */

static const struct word measures[] = {
    { "total", SPEC_TOTAL }, { "unique", SPEC_UNIQUE }, { "sum", SPEC_SUM },
    { "dau", 0 }, { "wau", 0 }, { "mau", 0 }, { "visits", 0 }, { "per_person", 0 }, { "avg", 0 },
    { "median", 0 }, { "min", 0 }, { "max", 0 }, { "p25", 0 }, { "p75", 0 }, { "p90", 0 },
    { "p99", 0 }, { "distinct", 0 }, { "lifecycle", 0 }, { "stickiness", 0 }, { NULL, 0 },
};

static struct str read_event(struct parse *p, const struct json_node *node)
{
    struct str name = json_doc_string(node);
    if (json_doc_type(node) != JSON_STRING || name.len == 0 || name.len > LIMIT_NAME_BYTES) {
        refuse(p, "query", "An event's name belongs here, of 1 to 255 bytes.");
        return (struct str){ 0 };
    }
    return keep(p, name);
}

static struct str join_names(struct parse *p, const struct str *names, uint32_t count)
{
    size_t len = 0, at = 0;
    for (uint32_t i = 0; i < count; i++)
        len += names[i].len + 2;
    char *out = take_memory(p, len + 1, 1);
    if (!out)
        return (struct str){ 0 };
    for (uint32_t i = 0; i < count; i++) {
        if (i) {
            memcpy(out + at, ", ", 2);
            at += 2;
        }
        memcpy(out + at, names[i].ptr, names[i].len);
        at += names[i].len;
    }
    return str_of(out, at);
}

static bool is_named(const struct str *names, uint32_t count, struct str name)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_equal(names[i], name))
            return true;
    return false;
}

/* Any of a list; a name said twice is one. */
static void read_event_list(struct parse *p, const struct json_node *list, struct spec_show *out)
{
    uint32_t count = json_doc_count(list), i = 0;
    if (count == 0 || count > SPEC_EVENTS_MAX) {
        refuse(p, "query", "A list of events has 1 to 64 names.");
        return;
    }
    struct str *names = take_memory(p, count, sizeof(*names));
    for (const struct json_node *at = NULL; names && (at = json_doc_next(list, at)) != NULL; i++) {
        size_t before = enter_index(p, i);
        struct str name = read_event(p, at);
        if (str_equal(name, STR("$any")))
            refuse(p, "query", "\"$any\" stands alone, not in a list.");
        leave(p, before);
        if (p->r != 0)
            return;
        if (!is_named(names, out->event_count, name))
            names[out->event_count++] = name;
    }
    out->events = names;
    if (names)
        out->name = join_names(p, names, out->event_count);
}

static void read_events(struct parse *p, const struct json_node *show, struct spec_show *out)
{
    const struct json_node *event = json_doc_member(show, "event");
    if (!event) {
        refuse(p, "query", "A row shows an event: the member \"event\" is missing.");
        return;
    }
    size_t before = enter(p, "event");
    if (json_doc_type(event) == JSON_ARRAY) {
        read_event_list(p, event, out);
    } else {
        out->name = read_event(p, event);
        struct str *one = take_memory(p, 1, sizeof(*one));
        if (one && p->r == 0 && !str_equal(out->name, STR("$any"))) {
            *one = out->name;
            out->events = one;
            out->event_count = 1;
        }
    }
    leave(p, before);
}

static void read_measure(struct parse *p, const struct json_node *node, struct spec_show *out)
{
    struct str text;
    int measure = SPEC_TOTAL;
    if (get_text(p, node, "measure", &text))
        measure = find_word(p, "measure", text, measures);
    if (p->r != 0)
        return;
    out->measure = (enum spec_measure)measure;
    bool has = get_text(p, node, "property", &text);
    if (p->r == 0 && has != (measure == SPEC_SUM)) {
        refuse_member(p, has ? "property" : "measure", "query",
                      has ? "Only the measure \"sum\" takes a property."
                          : "The measure \"sum\" needs the member \"property\".");
    } else if (has) {
        size_t before = enter(p, "property");
        read_operand(p, text, &out->property);
        leave(p, before);
    }
}

static void read_row(struct parse *p, const struct json_node *node, struct spec_show *out)
{
    static const char *const names[] = { "event", "measure", "property", "where" };
    if (json_doc_member(node, "formula")) {
        refuse_member(p, "formula", "unsupported", "Formulas are not supported yet.");
        return;
    }
    if (!is_object_of(p, node, names, 4))
        return;
    read_events(p, node, out);
    if (p->r == 0)
        read_measure(p, node, out);
    if (p->r == 0)
        out->where = get_where(p, node);
}

static void read_show(struct parse *p, const struct json_node *root, struct spec *spec)
{
    const struct json_node *list = json_doc_member(root, "show");
    uint32_t count = list ? json_doc_count(list) : 0, i = 0;
    size_t before = enter(p, "show");
    if (!list || json_doc_type(list) != JSON_ARRAY || count == 0 || count > SPEC_SHOW_MAX) {
        refuse(p, "query", "A list of 1 to 26 rows belongs here.");
        return;
    }
    struct spec_show *rows = take_memory(p, count, sizeof(*rows));
    for (const struct json_node *at = NULL; p->r == 0 && (at = json_doc_next(list, at)); i++) {
        size_t outer = enter_index(p, i);
        read_row(p, at, &rows[i]);
        leave(p, outer);
    }
    spec->show = rows;
    spec->show_count = count;
    leave(p, before);
}

/* ---- by -------------------------------------------------------------------------------------- */

static void read_edges(struct parse *p, const struct json_node *list, struct spec_by *out)
{
    uint32_t count = list ? json_doc_count(list) : 0, i = 0;
    size_t before = enter(p, "edges");
    if (!list || json_doc_type(list) != JSON_ARRAY || count == 0 || count > SPEC_EDGES_MAX) {
        refuse(p, "query", "A list of 1 to 100 numbers belongs here.");
        return;
    }
    double *edges = take_memory(p, count, sizeof(*edges));
    for (const struct json_node *at = NULL; p->r == 0 && (at = json_doc_next(list, at)); i++) {
        edges[i] = json_doc_number(at);
        if (json_doc_type(at) != JSON_NUMBER || !isfinite(edges[i]) ||
            (i && edges[i] <= edges[i - 1])) {
            (void)enter_index(p, i);
            refuse(p, "query", "Edges are numbers, each larger than the one before.");
            return;
        }
    }
    out->edges = edges;
    out->edge_count = count;
    leave(p, before);
}

static void read_by_element(struct parse *p, const struct json_node *node, struct spec_by *out)
{
    static const char *const names[] = { "of", "edges" };
    struct str text;
    if (json_doc_type(node) == JSON_STRING) {
        read_operand(p, json_doc_string(node), &out->operand);
        return;
    }
    if (json_doc_type(node) != JSON_OBJECT) {
        refuse(p, "query", "A property, or {\"of\": a property, \"edges\": […]} belongs here.");
        return;
    }
    if (!is_object_of(p, node, names, 2))
        return;
    if (!get_text(p, node, "of", &text)) {
        refuse(p, "query", "The member \"of\" is missing.");
        return;
    }
    size_t before = enter(p, "of");
    read_operand(p, text, &out->operand);
    leave(p, before);
    if (p->r == 0)
        read_edges(p, json_doc_member(node, "edges"), out);
}

static void read_by(struct parse *p, const struct json_node *root, struct spec *spec)
{
    const struct json_node *list = json_doc_member(root, "by");
    uint32_t count = list ? json_doc_count(list) : 0, i = 0;
    if (!list)
        return;
    size_t before = enter(p, "by");
    if (json_doc_type(list) != JSON_ARRAY || count > SPEC_BY_MAX) {
        refuse(p, "query", "A list of at most 4 properties belongs here.");
        return;
    }
    struct spec_by *by = take_memory(p, count, sizeof(*by));
    for (const struct json_node *at = NULL; p->r == 0 && (at = json_doc_next(list, at)); i++) {
        size_t outer = enter_index(p, i);
        read_by_element(p, at, &by[i]);
        leave(p, outer);
    }
    spec->by = by;
    spec->by_count = count;
    leave(p, before);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static const struct word reports[] = {
    { "segmentation", SPEC_SEGMENTATION }, { "funnel", 0 }, { "retention", 0 }, { "flow", 0 },
    { "cohort", 0 }, { NULL, 0 },
};

/* One more than zone_unit's, as 0 means unsupported. */
static const struct word units[] = {
    { "minute", ZONE_MINUTE + 1 }, { "hour", ZONE_HOUR + 1 }, { "day", ZONE_DAY + 1 },
    { "week", ZONE_WEEK + 1 }, { "month", ZONE_MONTH + 1 }, { "all", ZONE_ALL + 1 }, { NULL, 0 },
};

static void read_unit(struct parse *p, const struct json_node *root, struct spec *spec)
{
    struct str text;
    int64_t days = spec->to_day - spec->from_day + 1;
    int unit = ZONE_DAY + 1;
    if (get_text(p, root, "unit", &text))
        unit = find_word(p, "unit", text, units);
    if (p->r != 0)
        return;
    spec->unit = (enum zone_unit)(unit - 1);
    int64_t each = spec->unit == ZONE_MINUTE ? 24 * 60 : spec->unit == ZONE_HOUR ? 24 : 1;
    if (spec->unit <= ZONE_DAY && days * each > SPEC_BUCKETS_MAX)
        refuse_member(p, "unit", "query", "These days have over 50,000 of that unit.");
}

static void read_range(struct parse *p, const struct json_node *root, struct spec *spec)
{
    spec->from_day = get_day(p, root, "from");
    spec->to_day = get_day(p, root, "to");
    if (p->r == 0 && spec->from_day > spec->to_day)
        refuse_member(p, "to", "query", "The last day is before the first.");
    struct str zone;
    if (!get_text(p, root, "zone", &zone))
        return;
    if (zone.len == 0 || zone.len > ZONE_BYTES_MAX)
        refuse_member(p, "zone", "query", "A time zone such as Asia/Riyadh belongs here.");
    else
        spec->zone = keep(p, zone);
}

/* Answers with rows about single people are given out only against the ledger's receipt. */
static bool is_closed(struct str report)
{
    return str_equal(report, STR("people")) || str_equal(report, STR("timeline"));
}

static void read_question(struct parse *p, const struct json_node *root, struct spec *spec)
{
    static const char *const names[] = {
        "project", "report", "from", "to", "zone", "unit", "show", "where", "by", "limit",
    };
    struct str report;
    if (json_doc_type(root) != JSON_OBJECT) {
        refuse(p, "query", "A question is an object.");
        return;
    }
    if (!get_text(p, root, "report", &report))
        refuse_member(p, "report", "query", "The member \"report\" is missing.");
    else if (is_closed(report))
        refuse_member(p, "report", "closed", "Rows about single people stay closed: "
                                             "there is no ledger yet to write them down.");
    else
        spec->report = (enum spec_report)find_word(p, "report", report, reports);
    if (json_doc_member(root, "cohort"))
        refuse_member(p, "cohort", "unsupported", "Cohorts are not supported yet.");
    if (p->r != 0 || !is_object_of(p, root, names, sizeof(names) / sizeof(*names)))
        return;
    if (json_doc_member(root, "project"))
        spec->project = get_whole(p, root, "project", (uint64_t)1 << 53);
    spec->limit = SPEC_LIMIT_DEFAULT;
    if (json_doc_member(root, "limit"))
        spec->limit = (uint32_t)get_whole(p, root, "limit", SPEC_LIMIT_MAX);
    read_range(p, root, spec);
    if (p->r == 0)
        read_unit(p, root, spec);
    if (p->r == 0)
        read_show(p, root, spec);
    if (p->r == 0)
        read_by(p, root, spec);
    if (p->r == 0)
        spec->where = get_where(p, root);
}

int spec_json_parse(struct str json, struct arena *arena, const struct spec **out,
                    struct spec_error *error)
{
    struct json_doc *doc = NULL;
    struct parse p = { .arena = arena, .error = error };
    *error = (struct spec_error){ .code = "query" };
    struct spec *spec = take_memory(&p, 1, sizeof(*spec));
    int r = json_doc_parse(json, SPEC_TEXT_MAX, &doc);
    if (r == ERR_TOO_LARGE)
        refuse(&p, "query", "A question has at most 256 KB.");
    else if (r != 0)
        refuse(&p, "query", "The question is no JSON.");
    else if (spec)
        read_question(&p, json_doc_root(doc), spec);
    json_doc_destroy(doc);
    if (p.r == 0)
        *out = spec;
    return p.r;
}
