#include "api/names.h"

#include "json/write.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53 */

struct adding {
    const struct names_list *lists;
    uint32_t count;
    struct json_write w;
};

/* "" when nobody there has that number. */
static struct str find_in(const struct names_list *list, uint64_t id)
{
    const struct json_node *all =
        list->doc ? json_doc_member(json_doc_root(list->doc), list->member) : NULL;
    if (!all || json_doc_type(all) != JSON_ARRAY)
        return STR("");
    for (const struct json_node *one = NULL; (one = json_doc_next(all, one)) != NULL;) {
        uint64_t found;
        if (json_doc_get_u64(one, "id", &found) && found == id)
            return json_doc_get_string(one, "name", STR(""));
    }
    return STR("");
}

static void add_name(struct adding *adding, const struct json_node *object)
{
    uint64_t id;
    if (json_doc_member(object, "name") || !json_doc_get_u64(object, "principal", &id))
        return;
    for (uint32_t i = 0; i < adding->count; i++) {
        struct str name = find_in(&adding->lists[i], id);
        if (name.len == 0)
            continue;
        json_write_key(&adding->w, "name");
        json_write_str(&adding->w, name);
        return;
    }
}

/* A whole number with all its digits: the printer keeps fifteen. */
static bool copy_whole(struct json_write *w, const struct json_node *node)
{
    double value = json_doc_number(node);
    bool is_whole = json_doc_type(node) == JSON_NUMBER && value >= -WHOLE_MAX &&
                    value <= WHOLE_MAX && value == (double)(int64_t)value;
    if (is_whole)
        json_write_i64(w, (int64_t)value);
    return is_whole;
}

static void copy_plain(struct json_write *w, const struct json_node *node)
{
    struct bytes text = { 0 };
    if (copy_whole(w, node))
        return;
    json_doc_print(node, &text);
    json_write_raw(w, bytes_str(&text));
    bytes_release(&text);
}

/* As deep as json/doc lets a document be. */
static void copy(struct adding *adding, const struct json_node *node)
{
    struct json_write *w = &adding->w;
    enum json_type type = json_doc_type(node);
    if (type == JSON_ARRAY) {
        json_write_begin_array(w);
        for (const struct json_node *n = NULL; (n = json_doc_next(node, n)) != NULL;)
            copy(adding, n);
        json_write_end_array(w);
    } else if (type == JSON_OBJECT) {
        json_write_begin_object(w);
        for (const struct json_node *n = NULL; (n = json_doc_next(node, n)) != NULL;) {
            json_write_key_str(w, json_doc_name(n));
            copy(adding, n);
        }
        add_name(adding, node);
        json_write_end_object(w);
    } else {
        copy_plain(w, node);
    }
}

int names_add(struct str json, const struct names_list *lists, uint32_t count, struct bytes *out)
{
    struct adding adding = { .lists = lists, .count = count };
    struct json_doc *doc = NULL;
    int r = json_doc_parse(json, NAMES_JSON_MAX_BYTES, &doc);
    if (r != 0)
        return r;
    json_write_init(&adding.w, out);
    copy(&adding, json_doc_root(doc));
    json_doc_destroy(doc);
    return 0;
}
