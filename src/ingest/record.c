#include "ingest/record.h"

struct property **record_properties(struct record *record, uint32_t **count)
{
    bool is_event = record->kind == RECORD_EVENT;
    *count = is_event ? &record->event.property_count : &record->update.property_count;
    return is_event ? &record->event.properties : &record->update.properties;
}

void record_refuse(struct record *record, enum refusal_reason reason, struct str field)
{
    if (record->refusal.reason == REFUSAL_NONE)
        record->refusal = (struct refusal){ .reason = reason, .field = field };
}
