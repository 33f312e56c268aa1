#include "ingest/step_project.h"

void step_project(struct ingest_request *request, struct record *record)
{
    bool is_event = record->kind == RECORD_EVENT;
    struct str field = is_event ? STR("properties.token") : STR("$token");
    record->project = request->project;
    if (record->project)
        return;
    if (record->token.len == 0) {
        record_refuse(record, REFUSAL_token_missing, field);
        return;
    }
    record->project = settings_find_token(request->settings, record->token);
    if (!record->project)
        record_refuse(record, REFUSAL_token_unknown, field);
}
