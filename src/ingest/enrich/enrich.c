#include "ingest/enrich/enrich.h"

#include <string.h>

#include "event/limits.h"

/* Adds a property unless the record has it. */
static void add(struct ingest_request *request, struct record *record, const char *name,
                struct str text)
{
    uint32_t *count;
    struct property **properties = record_properties(record, &count);
    if (text.len == 0 || event_find_property(*properties, *count, str_from(name)))
        return;
    struct property *grown = arena_try(request->arena, (*count + 1) * sizeof(*grown));
    if (!grown || *count >= LIMIT_PROPERTIES_PER_EVENT)
        return;
    if (*count)
        memcpy(grown, *properties, *count * sizeof(*grown));
    grown[*count] = (struct property){
        .name = str_from(name), .value = { .type = VALUE_STRING, .as.string = text } };
    *properties = grown;
    (*count)++;
}

void enrich_step(struct ingest_request *request, struct record *record)
{
    bool is_browser = str_starts(request->user_agent, STR("Mozilla/"));
    if (!request->has_agent)
        request->agent = user_agent_read(request->user_agent);
    request->has_agent = true;
    struct user_agent agent = request->agent;
    /* An importer's or a server's agent says nothing about the person. */
    if (record->kind == RECORD_EVENT && !request->is_import) {
        if (agent.is_bot)
            record->event.flags |= EVENT_BOT;
        if (is_browser) {
            add(request, record, "$browser", agent.browser);
            add(request, record, "$os", agent.os);
        }
    }
    record->ip = STR("");
}
