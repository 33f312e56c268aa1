#include "support/asking.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "engine/engine.h"
#include "json/scan.h"
#include "query/spec_json.h"

enum { LINES_MAX = 2000 };

void asking_open(struct asking *asking)
{
    *asking = (struct asking){ .week_start = 1, .threads = 1 };
    temp_make(&asking->temp);
    asking->fs = temp_fs(&asking->temp);
    int dir = open("/usr/share/zoneinfo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(dir >= 0);
    asking->zones = fs_real_create(dir);
    check(stores_open(asking->fs, &asking->stores) == 0);
    arena_init(&asking->arena, 0);
}

void asking_close(struct asking *asking)
{
    stores_close(asking->stores);
    fs_destroy(asking->fs);
    fs_destroy(asking->zones);
    arena_release(&asking->arena);
    temp_remove(&asking->temp);
}

/* ---- lines to what ingest would have made of them ------------------------------------------- */

static struct ref ref_of(struct str text)
{
    struct ref ref = { { 0 } };
    uint64_t halves[2] = { hash_64_seeded(text.ptr, text.len, 1),
                           hash_64_seeded(text.ptr, text.len, 2) };
    if (text.len > 0)
        memcpy(ref.bytes, halves, sizeof(ref.bytes));
    return ref;
}

static void seal(struct value *value)
{
    if (value->type == VALUE_LIST)
        for (uint32_t i = 0; i < value->as.list.count; i++)
            seal(&value->as.list.items[i]);
    for (uint32_t i = 0; value->type == VALUE_OBJECT && i < value->as.object.count; i++)
        seal(value->as.object.members[i].value);
    if (value->type != VALUE_OBJECT || value->as.object.count == 0 ||
        !str_equal(value->as.object.members[0].name, STR("$sealed")))
        return;
    struct str text = value->as.object.members[0].value->as.string;
    *value = (struct value){ .type = VALUE_REF };
    value->as.sealed.kind = REF_KIND_EMAIL;
    value->as.sealed.ref = ref_of(text);
}

static struct value *member(const struct value *object, const char *name)
{
    for (uint32_t i = 0; object->type == VALUE_OBJECT && i < object->as.object.count; i++)
        if (str_equal(object->as.object.members[i].name, str_from(name)))
            return object->as.object.members[i].value;
    return NULL;
}

static struct str text_of(const struct value *object, const char *name)
{
    const struct value *value = member(object, name);
    return value != NULL && value->type == VALUE_STRING ? value->as.string : STR("");
}

static struct value read_line(struct str line, struct arena *arena)
{
    struct json_scan scan;
    struct value value;
    json_scan_init(&scan, line, arena);
    check(json_scan_value(&scan, &value));
    return value;
}

static struct property *properties_of(const struct value *object, uint32_t *count,
                                      struct arena *arena)
{
    static const char *const own[] = { "time", "$insert_id", "$user_id", "$device_id",
                                       "distinct_id" };
    struct property *properties =
        arena_alloc(arena, (object->as.object.count + 1) * sizeof(*properties));
    *count = 0;
    for (uint32_t i = 0; i < object->as.object.count; i++) {
        const struct value_member *at = &object->as.object.members[i];
        bool is_own = false;
        for (size_t j = 0; j < sizeof(own) / sizeof(own[0]); j++)
            is_own = is_own || str_equal(at->name, str_from(own[j]));
        if (is_own)
            continue;
        seal(at->value);
        properties[(*count)++] = (struct property){ at->name, *at->value };
    }
    return properties;
}

static void read_event(struct str line, struct arena *arena, struct event *event)
{
    struct value value = read_line(line, arena);
    const struct value *properties = member(&value, "properties");
    check(properties != NULL);
    struct str user = text_of(properties, "$user_id"), insert = text_of(properties, "$insert_id");
    struct str device = text_of(properties, "$device_id");
    const struct value *time = member(properties, "time");
    if (device.len > 0)
        device = arena_printf(arena, "$device:" STR_FMT, STR_ARG(device));
    *event = (struct event){
        .name = text_of(&value, "event"),
        .time_ms = time ? llround(time->as.number * 1000) : 0,
        .person = ref_of(user.len ? user : device.len ? device
                                                      : text_of(properties, "distinct_id")),
        .insert_hash = insert.len ? hash_64(insert.ptr, insert.len) : 0,
    };
    if (user.len > 0 && device.len > 0)
        event->device = ref_of(device);
    event->properties = properties_of(properties, &event->property_count, arena);
}

void asking_feed_events(struct asking *asking, struct str lines)
{
    struct arena arena;
    struct event *events = calloc(LINES_MAX, sizeof(*events));
    struct sink *sink = stores_sink(asking->stores);
    uint32_t count = 0;
    struct str line;
    check(events != NULL);
    arena_init(&arena, 0);
    while (str_next(&lines, '\n', &line))
        if (line.len > 0) {
            check(count < LINES_MAX);
            read_event(line, &arena, &events[count++]);
        }
    check(sink->ops->events(sink, ASKING_PROJECT, events, count, 1795453200000) == 0);
    arena_release(&arena);
    free(events);
}

static void read_update(struct str line, struct arena *arena, struct profile_update *update)
{
    static const struct { const char *name; enum profile_op op; } ops[] = {
        { "$set", PROFILE_SET }, { "$set_once", PROFILE_SET_ONCE }, { "$add", PROFILE_ADD },
        { "$unset", PROFILE_UNSET }, { "$delete", PROFILE_DELETE },
    };
    struct value value = read_line(line, arena);
    *update = (struct profile_update){ .group_key = text_of(&value, "$group_key"),
                                       .group_id = text_of(&value, "$group_id"),
                                       .time_ms = 1795453200000 };
    struct str subject = text_of(&value, "$distinct_id");
    if (update->group_key.len > 0)
        subject = arena_printf(arena, "$group:" STR_FMT ":" STR_FMT, STR_ARG(update->group_key),
                               STR_ARG(update->group_id));
    update->subject = ref_of(subject);
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        const struct value *content = member(&value, ops[i].name);
        if (content == NULL)
            continue;
        update->op = ops[i].op;
        if (content->type == VALUE_OBJECT)
            update->properties = properties_of(content, &update->property_count, arena);
        if (content->type != VALUE_LIST)
            continue;
        update->property_count = content->as.list.count;
        update->properties = arena_alloc(arena, (update->property_count + 1) *
                                                    sizeof(*update->properties));
        for (uint32_t p = 0; p < update->property_count; p++)
            update->properties[p].name = content->as.list.items[p].as.string;
    }
    check(update->op != 0);
}

