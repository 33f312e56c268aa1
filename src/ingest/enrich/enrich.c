#include "ingest/enrich/enrich.h"

#include <string.h>

#include "event/limits.h"
#include "ingest/enrich/place.h"
#include "ingest/enrich/referrer.h"

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

static bool tells_place(struct str name)
{
    return str_equal(name, STR("mp_country_code")) || str_equal(name, STR("$country_code")) ||
           str_equal(name, STR("$region")) || str_equal(name, STR("$city"));
}

static struct str find_country(const struct ingest_request *request, struct str address)
{
    char code[PLACE_COUNTRY_LEN];
    if (!request->place || !place_find_country(request->place, address, code))
        return STR("");
    struct str copy = arena_copy(request->arena, str_of(code, sizeof(code)));
    return copy.ptr ? copy : STR("");
}

/* By the address that the sender says is the person's, else by the sender's own if the request asks
 * for that; the latter is looked up once a request. A server that imports is nowhere near them. */
static struct str country_of(struct ingest_request *request, const struct record *record)
{
    if (record->no_ip)
        return STR("");
    if (record->ip.len)
        return find_country(request, record->ip);
    if (!request->use_ip || request->is_import)
        return STR("");
    if (!request->peer_country.ptr)
        request->peer_country = find_country(request, request->peer_ip);
    return request->peer_country;
}

static void add_place(struct ingest_request *request, struct record *record)
{
    uint32_t *count;
    struct property *properties = *record_properties(record, &count);
    bool is_event = record->kind == RECORD_EVENT;
    bool is_set = record->update.op == PROFILE_SET || record->update.op == PROFILE_SET_ONCE;
    if (!is_event && (!is_set || record->update.group_key.len))
        return;
    struct str country = country_of(request, record);
    if (country.len == 0)
        return;
    for (uint32_t i = 0; i < *count; i++)
        if (tells_place(properties[i].name))
            return;
    add(request, record, is_event ? "mp_country_code" : "$country_code", country);
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
    add(request, record, "$referring_domain", referrer_domain(text_of(record, "$referrer")));
    add(request, record, "$initial_referring_domain",
        referrer_domain(text_of(record, "$initial_referrer")));
    add_campaign(request, record);
}

void enrich_step(struct ingest_request *request, struct record *record)
{
    if (!request->has_agent)
        request->agent = user_agent_read(request->user_agent);
    request->has_agent = true;
    /* An importer's or a server's agent says nothing about the person. */
    if (record->kind == RECORD_EVENT && !request->is_import) {
        const struct user_agent *agent = &request->agent;
        if (agent->is_bot)
            record->event.flags |= EVENT_BOT;
        if (str_starts(request->user_agent, STR("Mozilla/"))) {
            add(request, record, "$browser", agent->browser);
            add(request, record, "$os", agent->os);
        }
    }
    if (record->kind == RECORD_EVENT)
        add_origin(request, record);
    add_place(request, record);
    record->ip = STR("");
}
