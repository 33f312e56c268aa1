#include "ingest/step_identity.h"

#include "event/limits.h"

static const struct str device_prefix = { "$device:", 8 };

/* Texts that programs write when they have no id: all who share one would become one person. */
static bool is_nobody(struct str id)
{
    static const struct str nobody[] = {
        { "00000000-0000-0000-0000-000000000000", 36 },
        { "anon", 4 }, { "anonymous", 9 }, { "nil", 3 }, { "none", 4 }, { "null", 4 },
        { "n/a", 3 }, { "na", 2 }, { "undefined", 9 }, { "unknown", 7 }, { "<nil>", 5 },
        { "0", 1 }, { "-1", 2 }, { "true", 4 }, { "false", 5 }, { "[]", 2 }, { "{}", 2 },
    };
    for (size_t i = 0; i < sizeof(nobody) / sizeof(*nobody); i++)
        if (id.len == nobody[i].len && str_equal_fold(id, nobody[i]))
            return true;
    return false;
}

/* Refuses what is too long. What stands for nobody is refused under strict, else it is no id. */
static void judge_id(struct ingest_request *request, struct record *record, struct str *id,
                     const char *field)
{
    if (id->len > LIMIT_ID_BYTES) {
        record_refuse(record, REFUSAL_id_too_long, str_from(field));
    } else if (is_nobody(*id)) {
        if (request->is_strict)
            record_refuse(record, REFUSAL_id_bad, str_from(field));
        else
            request->dropped[REFUSAL_id_bad]++;
        *id = STR("");
    }
}

static bool is_well_formed(struct str insert_id)
{
    for (size_t i = 0; i < insert_id.len; i++) {
        char c = insert_id.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return insert_id.len <= LIMIT_INSERT_ID_BYTES;
}

/* Outside strict a long or odd insert id still finds its duplicates; one that all events of a
 * broken client share would drop them. */
static void judge_insert_id(struct ingest_request *request, struct record *record)
{
    struct str *id = &record->insert_id;
    if (id->len == 0)
        return;
    bool is_useless = is_nobody(*id) || id->len > LIMIT_ID_BYTES;
    if (request->is_strict && (is_useless || !is_well_formed(*id))) {
        record_refuse(record, REFUSAL_insert_id_malformed, STR("properties.$insert_id"));
    } else if (is_useless) {
        request->dropped[REFUSAL_insert_id_malformed]++;
        *id = STR("");
    }
}

static struct str without_prefix(struct str id)
{
    return str_starts(id, device_prefix) ? str_from_index(id, device_prefix.len) : id;
}

/* A bare distinct id is a device's if it says so, else a user's. Beside one of the others it says
 * nothing new. */
static void merge_ids(struct ingest_request *request, struct record *record)
{
    struct str bare = record->distinct_id;
    record->device_id = without_prefix(record->device_id);
    if (record->device_id.len == 0 && record->user_id.len == 0) {
        if (str_starts(bare, device_prefix))
            record->device_id = without_prefix(bare);
        else
            record->user_id = bare;
    }
    record->distinct_id = record->user_id.len ? record->user_id : STR("");
    if (record->user_id.len || record->device_id.len == 0)
        return;
    record->distinct_id = arena_printf(request->arena, "$device:" STR_FMT,
                                       STR_ARG(record->device_id));
    if (!record->distinct_id.ptr)
        record_refuse(record, REFUSAL_overload, STR("properties.$device_id"));
}

static void judge_event(struct ingest_request *request, struct record *record)
{
    bool has_any = record->distinct_id.ptr || record->device_id.len || record->user_id.len;
    judge_id(request, record, &record->distinct_id, "properties.distinct_id");
    judge_id(request, record, &record->device_id, "properties.$device_id");
    judge_id(request, record, &record->user_id, "properties.$user_id");
    judge_insert_id(request, record);
    /* An empty distinct id is an answer ("nobody"), a missing one is a mistake. */
    if (!has_any && request->is_import && request->is_strict)
        record_refuse(record, REFUSAL_id_missing, STR("properties.distinct_id"));
    if (!record->refusal.reason)
        merge_ids(request, record);
}

/* A profile belongs to the id it names; one of nobody would be everybody's. */
static void judge_update(struct record *record)
{
    if (record->distinct_id.len > LIMIT_ID_BYTES)
        record_refuse(record, REFUSAL_id_too_long, STR("$distinct_id"));
    else if (is_nobody(record->distinct_id))
        record_refuse(record, REFUSAL_id_bad, STR("$distinct_id"));
    if (record->update.group_id.len > LIMIT_ID_BYTES)
        record_refuse(record, REFUSAL_id_too_long, STR("$group_id"));
    if (str_starts(record->distinct_id, device_prefix))
        record->device_id = without_prefix(record->distinct_id);
    else
        record->user_id = record->distinct_id;
}

void step_identity(struct ingest_request *request, struct record *record)
{
    if (record->kind == RECORD_EVENT)
        judge_event(request, record);
    else
        judge_update(record);
}
