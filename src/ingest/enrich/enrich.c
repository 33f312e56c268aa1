#include "ingest/enrich/enrich.h"

#include <string.h>

#include "event/limits.h"
#include "ingest/enrich/place.h"
#include "ingest/enrich/referrer.h"
#include "ingest/enrich/user_agent.h"

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

static bool has(struct record *record, const char *name)
{
    uint32_t *count;
    struct property *properties = *record_properties(record, &count);
    return event_find_property(properties, *count, str_from(name)) != NULL;
}

/* The text of a property; empty when it is absent or no text. */
static struct str text_of(struct record *record, const char *name)
{
    uint32_t *count;
    struct property *properties = *record_properties(record, &count);
    const struct property *found = event_find_property(properties, *count, str_from(name));
    return found && found->value.type == VALUE_STRING ? found->value.as.string : STR("");
}

/* ---- place ---------------------------------------------------------------------------------- */

/* The address that tells the person's place: what the sender says it is, else the sender's own if
 * the request asks for that. A server that imports is nowhere near the person. */
static struct str address_of(const struct ingest_request *request, const struct record *record)
{
    if (record->no_ip)
        return STR("");
    if (record->ip.len)
        return record->ip;
    return request->use_ip && !request->is_import ? request->peer_ip : STR("");
}

static void add_place(struct ingest_request *request, struct record *record)
{
    static const char *const said[] = { "mp_country_code", "$country_code", "$region", "$city" };
    bool is_event = record->kind == RECORD_EVENT;
    bool is_set = record->update.op == PROFILE_SET || record->update.op == PROFILE_SET_ONCE;
    char code[PLACE_COUNTRY_LEN];
    struct str address = address_of(request, record);
    if (!request->place || address.len == 0)
        return;
    if (!is_event && (!is_set || record->update.group_key.len))
        return;
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++)
        if (has(record, said[i]))
            return;
    if (place_find_country(request->place, address, code))
        add(request, record, is_event ? "mp_country_code" : "$country_code",
            arena_copy(request->arena, str_of(code, sizeof(code))));
}

/* ---- origin --------------------------------------------------------------------------------- */

/* The campaign of the page's address; an SDK that reports campaigns is left alone. */
static void add_campaign(struct ingest_request *request, struct record *record)
{
    uint32_t count;
    const struct str *names = referrer_campaign_names(&count);
    struct str url = text_of(record, "$current_url");
    if (str_find(url, STR("utm_")) < 0)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (has(record, names[i].ptr))
            return;
    for (uint32_t i = 0; i < count; i++)
        add(request, record, names[i].ptr,
            referrer_campaign(url, names[i], request->arena));
}

static void add_origin(struct ingest_request *request, struct record *record)
{
    struct str referrer = text_of(record, "$referrer");
    if (referrer.len)
        add(request, record, "$referring_domain", referrer_domain(referrer));
    add_campaign(request, record);
}

void enrich_step(struct ingest_request *request, struct record *record)
{
    /* An importer's or a server's agent says nothing about the person. */
    if (record->kind == RECORD_EVENT && !request->is_import) {
        struct user_agent agent = user_agent_read(request->user_agent);
        if (agent.is_bot)
            record->event.flags |= EVENT_BOT;
        if (str_starts(request->user_agent, STR("Mozilla/"))) {
            add(request, record, "$browser", agent.browser);
            add(request, record, "$os", agent.os);
        }
    }
    if (record->kind == RECORD_EVENT)
        add_origin(request, record);
    add_place(request, record);
    record->ip = STR("");
}
