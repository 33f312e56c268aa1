#include "ingest/step_cut.h"

#include "event/limits.h"

/* The depth is bounded by step_limits before. */
static void cut_texts(struct value *value)
{
    if (value->type == VALUE_STRING)
        value->as.string = str_truncate_utf8(value->as.string, LIMIT_STRING_BYTES);
    for (uint32_t i = 0; value->type == VALUE_LIST && i < value->as.list.count; i++)
        cut_texts(&value->as.list.items[i]);
    for (uint32_t i = 0; value->type == VALUE_OBJECT && i < value->as.object.count; i++)
        cut_texts(value->as.object.members[i].value);
}

void step_cut(struct ingest_request *request, struct record *record)
{
    uint32_t *count;
    struct property *properties = *record_properties(record, &count);
    (void)request;
    for (uint32_t i = 0; i < *count; i++)
        cut_texts(&properties[i].value);
}
