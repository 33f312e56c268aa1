/* Mixpanel's wire, from raw bytes to the sealed record and the reply. The input is five lines
 * (path, query, content type, content encoding, authorization) and then the body. */
#include <string.h>

#include "base/check.h"
#include "event/limits.h"
#include "json/doc.h"
#include "support/mixpanel_room.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_value(const struct value *value, uint32_t depth)
{
    check(depth <= LIMIT_DEPTH);
    if (value->type == VALUE_STRING)
        check(str_is_utf8(value->as.string) && value->as.string.len <= LIMIT_VALUE_BYTES);
    for (uint32_t i = 0; value->type == VALUE_LIST && i < value->as.list.count; i++)
        assert_value(&value->as.list.items[i], depth + 1);
    for (uint32_t i = 0; value->type == VALUE_OBJECT && i < value->as.object.count; i++)
        assert_value(value->as.object.members[i].value, depth + 1);
}

/* What the wal takes: bounded, distinct, UTF-8, without ids in clear. */
static void assert_record(struct record *record)
{
    uint32_t *count;
    struct property *list = *record_properties(record, &count);
    check(record->project != NULL);
    check(record->distinct_id.len == 0 && record->user_id.len == 0);
    check(record->device_id.len == 0 && record->insert_id.len == 0);
    check(*count <= LIMIT_PROFILE_PROPERTIES);
    for (uint32_t i = 0; i < *count; i++) {
        check(str_is_utf8(list[i].name) && list[i].name.len <= LIMIT_NAME_BYTES);
        assert_value(&list[i].value, 0);
    }
    if (record->kind == RECORD_EVENT)
        check(record->event.time_ms > 0 && str_is_utf8(record->event.name));
}

static void assert_reply(const struct mixpanel_reply *reply)
{
    struct json_doc *doc = NULL;
    check(reply->status == 200 || reply->status == 400 || reply->status == 401 ||
          reply->status == 413);
    check(str_is_utf8(reply->body) || strcmp(reply->content_type, "image/gif") == 0);
    if (strcmp(reply->content_type, "application/json") == 0)
        check(json_doc_parse(reply->body, 64 * 1024 * 1024, &doc) == 0 ||
              str_find(reply->body, STR("\\u0000")) > 0);
    json_doc_destroy(doc);
}

static struct str line(struct str *rest)
{
    struct str part = STR("");
    if (!str_next(rest, '\n', &part))
        return STR("");
    return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mixpanel_room room;
    struct str rest = str_of(data, size), path = line(&rest);
    struct mixpanel_input input = { 0 };
    if (!room.settings)
        mixpanel_room_open(&room);
    input.path = (enum mixpanel_path)(path.len % 4);
    input.query = line(&rest);
    input.content_type = line(&rest);
    input.content_encoding = line(&rest);
    input.authorization = line(&rest);
    input.body = rest.ptr ? rest : STR("");
    input.is_get = input.body.len == 0;
    mixpanel_room_send(&room, &input);
    assert_reply(&room.reply);
    for (uint32_t i = 0; i < room.output.count; i++)
        if (!room.output.records[i].refusal.reason)
            assert_record(&room.output.records[i]);
    mixpanel_room_reset(&room);
    return 0;
}
