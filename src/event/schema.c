#include "event/schema.h"

static const char *const names[] = { "unknown", "open", "quasi", "personal", "secret" };

const char *schema_class_name(enum schema_class c)
{
    check(c >= SCHEMA_UNKNOWN && c <= SCHEMA_SECRET);
    return names[c];
}

bool schema_class_find(struct str name, enum schema_class *out)
{
    for (int i = SCHEMA_UNKNOWN; i <= SCHEMA_SECRET; i++) {
        if (str_equal(name, str_from(names[i]))) {
            *out = (enum schema_class)i;
            return true;
        }
    }
    return false;
}

bool schema_is_person_id(struct str property)
{
    static const char *const ids[] = {
        "distinct_id", "$distinct_id", "$device_id", "$user_id", "$identified_id", "$anon_id",
        "$anon_distinct_id", "$distinct_ids", "alias",
    };
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (str_equal(property, str_from(ids[i])))
            return true;
    return false;
}
