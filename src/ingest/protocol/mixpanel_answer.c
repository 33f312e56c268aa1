#include "ingest/protocol/mixpanel_answer.h"

#include "json/write.h"

static const char no_data[] = "data, missing or empty";

static const char *phrase(unsigned status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Request Entity Too Large";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
    }
}

/* Bodies are built outside the arena and may hold ids of the client's: wiped there. */
static struct str into_arena(struct bytes *json, struct arena *arena)
{
    struct str copy = arena_copy(arena, bytes_str(json));
    bytes_wipe(json);
    return copy.ptr ? copy : STR("0");
}

struct str mixpanel_answer_error(unsigned status, const char *error, struct arena *arena)
{
    struct bytes json = { 0 };
    struct json_write w;
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    json_write_key(&w, "code");
    json_write_u64(&w, status);
    json_write_key(&w, "error");
    json_write_text(&w, error);
    json_write_key(&w, "status");
    json_write_text(&w, phrase(status));
    json_write_end_object(&w);
    return into_arena(&json, arena);
}

bool mixpanel_answer_is_quiet(enum refusal_reason reason)
{
    return reason == REFUSAL_token_unknown || reason == REFUSAL_ignored ||
           reason == REFUSAL_alias_dropped;
}

static bool is_refused(const struct record *record)
{
    return record->refusal.reason && !mixpanel_answer_is_quiet(record->refusal.reason);
}

/* Elements that the client may forget. A refused element has one record, a good one at least. */
static uint32_t count_good(const struct mixpanel_output *output)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < output->count; i++) {
        const struct record *record = &output->records[i];
        bool is_again = i > 0 && record[-1].index == record->index && is_refused(record - 1);
        bad += is_refused(record) && !is_again;
    }
    return output->whole ? 0 : output->element_count - bad;
}

struct str mixpanel_answer_message(const struct refusal *refusal, struct arena *arena)
{
    const char *says = refusal_text(refusal->reason);
    switch (refusal->reason) {
    case REFUSAL_name_missing: return STR("'event' must not be missing or blank");
    case REFUSAL_time_missing:
    case REFUSAL_id_missing: says = "must not be missing"; break;
    case REFUSAL_time_malformed: says = "must be specified as seconds since epoch"; break;
    case REFUSAL_time_future: says = "must not be in the future"; break;
    case REFUSAL_time_too_old: says = "must not be before 1971"; break;
    case REFUSAL_utf8_malformed: {
        struct str text = arena_printf(arena, STR_FMT " is invalid: string should be valid utf8",
                                       STR_ARG(refusal->field));
        return text.ptr ? text : STR("string should be valid utf8");
    }
    default: break;
    }
    struct str text = arena_printf(arena, "'" STR_FMT "' is invalid: %s",
                                   STR_ARG(refusal->field), says);
    return text.ptr ? text : str_from(says);
}

static void write_failed(struct json_write *w, const struct record *record, struct arena *arena)
{
    struct str insert_id = record->insert_id.ptr ? record->insert_id : STR("");
    json_write_begin_object(w);
    json_write_key(w, "index");
    json_write_u64(w, record->index);
    json_write_key(w, "insert_id");
    json_write_str(w, insert_id);
    json_write_key(w, "$insert_id");
    json_write_str(w, insert_id);
    json_write_key(w, "field");
    json_write_str(w, record->refusal.field);
    json_write_key(w, "message");
    json_write_str(w, mixpanel_answer_message(&record->refusal, arena));
    json_write_end_object(w);
}

static void write_all_failed(struct json_write *w, const struct mixpanel_output *output,
                             struct arena *arena)
{
    json_write_key(w, "failed_records");
    json_write_begin_array(w);
    if (output->whole == REFUSAL_identity_event)
        json_write_text(w, refusal_text(REFUSAL_identity_event));
    for (uint32_t i = 0; i < output->count; i++) {
        const struct record *record = &output->records[i];
        if (is_refused(record) && (i == 0 || record[-1].index != record->index))
            write_failed(w, record, arena);
    }
    json_write_end_array(w);
}

static const char *strict_error(const struct mixpanel_output *output)
{
    if (output->whole == REFUSAL_identity_event)
        return "identity events are not allowed when project is using simplified identity "
               "management";
    if (output->is_empty)
        return no_data;
    return output->whole ? refusal_text(output->whole)
                         : "some data points in the request failed validation";
}

