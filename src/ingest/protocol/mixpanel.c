#include "ingest/protocol/mixpanel.h"

#include "ingest/pipeline.h"
#include "ingest/protocol/mixpanel_answer.h"
#include "ingest/protocol/mixpanel_decode.h"

void mixpanel_read(struct ingest_request *request, const struct mixpanel_input *input,
                   struct mixpanel_output *output)
{
    request->protocol = STR("mixpanel");
    mixpanel_decode(request, input, output);
    pipeline_run(request, output->records, output->count);
}

static const char *denied_text(enum mixpanel_denied denied)
{
    switch (denied) {
    case MIXPANEL_DENIED_USER: return "Not a valid service account username";
    case MIXPANEL_DENIED_LONE_SECRET:
        return "Unauthorized, invalid project secret. See docs for more information: "
               "https://developer.mixpanel.com/reference/authentication#project-secret";
    case MIXPANEL_DENIED_PROJECT:
        return "Credentials in request did not match project_id URL parameter";
    case MIXPANEL_DENIED_NOT:
    case MIXPANEL_DENIED_MISSING:
    case MIXPANEL_DENIED_SECRET: break;
    }
    return "Invalid credentials";
}

void mixpanel_reply(const struct mixpanel_output *output, struct arena *arena,
                    struct mixpanel_reply *reply)
{
    bool is_probe = output->path == MIXPANEL_IMPORT && output->is_empty && !output->whole;
    if (output->whole == REFUSAL_credentials_bad) {
        reply->status = 401;
        reply->content_type = "application/json";
        reply->body = mixpanel_answer_error(401, denied_text(output->denied), arena);
    } else if (output->whole == REFUSAL_body_too_large ||
               output->whole == REFUSAL_too_many_records) {
        /* SDKs halve a batch when they read 413, so too many records are told the same way. */
        mixpanel_reply_error(413, reply);
    } else if (output->is_strict && !is_probe) {
        mixpanel_answer_strict(output, arena, reply);
    } else {
        mixpanel_answer_plain(output, arena, reply);
    }
}

void mixpanel_reply_error(unsigned status, struct mixpanel_reply *reply)
{
    static const struct {
        unsigned status;
        const char *body;
    } errors[] = {
        { 400, "{\"code\":400,\"error\":\"the request could not be read\","
               "\"status\":\"Bad Request\"}" },
        { 401, "{\"code\":401,\"error\":\"Invalid credentials\",\"status\":\"Unauthorized\"}" },
        { 404, "{\"code\":404,\"error\":\"there is nothing at this path\","
               "\"status\":\"Not Found\"}" },
        { 405, "{\"code\":405,\"error\":\"this path does not take this method\","
               "\"status\":\"Method Not Allowed\"}" },
        { 413, "{\"code\":413,\"error\":\"request exceeds max limit of 10485760 bytes\","
               "\"status\":\"Request Entity Too Large\"}" },
        { 429, "{\"code\":429,\"error\":\"Project exceeded rate limits. Please retry the request "
               "with exponential backoff.\",\"status\":\"Too Many Requests\"}" },
        { 503, "{\"code\":503,\"error\":\"the data could not be stored; please retry the request\","
               "\"status\":\"Service Unavailable\"}" },
    };
    reply->status = 500;
    reply->content_type = "application/json";
    reply->body = STR("{\"code\":500,\"error\":\"internal error\","
                      "\"status\":\"Internal Server Error\"}");
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        if (errors[i].status == status) {
            reply->status = status;
            reply->body = str_from(errors[i].body);
        }
    }
}
