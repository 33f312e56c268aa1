#include "process/query_shown.h"

#include "event/schema.h"
#include "process/query_schema.h"

void query_shown_release(struct query_shown *shown)
{
    map_release(&shown->known);
    bytes_release(&shown->scratch);
}

static bool is_personal_name(struct query_shown *shown, struct str property)
{
    bool is_new;
    uint32_t *known = map_put(&shown->known, property, 0, &is_new);
    if (is_new)
        *known = query_schema_class(shown->classes, property, 0) == SCHEMA_PERSONAL;
    return *known != 0;
}

/* ref_format_group's text: a ref, spelled out. */
static bool is_group_ref(struct str text)
{
    uint8_t bytes[16];
    return text.len == REF_GROUP_TEXT_BYTES - 1 && str_starts(text, STR("g_")) &&
           str_to_hex_bytes(str_from_index(text, 2), bytes, sizeof(bytes));
}

static bool is_clean(const struct value *value)
{
    switch (value->type) {
    case VALUE_REF: return false;
    case VALUE_STRING: return !is_group_ref(value->as.string);
    case VALUE_LIST:
        for (uint32_t i = 0; i < value->as.list.count; i++)
            if (!is_clean(&value->as.list.items[i]))
                return false;
        return true;
    case VALUE_OBJECT:
        for (uint32_t i = 0; i < value->as.object.count; i++)
            if (!is_clean(value->as.object.members[i].value))
                return false;
        return true;
    default: return true;
    }
}

bool query_shown_is_open(struct query_shown *shown, struct str property,
                         const struct value *value)
{
    return !is_personal_name(shown, property) && is_clean(value);
}

void query_shown_write(struct query_shown *shown, const struct value *value,
                       struct json_write *w)
{
    check(is_clean(value));
    bytes_reset(&shown->scratch);
    value_format_json(value, &shown->scratch);
    json_write_raw(w, bytes_str(&shown->scratch));
}

const char *query_shown_kind(struct str property, enum ref_kind kind)
{
    switch (kind) {
    case REF_KIND_ID: return "id";
    case REF_KIND_EMAIL: return "email";
    case REF_KIND_PHONE: return "phone";
    case REF_KIND_BOUND: break;
    }
    return str_contains_fold(property, STR("name")) ? "name" : "other";
}

bool query_shown_find_ref(const struct value *value, enum ref_kind *kind)
{
    if (value->type == VALUE_REF) {
        *kind = value->as.sealed.kind;
        return true;
    }
    bool found = false;
    if (value->type == VALUE_LIST)
        for (uint32_t i = 0; i < value->as.list.count && !found; i++)
            found = query_shown_find_ref(&value->as.list.items[i], kind);
    if (value->type == VALUE_OBJECT)
        for (uint32_t i = 0; i < value->as.object.count && !found; i++)
            found = query_shown_find_ref(value->as.object.members[i].value, kind);
    return found;
}
