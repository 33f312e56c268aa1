#include "api/mixpanel_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/map.h"
#include "json/doc.h"
#include "json/write.h"

enum { ANSWER_MAX_BYTES = 64 * 1024 * 1024, DAY_LABEL = 10 };

/* ---- series --------------------------------------------------------------------------------- */

/* One series as Mixpanel names it: by the event, or by the value of the group. */
struct column {
    struct str key;                    /* in the table's arena */
    const struct json_node *points;
};

struct table {
    struct json_doc *doc;
    struct arena arena;
    struct column *columns;
    uint32_t count;
};

static const struct json_node *first_group(const struct json_node *series)
{
    return json_doc_next(json_doc_member(series, "by"), NULL);
}

static struct str key_of(struct table *t, const struct json_node *series, bool is_grouped)
{
    const struct json_node *group = first_group(series);
    struct bytes text = { 0 };
    if (!is_grouped)
        return json_doc_get_string(series, "name", STR(""));
    if (!group || json_doc_type(group) == JSON_NULL)
        return STR("undefined");
    if (json_doc_type(group) == JSON_STRING)
        return json_doc_string(group);
    json_doc_print(group, &text);
    struct str key = arena_copy(&t->arena, bytes_str(&text));
    bytes_release(&text);
    return key;
}

/* Values of two types may read alike ("1" and 1): each keeps a name of its own. */
static struct str make_distinct(struct table *t, struct map *keys, struct str key)
{
    bool is_new;
    uint32_t *seen = map_put(keys, key, 1, &is_new);
    if (is_new)
        return key;
    ++*seen;
    return arena_printf(&t->arena, STR_FMT " (%u)", STR_ARG(key), *seen);
}

static bool is_other(const struct json_node *series)
{
    const struct json_node *group = first_group(series);
    return group && json_doc_type(group) == JSON_STRING &&
           str_equal(json_doc_string(group), STR("$other"));
}

static void table_close(struct table *t)
{
    json_doc_destroy(t->doc);
    free(t->columns);
    arena_release(&t->arena);
}

static int table_open(struct table *t, struct str answer, bool is_grouped)
{
    struct map keys = { 0 };
    *t = (struct table){ 0 };
    arena_init(&t->arena, ANSWER_MAX_BYTES);
    int r = json_doc_parse(answer, ANSWER_MAX_BYTES, &t->doc);
    if (r != 0)
        return r;
    const struct json_node *list = json_doc_member(json_doc_root(t->doc), "series");
    t->columns = calloc((size_t)json_doc_count(list) + 1, sizeof(*t->columns));
    check(t->columns != NULL);
    if (!list || json_doc_type(list) != JSON_ARRAY)
        return ERR_INVALID;
    for (const struct json_node *s = NULL; (s = json_doc_next(list, s)) != NULL;) {
        if (is_grouped && is_other(s))
            continue;
        struct str key = make_distinct(t, &keys, key_of(t, s, is_grouped));
        t->columns[t->count++] = (struct column){ key, json_doc_member(s, "points") };
    }
    map_release(&keys);
    return 0;
}

/* "2025-11-01T13:00:00" is written with a blank there. */
static struct str date_of(struct table *t, const struct json_node *point)
{
    struct str label = json_doc_string(json_doc_next(point, NULL));
    if (label.len <= DAY_LABEL)
        return label;
    return arena_printf(&t->arena, STR_FMT " " STR_FMT, STR_ARG(str_slice(label, 0, DAY_LABEL)),
                        STR_ARG(str_from_index(label, DAY_LABEL + 1)));
}

static double number_of(const struct json_node *point)
{
    const struct json_node *label = json_doc_next(point, NULL);
    return json_doc_number(label ? json_doc_next(point, label) : NULL);
}

static void write_dates(struct table *t, struct json_write *w)
{
    json_write_key(w, "series");
    json_write_begin_array(w);
    for (const struct json_node *p = NULL;
         t->count && (p = json_doc_next(t->columns[0].points, p)) != NULL;)
        json_write_str(w, date_of(t, p));
    json_write_end_array(w);
}

static void write_values(struct table *t, struct json_write *w)
{
    json_write_key(w, "values");
    json_write_begin_object(w);
    for (uint32_t i = 0; i < t->count; i++) {
        json_write_key_str(w, t->columns[i].key);
        json_write_begin_object(w);
        for (const struct json_node *p = NULL;
             (p = json_doc_next(t->columns[i].points, p)) != NULL;) {
            json_write_key_str(w, date_of(t, p));
            json_write_f64(w, number_of(p));
        }
        json_write_end_object(w);
    }
    json_write_end_object(w);
}

