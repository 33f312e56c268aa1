#include "support/json_same.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "json/scan.h"

static bool same(const struct value *ours, const cJSON *theirs);

static bool same_list(const struct value *ours, const cJSON *theirs)
{
    const cJSON *at = theirs->child;
    for (uint32_t i = 0; i < ours->as.list.count; i++, at = at->next)
        if (!at || !same(&ours->as.list.items[i], at))
            return false;
    return at == NULL;
}

static bool same_object(const struct value *ours, const cJSON *theirs)
{
    const cJSON *at = theirs->child;
    for (uint32_t i = 0; i < ours->as.object.count; i++, at = at->next) {
        const struct value_member *member = &ours->as.object.members[i];
        if (!at || !str_equal(member->name, str_from(at->string)) || !same(member->value, at))
            return false;
    }
    return at == NULL;
}

static bool same(const struct value *ours, const cJSON *theirs)
{
    switch (ours->type) {
    case VALUE_NULL: return cJSON_IsNull(theirs);
    case VALUE_FALSE: return cJSON_IsFalse(theirs);
    case VALUE_TRUE: return cJSON_IsTrue(theirs);
    case VALUE_NUMBER:
        return cJSON_IsNumber(theirs) && ours->as.number == theirs->valuedouble;
    case VALUE_STRING:
        return cJSON_IsString(theirs) && str_equal(ours->as.string, str_from(theirs->valuestring));
    case VALUE_LIST: return cJSON_IsArray(theirs) && same_list(ours, theirs);
    case VALUE_OBJECT: return cJSON_IsObject(theirs) && same_object(ours, theirs);
    case VALUE_REF: break;
    }
    return false;
}

enum json_same json_same(struct str text)
{
    struct arena arena;
    struct json_scan scan;
    struct value value;
    const char *end = NULL;
    enum json_same result = JSON_SAME_ONE;
    arena_init(&arena, 64 * 1024 * 1024);
    json_scan_init(&scan, text, &arena);
    bool is_ours = json_scan_value(&scan, &value) && json_scan_is_done(&scan) && !scan.broken;
    cJSON *theirs = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, 0);
    bool is_theirs = theirs && str_trim(str_of(end, (size_t)(text.ptr + text.len - end))).len == 0;
    /* cJSON's texts end at a NUL, it does not read UTF-8, and its numbers end at 63 bytes. */
    bool is_fair = str_find(text, STR("\\u0000")) < 0 && str_is_utf8(text);
    if (is_ours && is_theirs && is_fair)
        result = same(&value, theirs) ? JSON_SAME_AGREED : JSON_SAME_DIFFERENT;
    cJSON_Delete(theirs);
    arena_release(&arena);
    return result;
}
