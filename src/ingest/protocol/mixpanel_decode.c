#include "ingest/protocol/mixpanel_decode.h"

#include "event/limits.h"
#include "ingest/protocol/mixpanel_auth.h"
#include "ingest/protocol/mixpanel_body.h"
#include "ingest/protocol/mixpanel_event.h"
#include "ingest/protocol/mixpanel_profile.h"

/* How a text came to its end. */
enum ended {
    ENDED_WELL,
    ENDED_BADLY,  /* the text is no JSON, or too deep */
    ENDED_WHOLE,  /* the request is refused: output->whole is set */
};

static bool is_profile(enum mixpanel_path path)
{
    return path == MIXPANEL_ENGAGE || path == MIXPANEL_GROUPS;
}

/* Forgets what was read of an element, and leaves one refused record in its place. */
static bool refuse_element(struct mixpanel_reader *reader, uint32_t first,
                           enum refusal_reason reason)
{
    enum record_kind kind = is_profile(reader->output->path) ? RECORD_UPDATE : RECORD_EVENT;
    reader->output->count = first;
    struct record *record = mixpanel_fields_add(reader, kind);
    if (!record)
        return false;
    record_refuse(record, reason, STR("data"));
    return true;
}

static bool read_record(struct mixpanel_reader *reader)
{
    struct value value;
    uint32_t first = reader->output->count;
    if (json_scan_peek(reader->scan) != JSON_SCAN_OBJECT)
        return json_scan_value(reader->scan, &value) &&
               refuse_element(reader, first, REFUSAL_not_an_object);
    if (is_profile(reader->output->path))
        return mixpanel_profile_read(reader);
    return mixpanel_event_read(reader);
}

static bool is_empty_object(struct str text)
{
    return text.len >= 2 && text.ptr[0] == '{' &&
           str_trim(str_slice(text, 1, text.len - 1)).len == 0;
}

/* One element of the client's list. False: the text has an end here. */
static bool read_element(struct mixpanel_reader *reader, struct str text)
{
    struct mixpanel_output *output = reader->output;
    uint32_t first = output->count;
    if (output->element_count == LIMIT_EVENTS_PER_REQUEST) {
        output->whole = REFUSAL_too_many_records;
        return false;
    }
    (void)json_scan_peek(reader->scan);
    size_t start = json_scan_offset(reader->scan, text);
    bool is_read = read_record(reader);
    size_t end = json_scan_offset(reader->scan, text);
    if (is_read && end - start > LIMIT_EVENT_BYTES)
        is_read = refuse_element(reader, first, REFUSAL_record_too_large);
    /* What fails without an error in the text found no memory for its records. */
    if (!is_read && !reader->scan->error)
        output->whole = REFUSAL_body_too_large;
    if (!is_read || output->whole) {
        output->count = first;
        return false;
    }
    output->is_empty &= is_empty_object(str_slice(text, start, end));
    output->element_count++;
    return true;
}

static enum ended how_it_ended(struct mixpanel_reader *reader)
{
    if (reader->scan->error == JSON_SCAN_MEMORY)
        reader->output->whole = REFUSAL_body_too_large;
    if (reader->output->whole)
        return ENDED_WHOLE;
    return json_scan_is_done(reader->scan) ? ENDED_WELL : ENDED_BADLY;
}

/* A list of records, or records one after another. */
static enum ended read_text(struct mixpanel_reader *reader, struct str text)
{
    struct json_scan scan;
    json_scan_init(&scan, text, reader->request->arena);
    reader->scan = &scan;
    if (json_scan_peek(&scan) == JSON_SCAN_LIST && json_scan_enter(&scan)) {
        while (json_scan_next(&scan) && read_element(reader, text))
            continue;
    } else {
        while (json_scan_peek(&scan) != JSON_SCAN_NOTHING && read_element(reader, text))
            continue;
    }
    return how_it_ended(reader);
}

static enum refusal_reason reason_of(const struct json_scan *scan)
{
    return scan->error == JSON_SCAN_DEPTH ? REFUSAL_json_too_deep : REFUSAL_json_malformed;
}

/* Lines are judged one by one: a bad one takes no other with it. */
static void read_lines(struct mixpanel_reader *reader, struct str text)
{
    struct mixpanel_output *output = reader->output;
    struct str line;
    while (str_next(&text, '\n', &line)) {
        uint32_t first = output->count, index = output->element_count;
        line = str_trim(line);
        if (line.len == 0)
            continue;
        enum ended ended = read_text(reader, line);
        if (ended == ENDED_WHOLE)
            return;
        if (ended == ENDED_WELL)
            continue;
        output->element_count = index;
        if (!refuse_element(reader, first, reason_of(reader->scan)))
            output->whole = REFUSAL_body_too_large;
        output->is_empty = false;
        output->element_count++;
    }
}

/* Events of SDKs have 300 bytes and more. */
static uint32_t guess_records(size_t len)
{
    size_t guess = 1 + len / 300;
    return guess < 128 ? (uint32_t)guess : 128;
}

static void read_data(struct mixpanel_reader *reader, const struct mixpanel_body *body)
{
    struct mixpanel_output *output = reader->output;
    reader->record_guess = guess_records(body->data.len);
    output->is_empty = true;
    if (body->data.len == 0)
        output->whole = REFUSAL_body_malformed;
    else if (body->is_lines)
        read_lines(reader, body->data);
    else if (read_text(reader, body->data) == ENDED_BADLY) {
        output->whole = reason_of(reader->scan);
        output->is_empty = false;
    }
}

static void take_flags(struct ingest_request *request, const struct mixpanel_body *body,
                       struct mixpanel_output *output)
{
    bool is_track = output->path == MIXPANEL_TRACK;
    output->is_verbose = body->is_verbose;
    output->is_image = body->is_image;
    output->callback = body->callback;
    output->is_strict = body->is_strict && !is_track;
    request->is_strict = output->is_strict;
    request->is_import = output->path == MIXPANEL_IMPORT;
    /* On profiles the address gives the place unless told not to. */
    request->use_ip = body->use_ip || (is_profile(output->path) && !body->has_ip);
}

/* The project that the credentials of /import stand for. False: refused. */
static bool take_project(struct ingest_request *request, const struct mixpanel_input *input,
                         struct str project_id, struct mixpanel_output *output)
{
    if (!request->is_import || request->project)
        return true;
    request->project = mixpanel_auth_project(request, input->authorization, project_id,
                                             &output->denied);
    if (!request->project)
        output->whole = REFUSAL_credentials_bad;
    return request->project != NULL;
}

void mixpanel_decode(struct ingest_request *request, const struct mixpanel_input *input,
                     struct mixpanel_output *output)
{
    struct mixpanel_body body;
    struct mixpanel_reader reader = { .request = request, .output = output };
    *output = (struct mixpanel_output){ .path = input->path, .callback = STR("") };
    enum refusal_reason reason = mixpanel_body_read(input, request->arena, &body);
    take_flags(request, &body, output);
    if (!take_project(request, input, body.project_id, output))
        return;
    if (reason)
        output->whole = reason;
    else
        read_data(&reader, &body);
    if (output->whole)
        output->count = 0;
}