int mixpanel_report_segmentation(struct str answer, bool is_grouped, struct bytes *out)
{
    struct table t;
    struct json_write w;
    int r = table_open(&t, answer, is_grouped);
    if (r == 0) {
        json_write_init(&w, out);
        json_write_begin_object(&w);
        json_write_key(&w, "data");
        json_write_begin_object(&w);
        write_dates(&t, &w);
        write_values(&t, &w);
        json_write_end_object(&w);
        json_write_key(&w, "legend_size");
        json_write_u64(&w, t.count);
        json_write_end_object(&w);
    }
    table_close(&t);
    return r;
}

/* ---- sheets --------------------------------------------------------------------------------- */

/* A cell that a spreadsheet would take for a formula gets a quote before it (web/src/report/csv.ts
 * does the same). */
static void put_cell(struct bytes *out, struct str text)
{
    bool is_formula = text.len && memchr("=+-@\t\r", text.ptr[0], 6) != NULL;
    bytes_put_u8(out, '"');
    if (is_formula)
        bytes_put_u8(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            bytes_put_u8(out, '"');
        bytes_put_u8(out, (uint8_t)text.ptr[i]);
    }
    bytes_put_u8(out, '"');
}

static void put_row(struct bytes *out, const struct json_node **at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bytes_printf(out, ",%.17g", at[i] ? number_of(at[i]) : 0);
    bytes_append_str(out, STR("\r\n"));
}

int mixpanel_report_csv(struct str answer, bool is_grouped, struct bytes *out)
{
    struct table t;
    int r = table_open(&t, answer, is_grouped);
    const struct json_node **at = calloc((size_t)t.count + 1, sizeof(*at));
    check(at != NULL);
    if (r == 0) {
        bytes_append_str(out, STR("date"));
        for (uint32_t i = 0; i < t.count; i++) {
            bytes_put_u8(out, ',');
            put_cell(out, t.columns[i].key);
        }
        bytes_append_str(out, STR("\r\n"));
        for (;;) {
            for (uint32_t i = 0; i < t.count; i++)
                at[i] = json_doc_next(t.columns[i].points, at[i]);
            if (!t.count || !at[0])
                break;
            bytes_append_str(out, date_of(&t, at[0]));
            put_row(out, at, t.count);
        }
    }
    free(at);
    table_close(&t);
    return r;
}

/* ---- names ---------------------------------------------------------------------------------- */

static int more_first(const void *a, const void *b)
{
    const struct json_node *x = *(const struct json_node *const *)a;
    const struct json_node *y = *(const struct json_node *const *)b;
    double nx = json_doc_get_number(x, "count", 0), ny = json_doc_get_number(y, "count", 0);
    if (nx != ny)
        return nx > ny ? -1 : 1;
    return str_compare(json_doc_get_string(x, "name", STR("")),
                       json_doc_get_string(y, "name", STR("")));
}

int mixpanel_report_names(struct str answer, uint32_t limit, struct bytes *out)
{
    struct json_doc *doc = NULL;
    struct json_write w;
    uint32_t count = 0;
    int r = json_doc_parse(answer, ANSWER_MAX_BYTES, &doc);
    if (r != 0)
        return r;
    const struct json_node *list = json_doc_member(json_doc_root(doc), "events");
    if (!list || json_doc_type(list) != JSON_ARRAY) {
        json_doc_destroy(doc);
        return ERR_INVALID;
    }
    const struct json_node **nodes = calloc((size_t)json_doc_count(list) + 1, sizeof(*nodes));
    check(nodes != NULL);
    for (const struct json_node *e = NULL; (e = json_doc_next(list, e)) != NULL;)
        nodes[count++] = e;
    qsort(nodes, count, sizeof(*nodes), more_first);
    json_write_init(&w, out);
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < count && i < limit; i++)
        json_write_str(&w, json_doc_get_string(nodes[i], "name", STR("")));
    json_write_end_array(&w);
    free(nodes);
    json_doc_destroy(doc);
    return 0;
}

char *mixpanel_report_error(struct str answer)
{
    struct json_doc *doc = NULL;
    char *text = NULL;
    if (json_doc_parse(answer, ANSWER_MAX_BYTES, &doc) != 0)
        return NULL;
    const struct json_node *error = json_doc_member(json_doc_root(doc), "error");
    struct str message = json_doc_get_string(error, "message", STR(""));
    if (message.len)
        text = strndup(message.ptr, message.len);
    json_doc_destroy(doc);
    return text;
}
