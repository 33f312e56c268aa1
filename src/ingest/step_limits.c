#include "ingest/step_limits.h"

#include <stdio.h>

#include "event/limits.h"

/* The bounds of one kind of record. */
struct bounds {
    uint32_t properties_max;
    uint32_t list_max;
    size_t value_bytes_max;
    uint32_t depth_max;
};

static const struct bounds event_bounds = {
    .properties_max = LIMIT_PROPERTIES_PER_EVENT,
    .list_max = LIMIT_LIST_ELEMENTS,
    .value_bytes_max = LIMIT_VALUE_BYTES,
    .depth_max = LIMIT_DEPTH,
};

static const struct bounds update_bounds = {
    .properties_max = LIMIT_PROFILE_PROPERTIES,
    .list_max = LIMIT_PROFILE_PROPERTIES,
    .value_bytes_max = LIMIT_PROFILE_VALUE_BYTES,
    .depth_max = LIMIT_DEPTH,
};

static struct str cut_name(struct str name)
{
    return str_truncate_utf8(name, LIMIT_NAME_BYTES);
}

/* A bit for a name: where it is not set among the names so far, the name is new. */
static uint64_t name_bit(struct str name)
{
    if (name.len == 0)
        return 1;
    size_t mix = name.len * 31 + (unsigned char)name.ptr[0] * 7 +
                 (unsigned char)name.ptr[name.len - 1] * 13 +
                 (unsigned char)name.ptr[name.len / 2] * 3;
    return (uint64_t)1 << (mix % 64);
}

/* Length of a value as JSON text, without the escapes. */
static size_t json_size(const struct value *value)
{
    char number[40];
    size_t size = 2;
    switch (value->type) {
    case VALUE_STRING: return value->as.string.len + 2;
    case VALUE_NUMBER:
        return (size_t)snprintf(number, sizeof(number), "%.15g", value->as.number);
    case VALUE_LIST:
        for (uint32_t i = 0; i < value->as.list.count; i++)
            size += json_size(&value->as.list.items[i]) + (i > 0);
        return size;
    case VALUE_OBJECT:
        for (uint32_t i = 0; i < value->as.object.count; i++)
            size += json_size(value->as.object.members[i].value) +
                    value->as.object.members[i].name.len + 3 + (i > 0);
        return size;
    case VALUE_NULL:
    case VALUE_TRUE: return 4;
    case VALUE_FALSE: return 5;
    case VALUE_REF: break;
    }
    return size;
}

/* Keeps one member a name. False: more than `max` names. */
static bool join_members(struct value *object, uint32_t max)
{
    struct value_member *members = object->as.object.members;
    uint32_t kept = 0;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < object->as.object.count; i++) {
        struct value_member member = { cut_name(members[i].name), members[i].value };
        uint64_t bit = name_bit(member.name);
        uint32_t at = bits & bit ? 0 : kept;
        while (at < kept && !str_equal(members[at].name, member.name))
            at++;
        if (at == max)
            return false;
        members[at] = member;
        kept += at == kept;
        bits |= bit;
    }
    object->as.object.count = kept;
    return true;
}

/* The shape of a value inside; depth 1 is a list or object that stands as a property. */
static enum refusal_reason judge_shape(struct value *value, uint32_t depth,
                                       const struct bounds *bounds)
{
    enum refusal_reason reason = REFUSAL_NONE;
    if (value->type != VALUE_LIST && value->type != VALUE_OBJECT)
        return REFUSAL_NONE;
    if (depth > bounds->depth_max)
        return REFUSAL_value_too_deep;
    if (value->type == VALUE_LIST) {
        if (value->as.list.count > bounds->list_max)
            return REFUSAL_value_too_large;
        for (uint32_t i = 0; i < value->as.list.count && !reason; i++)
            reason = judge_shape(&value->as.list.items[i], depth + 1, bounds);
        return reason;
    }
    if (!join_members(value, LIMIT_OBJECT_MEMBERS))
        return REFUSAL_value_too_large;
    for (uint32_t i = 0; i < value->as.object.count && !reason; i++)
        reason = judge_shape(value->as.object.members[i].value, depth + 1, bounds);
    return reason;
}

static enum refusal_reason judge_value(struct value *value, const struct bounds *bounds)
{
    if (value->type == VALUE_STRING) {
        /* Far above what is kept: only so that no later step reads a megabyte. */
        value->as.string = str_truncate_utf8(value->as.string, LIMIT_VALUE_BYTES);
        return REFUSAL_NONE;
    }
    enum refusal_reason reason = judge_shape(value, 1, bounds);
    bool is_nested = value->type == VALUE_LIST || value->type == VALUE_OBJECT;
    if (!reason && is_nested && json_size(value) > bounds->value_bytes_max)
        reason = REFUSAL_value_too_large;
    return reason;
}

static void refuse_property(struct ingest_request *request, struct record *record,
                            enum refusal_reason reason, struct str name)
{
    struct str path = name;
    if (!request->is_strict) {
        request->dropped[reason]++;
        return;
    }
    if (record->kind == RECORD_EVENT)
        path = arena_printf(request->arena, "properties." STR_FMT, STR_ARG(name));
    record_refuse(record, reason, path.ptr ? path : STR("properties"));
}

/* Distinct names, and no more of them than there may be. */
static void join_properties(struct ingest_request *request, struct record *record, uint32_t max)
{
    uint32_t *count, kept = 0, surplus = 0;
    struct property *list = *record_properties(record, &count);
    uint64_t bits = 0;
    for (uint32_t i = 0; i < *count; i++) {
        struct str name = cut_name(list[i].name);
        uint64_t bit = name_bit(name);
        uint32_t at = bits & bit ? 0 : kept;
        while (at < kept && !str_equal(list[at].name, name))
            at++;
        if (at == max) {
            surplus++;
            continue;
        }
        list[at].name = name;
        if (at != i)
            list[at].value = list[i].value;
        kept += at == kept;
        bits |= bit;
    }
    *count = kept;
    if (surplus > 0 && request->is_strict)
        record_refuse(record, REFUSAL_too_many_properties, STR("properties"));
    else
        request->dropped[REFUSAL_too_many_properties] += surplus;
}

void step_limits(struct ingest_request *request, struct record *record)
{
    bool is_event = record->kind == RECORD_EVENT;
    const struct bounds *bounds = is_event ? &event_bounds : &update_bounds;
    uint32_t *count, kept = 0;
    struct property *list = *record_properties(record, &count);
    if (is_event)
        record->event.name = cut_name(record->event.name);
    else
        record->update.group_key = cut_name(record->update.group_key);
    join_properties(request, record, bounds->properties_max);
    for (uint32_t i = 0; i < *count && !record->refusal.reason; i++) {
        enum refusal_reason reason = judge_value(&list[i].value, bounds);
        if (reason)
            refuse_property(request, record, reason, list[i].name);
        else if (kept++ != i)
            list[kept - 1] = list[i];
    }
    *count = kept;
}
