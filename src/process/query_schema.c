#include "process/query_schema.h"

#include "event/schema_names.h"
#include "event/value.h"

static enum schema_class from_settings(const struct json_node *classes, struct str property)
{
    enum schema_class class = SCHEMA_UNKNOWN;
    for (const struct json_node *at = NULL; (at = json_doc_next(classes, at)) != NULL;)
        if (str_equal(json_doc_name(at), property) &&
            !schema_class_find(json_doc_string(at), &class))
            return SCHEMA_UNKNOWN;
    return class;
}

enum schema_class query_schema_class(const struct json_node *classes, struct str property,
                                     uint32_t types)
{
    enum schema_class class = classes ? from_settings(classes, property) : SCHEMA_UNKNOWN;
    if (schema_is_person_id(property) || types == 1u << VALUE_REF || class == SCHEMA_PERSONAL ||
        class == SCHEMA_SECRET)
        return SCHEMA_PERSONAL;
    if (class == SCHEMA_OPEN || class == SCHEMA_QUASI)
        return class;
    const struct schema_name *named = schema_names_find(property);
    return named && named->class == SCHEMA_QUASI ? SCHEMA_QUASI : SCHEMA_OPEN;
}

void query_schema_write_types(uint32_t types, struct json_write *w)
{
    static const struct { uint32_t bits; const char *name; } names[] = {
        { 1u << VALUE_NULL, "null" },
        { 1u << VALUE_FALSE | 1u << VALUE_TRUE, "boolean" },
        { 1u << VALUE_NUMBER, "number" },
        { 1u << VALUE_STRING | 1u << VALUE_REF, "string" },
        { 1u << VALUE_LIST, "list" },
        { 1u << VALUE_OBJECT, "object" },
    };
    json_write_begin_array(w);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (types & names[i].bits)
            json_write_text(w, names[i].name);
    json_write_end_array(w);
}
