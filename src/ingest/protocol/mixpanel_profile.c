#include "ingest/protocol/mixpanel_profile.h"

#include "event/limits.h"

static enum profile_op op_of(struct str name)
{
    static const struct {
        struct str name;
        enum profile_op op;
    } ops[] = {
        { { "$set", 4 }, PROFILE_SET },       { { "$set_once", 9 }, PROFILE_SET_ONCE },
        { { "$add", 4 }, PROFILE_ADD },       { { "$append", 7 }, PROFILE_APPEND },
        { { "$union", 6 }, PROFILE_UNION },   { { "$remove", 7 }, PROFILE_REMOVE },
        { { "$unset", 6 }, PROFILE_UNSET },   { { "$delete", 7 }, PROFILE_DELETE },
    };
    for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
        if (str_equal(name, ops[i].name))
            return ops[i].op;
    return 0;
}

/* The address is never kept, whatever it is called. */
static bool is_address(struct str name)
{
    return str_equal(name, STR("ip")) || str_equal(name, STR("$ip"));
}

/* A value alone, for an operation that takes lists. False: no memory. */
static bool wrap_in_list(struct mixpanel_reader *reader, struct value *value)
{
    struct value *items = arena_try(reader->request->arena, sizeof(*items));
    if (!items)
        return false;
    items[0] = *value;
    *value = (struct value){ .type = VALUE_LIST, .as.list = { items, 1 } };
    return true;
}

/* The members of an operation's object. */
static bool read_object(struct mixpanel_reader *reader, struct record *record, struct str op_name)
{
    struct json_scan *scan = reader->scan;
    struct value value;
    struct str name;
    enum profile_op op = record->update.op;
    if (!json_scan_enter(scan))
        return false;
    for (uint32_t broken = scan->broken; json_scan_member(scan, &name); broken = scan->broken) {
        if (!json_scan_value(scan, &value))
            return false;
        if (scan->broken != broken)
            record_refuse(record, REFUSAL_utf8_malformed, op_name);
        if (op == PROFILE_ADD && value.type != VALUE_NUMBER)
            record_refuse(record, REFUSAL_operation_malformed, op_name);
        if (op == PROFILE_UNION && value.type != VALUE_LIST && !wrap_in_list(reader, &value))
            return false;
        if (!is_address(name) && !mixpanel_fields_put(reader, name, &value))
            return false;
    }
    return !scan->error;
}

/* The names of $unset: a list of texts, or a text alone. */
static bool read_names(struct mixpanel_reader *reader, struct record *record)
{
    static const struct value null = { .type = VALUE_NULL };
    struct value names;
    uint32_t broken = reader->scan->broken;
    if (!json_scan_value(reader->scan, &names))
        return false;
    if (reader->scan->broken != broken)
        record_refuse(record, REFUSAL_utf8_malformed, STR("$unset"));
    if (names.type == VALUE_STRING)
        return mixpanel_fields_put(reader, names.as.string, &null);
    if (names.type != VALUE_LIST)
        record_refuse(record, REFUSAL_operation_malformed, STR("$unset"));
    for (uint32_t i = 0; names.type == VALUE_LIST && i < names.as.list.count; i++) {
        const struct value *name = &names.as.list.items[i];
        if (name->type != VALUE_STRING)
            record_refuse(record, REFUSAL_operation_malformed, STR("$unset"));
        else if (!mixpanel_fields_put(reader, name->as.string, &null))
            return false;
    }
    return true;
}

/* One operation: its record, with nothing of the envelope yet. */
static bool read_operation(struct mixpanel_reader *reader, enum profile_op op, struct str name)
{
    struct value ignored;
    struct record *record = mixpanel_fields_add(reader, RECORD_UPDATE);
    bool is_read;
    if (!record)
        return false;
    record->update.op = op;
    mixpanel_fields_begin(reader);
    if (op == PROFILE_UNSET) {
        is_read = read_names(reader, record);
    } else if (op != PROFILE_DELETE && json_scan_peek(reader->scan) == JSON_SCAN_OBJECT) {
        is_read = read_object(reader, record, name);
    } else {
        is_read = json_scan_value(reader->scan, &ignored);
        if (op != PROFILE_DELETE)
            record_refuse(record, REFUSAL_operation_malformed, name);
    }
    return is_read && mixpanel_fields_end(reader, &record->update.properties,
                                          &record->update.property_count);
}

