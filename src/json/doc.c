#include "json/doc.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/err.h"

enum { DEPTH_MAX = 32, DUPLICATE_CHECK_MAX = 256 };

/* A doc is cJSON's root, and a node is a cJSON item: the names only keep cJSON in this file. */
static const cJSON *item(const struct json_node *node)
{
    return (const cJSON *)(const void *)node;
}

static const struct json_node *node_of(const cJSON *i)
{
    return (const struct json_node *)(const void *)i;
}

/* Nesting by counting brackets outside strings: before cJSON recurses. */
static bool is_shallow(struct str text)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > DEPTH_MAX)
                return false;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return true;
}

static bool has_duplicates(const cJSON *i)
{
    for (const cJSON *a = i->child; a; a = a->next) {
        int seen = 0;
        if (has_duplicates(a))
            return true;
        if (!cJSON_IsObject(i))
            continue;
        for (const cJSON *b = a->next; b && seen < DUPLICATE_CHECK_MAX; b = b->next, seen++)
            if (strcmp(a->string, b->string) == 0)
                return true;
    }
    return false;
}

/* An escaped NUL; behind an escaped backslash the same letters are plain text. */
static bool has_zero_escape(struct str text)
{
    ptrdiff_t at;
    while ((at = str_find(text, STR("\\u0000"))) >= 0) {
        size_t backslashes = 1;
        while (backslashes <= (size_t)at && text.ptr[(size_t)at - backslashes] == '\\')
            backslashes++;
        if (backslashes % 2 == 1)
            return true;
        text = str_from_index(text, (size_t)at + 1);
    }
    return false;
}

int json_doc_parse(struct str text, size_t max_bytes, struct json_doc **out)
{
    const char *end = NULL;
    if (text.len > max_bytes)
        return ERR_TOO_LARGE;
    /* A NUL would end cJSON's strings early: an escaped one is refused as well. */
    if (str_find_byte(text, 0) >= 0 || has_zero_escape(text) ||
        !str_is_utf8(text) || !is_shallow(text))
        return ERR_INVALID;
    cJSON *root = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, 0);
    if (!root)
        return ERR_INVALID;
    struct str rest = str_of(end, (size_t)(text.ptr + text.len - end));
    if (str_trim(rest).len != 0 || has_duplicates(root)) {
        cJSON_Delete(root);
        return ERR_INVALID;
    }
    *out = (struct json_doc *)(void *)root;
    return 0;
}

void json_doc_destroy(struct json_doc *doc)
{
    cJSON_Delete((cJSON *)(void *)doc);
}

static void wipe(cJSON *i)
{
    if (cJSON_IsString(i) && i->valuestring)
        explicit_bzero(i->valuestring, strlen(i->valuestring));
    for (cJSON *child = i->child; child; child = child->next)
        wipe(child);
}

void json_doc_wipe(struct json_doc *doc)
{
    if (doc)
        wipe((cJSON *)(void *)doc);
    json_doc_destroy(doc);
}

const struct json_node *json_doc_root(const struct json_doc *doc)
{
    return (const struct json_node *)(const void *)doc;
}

enum json_type json_doc_type(const struct json_node *node)
{
    const cJSON *i = item(node);
    if (cJSON_IsBool(i))
        return JSON_BOOL;
    if (cJSON_IsNumber(i))
        return JSON_NUMBER;
    if (cJSON_IsString(i))
        return JSON_STRING;
    if (cJSON_IsArray(i))
        return JSON_ARRAY;
    return cJSON_IsObject(i) ? JSON_OBJECT : JSON_NULL;
}

struct str json_doc_string(const struct json_node *node)
{
    const cJSON *i = item(node);
    return str_from(cJSON_IsString(i) ? i->valuestring : "");
}

double json_doc_number(const struct json_node *node)
{
    const cJSON *i = item(node);
    return cJSON_IsNumber(i) ? i->valuedouble : 0;
}

bool json_doc_bool(const struct json_node *node)
{
    return cJSON_IsTrue(item(node)) != 0;
}

const struct json_node *json_doc_member(const struct json_node *node, const char *name)
{
    if (!node || !cJSON_IsObject(item(node)))
        return NULL;
    return node_of(cJSON_GetObjectItemCaseSensitive(item(node), name));
}

uint32_t json_doc_count(const struct json_node *node)
{
    return (uint32_t)cJSON_GetArraySize(item(node));
}

const struct json_node *json_doc_next(const struct json_node *parent, const struct json_node *at)
{
    return node_of(at ? item(at)->next : parent ? item(parent)->child : NULL);
}

struct str json_doc_name(const struct json_node *node)
{
    return str_from(item(node)->string);
}

void json_doc_print(const struct json_node *node, struct bytes *out)
{
    char *text = cJSON_PrintUnformatted(item(node));
    check(text != NULL);
    bytes_append_str(out, str_from(text));
    cJSON_free(text);
}

struct str json_doc_get_string(const struct json_node *node, const char *name, struct str absent)
{
    const struct json_node *member = json_doc_member(node, name);
    return member && json_doc_type(member) == JSON_STRING ? json_doc_string(member) : absent;
}

double json_doc_get_number(const struct json_node *node, const char *name, double absent)
{
    const struct json_node *member = json_doc_member(node, name);
    return member && json_doc_type(member) == JSON_NUMBER ? json_doc_number(member) : absent;
}

bool json_doc_get_bool(const struct json_node *node, const char *name, bool absent)
{
    const struct json_node *member = json_doc_member(node, name);
    return member && json_doc_type(member) == JSON_BOOL ? json_doc_bool(member) : absent;
}

bool json_doc_get_u64(const struct json_node *node, const char *name, uint64_t *out)
{
    double value = json_doc_get_number(node, name, -1);
    if (value < 0 || value > 0x1p53 || value != (double)(uint64_t)value)
        return false;
    *out = (uint64_t)value;
    return true;
}

const struct json_node *json_doc_unknown(const struct json_node *node, const char *const *names,
                                         uint32_t count)
{
    for (const struct json_node *m = NULL; (m = json_doc_next(node, m)) != NULL;) {
        bool is_known = false;
        for (uint32_t i = 0; i < count; i++)
            is_known |= str_equal(json_doc_name(m), str_from(names[i]));
        if (!is_known)
            return m;
    }
    return NULL;
}
