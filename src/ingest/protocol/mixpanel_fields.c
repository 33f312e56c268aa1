#include "ingest/protocol/mixpanel_fields.h"

#include <math.h>
#include <string.h>

#include "base/time.h"

/* From here on a number is milliseconds: as seconds it would lie in the year 5138, as milliseconds
 * it is March 1973. */
#define TIME_MS_FROM 1e11
/* Beyond this nothing is told apart any more; also keeps the arithmetic in range. */
#define TIME_MS_MAX 9e15

struct record *mixpanel_fields_add(struct mixpanel_reader *reader, enum record_kind kind)
{
    struct mixpanel_output *output = reader->output;
    if (output->count == reader->record_cap) {
        uint32_t first = reader->record_guess ? reader->record_guess : 8;
        uint32_t cap = reader->record_cap ? reader->record_cap * 2 : first;
        struct record *records = arena_try(reader->request->arena, cap * sizeof(*records));
        if (!records)
            return NULL;
        if (output->count)
            memcpy(records, output->records, output->count * sizeof(*records));
        output->records = records;
        reader->record_cap = cap;
    }
    struct record *record = &output->records[output->count++];
    *record = (struct record){ .kind = kind, .index = output->element_count };
    return record;
}

static struct str number_text(const struct mixpanel_reader *reader, double number)
{
    struct bytes text = { 0 };
    value_format_json(&(struct value){ .type = VALUE_NUMBER, .as.number = number }, &text);
    struct str copy = arena_copy(reader->request->arena, bytes_str(&text));
    bytes_wipe(&text);
    return copy;
}

struct str mixpanel_fields_id(const struct mixpanel_reader *reader, const struct value *value)
{
    struct str raw = reader->scan->raw;
    switch (value->type) {
    case VALUE_NULL: return (struct str){ 0 };
    case VALUE_STRING: return value->as.string;
    case VALUE_NUMBER:
        /* 1234567890123456789 is one id, and no double. */
        if (str_find_byte(raw, '.') < 0 && str_find_byte(raw, 'e') < 0 &&
            str_find_byte(raw, 'E') < 0)
            return raw;
        return number_text(reader, value->as.number);
    case VALUE_FALSE: return STR("false");
    case VALUE_TRUE: return STR("true");
    case VALUE_LIST: return STR("[]");
    case VALUE_OBJECT: return STR("{}");
    case VALUE_REF: break;
    }
    return (struct str){ 0 };
}

bool mixpanel_fields_time(const struct value *value, bool is_strict, int64_t *time_ms)
{
    double number;
    if (value->type == VALUE_NUMBER)
        number = value->as.number;
    else if (is_strict || value->type != VALUE_STRING)
        return false;
    else if (!str_to_f64(str_trim(value->as.string), &number))
        return time_parse(str_trim(value->as.string), time_ms);
    double ms = fabs(number) < TIME_MS_FROM ? number * 1000 : number;
    *time_ms = (int64_t)llround(fmax(-TIME_MS_MAX, fmin(TIME_MS_MAX, ms)));
    return true;
}

void mixpanel_fields_ip(struct record *record, const struct value *value)
{
    record->no_ip = (value->type == VALUE_NUMBER && value->as.number == 0) ||
                    value->type == VALUE_FALSE ||
                    (value->type == VALUE_STRING && str_equal(value->as.string, STR("0")));
    if (value->type == VALUE_STRING && !record->no_ip)
        record->ip = value->as.string;
}

struct str mixpanel_fields_path(const struct mixpanel_reader *reader, const char *prefix,
                                struct str name)
{
    struct str path = arena_printf(reader->request->arena, "%s." STR_FMT, prefix, STR_ARG(name));
    return path.ptr ? path : STR("properties");
}

void mixpanel_fields_begin(struct mixpanel_reader *reader)
{
    reader->property_count = 0;
}

bool mixpanel_fields_put(struct mixpanel_reader *reader, struct str name,
                         const struct value *value)
{
    if (reader->property_count == reader->property_cap) {
        uint32_t cap = reader->property_cap ? reader->property_cap * 2 : 64;
        struct property *properties = arena_try(reader->request->arena, cap * sizeof(*properties));
        if (!properties)
            return false;
        if (reader->property_count)
            memcpy(properties, reader->properties, reader->property_count * sizeof(*properties));
        reader->properties = properties;
        reader->property_cap = cap;
    }
    reader->properties[reader->property_count++] = (struct property){ name, *value };
    return true;
}

bool mixpanel_fields_end(struct mixpanel_reader *reader, struct property **properties,
                         uint32_t *count)
{
    size_t size = (reader->property_count + (reader->property_count == 0)) * sizeof(**properties);
    *properties = arena_try(reader->request->arena, size);
    *count = 0;
    if (!*properties)
        return false;
    if (reader->property_count)
        memcpy(*properties, reader->properties, reader->property_count * sizeof(**properties));
    *count = reader->property_count;
    return true;
}