static bool is_true(const struct value *value)
{
    return value->type == VALUE_TRUE || (value->type == VALUE_NUMBER && value->as.number == 1) ||
           (value->type == VALUE_STRING && str_equal_fold(value->as.string, STR("true")));
}

/* One member around the operations. */
static bool read_envelope(struct mixpanel_reader *reader, struct str name, struct record *envelope)
{
    struct value value;
    uint32_t broken = reader->scan->broken;
    if (!json_scan_value(reader->scan, &value))
        return false;
    bool is_broken = reader->scan->broken != broken;
    if (str_equal(name, STR("$token"))) {
        envelope->token = mixpanel_fields_id(reader, &value);
    } else if (str_equal(name, STR("$distinct_id"))) {
        envelope->distinct_id = mixpanel_fields_id(reader, &value);
        if (is_broken)
            record_refuse(envelope, REFUSAL_utf8_malformed, STR("$distinct_id"));
    } else if (str_equal(name, STR("$group_key"))) {
        envelope->update.group_key = mixpanel_fields_id(reader, &value);
        if (is_broken)
            record_refuse(envelope, REFUSAL_utf8_malformed, STR("$group_key"));
    } else if (str_equal(name, STR("$group_id"))) {
        envelope->update.group_id = mixpanel_fields_id(reader, &value);
        if (is_broken)
            record_refuse(envelope, REFUSAL_utf8_malformed, STR("$group_id"));
    } else if (str_equal(name, STR("$time"))) {
        envelope->has_time = value.type != VALUE_NULL;
        if (envelope->has_time && !mixpanel_fields_time(&value, reader->request->is_strict,
                                                        &envelope->update.time_ms))
            record_refuse(envelope, REFUSAL_time_malformed, STR("$time"));
    } else if (str_equal(name, STR("$ip"))) {
        mixpanel_fields_ip(envelope, &value);
    } else if (str_equal(name, STR("$ignore_time"))) {
        envelope->update.flags |= is_true(&value) ? PROFILE_IGNORE_TIME : 0;
    } else if (str_equal(name, STR("$ignore_alias"))) {
        envelope->update.flags |= is_true(&value) ? PROFILE_IGNORE_ALIAS : 0;
    }
    return true;
}

static void judge_envelope(struct mixpanel_reader *reader, struct record *envelope)
{
    if (reader->output->path == MIXPANEL_ENGAGE) {
        envelope->update.group_key = STR("");
        envelope->update.group_id = STR("");
        if (envelope->distinct_id.len == 0)
            record_refuse(envelope, REFUSAL_id_missing, STR("$distinct_id"));
        return;
    }
    envelope->distinct_id = (struct str){ 0 };
    if (envelope->update.group_key.len == 0)
        record_refuse(envelope, REFUSAL_group_missing, STR("$group_key"));
    if (envelope->update.group_id.len == 0)
        record_refuse(envelope, REFUSAL_group_missing, STR("$group_id"));
}

/* Gives each operation from `first` on its envelope; one refusal refuses the element as a whole. */
static bool finish(struct mixpanel_reader *reader, uint32_t first, const struct record *envelope)
{
    struct mixpanel_output *output = reader->output;
    struct refusal refusal = envelope->refusal;
    if (output->count == first) {
        if (!mixpanel_fields_add(reader, RECORD_UPDATE))
            return false;
        output->records[first].refusal = (struct refusal){ REFUSAL_operation_missing, STR("$set") };
    }
    for (uint32_t i = first; i < output->count; i++) {
        struct record *record = &output->records[i];
        struct profile_update update = record->update;
        if (!refusal.reason)
            refusal = record->refusal;
        *record = *envelope;
        record->update.op = update.op;
        record->update.properties = update.properties;
        record->update.property_count = update.property_count;
    }
    if (refusal.reason)
        output->count = first + 1;
    output->records[first].refusal = refusal;
    return true;
}

bool mixpanel_profile_read(struct mixpanel_reader *reader)
{
    struct record envelope = { .kind = RECORD_UPDATE, .index = reader->output->element_count };
    uint32_t first = reader->output->count;
    struct str name;
    if (!json_scan_enter(reader->scan))
        return false;
    while (json_scan_member(reader->scan, &name)) {
        enum profile_op op = op_of(name);
        if (op ? !read_operation(reader, op, name) : !read_envelope(reader, name, &envelope))
            return false;
    }
    if (reader->scan->error)
        return false;
    judge_envelope(reader, &envelope);
    return finish(reader, first, &envelope);
}