void asking_feed_updates(struct asking *asking, struct str lines)
{
    struct arena arena;
    struct sink *sink = stores_sink(asking->stores);
    struct str line;
    arena_init(&arena, 0);
    while (str_next(&lines, '\n', &line)) {
        struct profile_update update;
        if (line.len == 0)
            continue;
        read_update(line, &arena, &update);
        check(sink->ops->updates(sink, ASKING_PROJECT, &update, 1) == 0);
    }
    arena_release(&arena);
}

void asking_flush(struct asking *asking)
{
    check(stores_flush(asking->stores) == 0);
}

/* ---- asking --------------------------------------------------------------------------------- */

int asking_ask(struct asking *asking, struct str question, struct bytes *json)
{
    struct spec_error error;
    struct zone *zone = NULL;
    struct backend *engine = engine_create(stores_find(asking->stores, ASKING_PROJECT));
    struct backend_ask ask = {
        .week_start = asking->week_start, .fold_under = asking->fold_under,
        .threads = asking->threads, .arena = &asking->arena, .cancelled = asking->cancelled,
    };
    arena_reset(&asking->arena);
    int r = spec_json_parse(question, &asking->arena, &ask.spec, &error);
    if (r == 0)
        r = zone_load(asking->zones, ask.spec->zone.len ? ask.spec->zone : STR("UTC"), &zone);
    ask.zone = zone;
    if (r == 0)
        r = engine->ops->segmentation(engine, &ask, &asking->result);
    if (r == 0 && json != NULL) {
        bytes_reset(json);
        result_write_json(&asking->result, 0, json);
    }
    engine_destroy(engine);
    zone_destroy(zone);
    return r;
}

struct bytes asking_read_file(const char *path)
{
    struct bytes out = { 0 };
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return out;
    for (int c = fgetc(f); c != EOF; c = fgetc(f))
        bytes_put_u8(&out, (uint8_t)c);
    (void)fclose(f);
    return out;
}

struct str asking_series(struct str json)
{
    ptrdiff_t from = str_find(json, STR("[")), to = str_find(json, STR(",\"computed_ms\""));
    check(from > 0 && to > from);
    return str_slice(json, (size_t)from, (size_t)to);
}
