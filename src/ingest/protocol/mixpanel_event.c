#include "ingest/protocol/mixpanel_event.h"

#include "event/limits.h"

/* What becomes of a property that is part of the envelope, or is never kept. */
enum role {
    ROLE_PROPERTY,
    ROLE_TOKEN,
    ROLE_TIME,
    ROLE_DISTINCT_ID,
    ROLE_DEVICE_ID,
    ROLE_USER_ID,
    ROLE_INSERT_ID,
    ROLE_IP,
    ROLE_IGNORE,
    ROLE_DROPPED, /* another address, or an id that Mixpanel's own exports carry beside ours */
};

static enum role role_of(struct str name)
{
    static const struct {
        struct str name;
        enum role role;
    } roles[] = {
        { { "token", 5 }, ROLE_TOKEN },
        { { "time", 4 }, ROLE_TIME },
        { { "distinct_id", 11 }, ROLE_DISTINCT_ID },
        { { "$device_id", 10 }, ROLE_DEVICE_ID },
        { { "$user_id", 8 }, ROLE_USER_ID },
        { { "$insert_id", 10 }, ROLE_INSERT_ID },
        { { "ip", 2 }, ROLE_IP },
        { { "$ip", 3 }, ROLE_DROPPED },
        { { "$ignore", 7 }, ROLE_IGNORE },
        { { "$distinct_id_before_identity", 28 }, ROLE_DROPPED },
        { { "$preshuffle_distinct_id", 23 }, ROLE_DROPPED },
        { { "mp_original_distinct_id", 23 }, ROLE_DROPPED },
    };
    for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
        if (str_equal(name, roles[i].name))
            return roles[i].role;
    return ROLE_PROPERTY;
}

static void read_time(struct mixpanel_reader *reader, struct record *record,
                      const struct value *value)
{
    record->has_time = value->type != VALUE_NULL;
    if (record->has_time &&
        !mixpanel_fields_time(value, reader->request->is_strict, &record->event.time_ms))
        record_refuse(record, REFUSAL_time_malformed, STR("properties.time"));
}

/* One member of properties. False: no memory. */
static bool take_property(struct mixpanel_reader *reader, struct record *record, struct str name,
                          const struct value *value)
{
    switch (role_of(name)) {
    case ROLE_PROPERTY: return mixpanel_fields_put(reader, name, value);
    case ROLE_TOKEN: record->token = mixpanel_fields_id(reader, value); break;
    case ROLE_TIME: read_time(reader, record, value); break;
    case ROLE_DISTINCT_ID: record->distinct_id = mixpanel_fields_id(reader, value); break;
    case ROLE_DEVICE_ID: record->device_id = mixpanel_fields_id(reader, value); break;
    case ROLE_USER_ID: record->user_id = mixpanel_fields_id(reader, value); break;
    case ROLE_INSERT_ID: record->insert_id = mixpanel_fields_id(reader, value); break;
    case ROLE_IP: mixpanel_fields_ip(record, value); break;
    case ROLE_IGNORE:
        if (value->type != VALUE_NULL && value->type != VALUE_FALSE)
            record_refuse(record, REFUSAL_ignored, STR("properties.$ignore"));
        break;
    case ROLE_DROPPED: break;
    }
    return true;
}

static bool read_properties(struct mixpanel_reader *reader, struct record *record)
{
    struct json_scan *scan = reader->scan;
    struct value value;
    struct str name;
    mixpanel_fields_begin(reader);
    if (!json_scan_enter(scan))
        return false;
    for (uint32_t broken = scan->broken; json_scan_member(scan, &name); broken = scan->broken) {
        if (!json_scan_value(scan, &value) || !take_property(reader, record, name, &value))
            return false;
        if (scan->broken != broken)
            record_refuse(record, REFUSAL_utf8_malformed,
                          mixpanel_fields_path(reader, "properties", name));
    }
    return !scan->error && mixpanel_fields_end(reader, &record->event.properties,
                                               &record->event.property_count);
}

static bool read_name(struct mixpanel_reader *reader, struct record *record)
{
    struct value value;
    uint32_t broken = reader->scan->broken;
    if (!json_scan_value(reader->scan, &value))
        return false;
    record->event.name = value.type == VALUE_STRING ? value.as.string : STR("");
    if (reader->scan->broken != broken)
        record_refuse(record, REFUSAL_utf8_malformed, STR("event"));
    return true;
}

/* One member of the envelope; those we do not know are passed over. */
static bool read_member(struct mixpanel_reader *reader, struct record *record, struct str name)
{
    struct value value;
    if (str_equal(name, STR("event")))
        return read_name(reader, record);
    if (!str_equal(name, STR("properties")))
        return json_scan_value(reader->scan, &value);
    if (json_scan_peek(reader->scan) == JSON_SCAN_OBJECT)
        return read_properties(reader, record);
    if (!json_scan_value(reader->scan, &value))
        return false;
    if (value.type != VALUE_NULL)
        record_refuse(record, REFUSAL_properties_malformed, STR("properties"));
    return true;
}

bool mixpanel_event_is_identity(struct str name)
{
    return str_equal(name, STR("$identify")) || str_equal(name, STR("$create_alias")) ||
           str_equal(name, STR("$merge"));
}

/* An identity call that names a device and a user links them like any event does, so it stays.
 * The others would do nothing: they are dropped, and the SDK is told that all is well. */
static void judge_identity(struct mixpanel_reader *reader, struct record *record)
{
    bool is_link = record->device_id.len > 0 && record->user_id.len > 0;
    if (!mixpanel_event_is_identity(record->event.name))
        return;
    if (reader->request->is_import && reader->request->is_strict)
        reader->output->whole = REFUSAL_identity_event;
    else if (!is_link)
        record_refuse(record, REFUSAL_alias_dropped, STR("event"));
}

bool mixpanel_event_read(struct mixpanel_reader *reader)
{
    struct str name;
    struct record *record = mixpanel_fields_add(reader, RECORD_EVENT);
    if (!record || !json_scan_enter(reader->scan))
        return false;
    while (json_scan_member(reader->scan, &name))
        if (!read_member(reader, record, name))
            return false;
    if (reader->scan->error)
        return false;
    if (reader->request->is_import)
        record->event.flags |= EVENT_IMPORT;
    judge_identity(reader, record);
    if (str_trim(record->event.name).len == 0)
        record_refuse(record, REFUSAL_name_missing, STR("event"));
    return true;
}