void mixpanel_answer_strict(const struct mixpanel_output *output, struct arena *arena,
                            struct mixpanel_reply *reply)
{
    struct bytes json = { 0 };
    struct json_write w;
    uint32_t good = count_good(output);
    bool is_import = output->path == MIXPANEL_IMPORT;
    bool is_ok = !output->whole && good == output->element_count;
    reply->status = is_ok ? 200 : 400;
    reply->content_type = "application/json";
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    json_write_key(&w, "code");
    json_write_u64(&w, reply->status);
    if (!is_ok) {
        json_write_key(&w, "error");
        json_write_text(&w, strict_error(output));
        write_all_failed(&w, output, arena);
    } else if (!is_import) {
        json_write_key(&w, "error");
        json_write_null(&w);
    }
    if (!is_import) {
        json_write_key(&w, "num_good_events");
        json_write_u64(&w, good);
    }
    json_write_key(&w, "num_records_imported");
    json_write_u64(&w, good);
    json_write_key(&w, "status");
    /* Clients of /engage look for a status of 1, those of /import for a word. */
    if (is_ok && !is_import)
        json_write_u64(&w, 1);
    else
        json_write_text(&w, phrase(reply->status));
    json_write_end_object(&w);
    reply->body = into_arena(&json, arena);
}

/* The sentence of verbose=1 for the first record that was refused. */
static struct str plain_error(const struct mixpanel_output *output, struct arena *arena)
{
    const struct refusal *refusal = NULL;
    bool is_profile = output->path == MIXPANEL_ENGAGE || output->path == MIXPANEL_GROUPS;
    for (uint32_t i = 0; i < output->count && !refusal; i++)
        if (is_refused(&output->records[i]))
            refusal = &output->records[i].refusal;
    if (output->is_empty || (!refusal && !output->whole))
        return STR("data, missing or empty");
    if (!refusal)
        return str_from(refusal_text(output->whole));
    switch (refusal->reason) {
    case REFUSAL_name_missing: return STR("event, missing");
    case REFUSAL_token_missing:
        return is_profile ? STR("$token, missing or empty") : STR("token, missing or empty");
    case REFUSAL_id_missing:
        return is_profile ? STR("$distinct_id, missing or empty")
                          : STR("distinct_id, missing or empty");
    case REFUSAL_group_missing: {
        struct str text = arena_printf(arena, STR_FMT ", missing or empty",
                                       STR_ARG(refusal->field));
        return text.ptr ? text : STR("$group_id, missing or empty");
    }
    default: return mixpanel_answer_message(refusal, arena);
    }
}

static struct str verbose_body(const struct mixpanel_output *output, bool is_ok,
                               struct arena *arena)
{
    struct bytes json = { 0 };
    struct json_write w;
    bool is_import = is_ok && output->path == MIXPANEL_IMPORT;
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    if (is_import) {
        json_write_key(&w, "code");
        json_write_u64(&w, 200);
    }
    json_write_key(&w, "error");
    if (is_ok)
        json_write_null(&w);
    else
        json_write_str(&w, plain_error(output, arena));
    if (is_import) {
        json_write_key(&w, "num_records_imported");
        json_write_u64(&w, count_good(output));
    }
    json_write_key(&w, "status");
    json_write_u64(&w, is_ok);
    json_write_end_object(&w);
    return into_arena(&json, arena);
}

/* A transparent picture of one pixel. */
static const char pixel[] =
    "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00"
    ",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02"
    "D\x01\x00;";

void mixpanel_answer_plain(const struct mixpanel_output *output, struct arena *arena,
                           struct mixpanel_reply *reply)
{
    bool is_ok = count_good(output) > 0;
    /* A list of empty objects tests the credentials, and wants to hear of the data. */
    bool is_probe = output->path == MIXPANEL_IMPORT && output->is_empty && !output->whole;
    reply->status = 200;
    reply->content_type = "text/plain";
    reply->body = is_ok ? STR("1") : STR("0");
    if (output->is_image) {
        reply->content_type = "image/gif";
        reply->body = str_of(pixel, sizeof(pixel) - 1);
        return;
    }
    if (output->is_verbose || is_probe) {
        reply->content_type = "application/json";
        reply->body = verbose_body(output, is_ok, arena);
    }
    if (output->callback.len) {
        struct str call = arena_printf(arena, STR_FMT "(" STR_FMT ");", STR_ARG(output->callback),
                                       STR_ARG(reply->body));
        reply->content_type = "text/javascript";
        reply->body = call.ptr ? call : STR("");
    }
}
