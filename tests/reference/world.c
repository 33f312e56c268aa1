#include "reference/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

static void *grown(void *ptr, uint32_t count, size_t size)
{
    void *at = realloc(ptr, (count + 1) * size);
    check(at != NULL);
    return at;
}

/* ---- values --------------------------------------------------------------------------------- */

struct thing thing_of(const struct json_node *node)
{
    struct thing thing = { .kind = UNDEFINED, .node = node };
    if (node == NULL)
        return thing;
    switch (json_doc_type(node)) {
    case JSON_NULL: thing.kind = NOTHING; break;
    case JSON_BOOL: thing.kind = BOOLEAN; thing.number = json_doc_bool(node); break;
    case JSON_NUMBER: thing.kind = NUMBER; thing.number = json_doc_number(node); break;
    case JSON_STRING: thing.kind = TEXT; thing.text = json_doc_string(node); break;
    case JSON_ARRAY: thing.kind = LIST; break;
    case JSON_OBJECT: thing.kind = json_doc_member(node, "$sealed") ? SEALED : OBJECT; break;
    }
    return thing;
}

static const struct json_node *member(const struct json_node *node, struct str name)
{
    const struct json_node *at = NULL;
    while (node != NULL && (at = json_doc_next(node, at)) != NULL)
        if (str_equal(json_doc_name(at), name))
            return at;
    return NULL;
}

/* ---- events --------------------------------------------------------------------------------- */

static struct str text_of(const struct json_node *properties, const char *name)
{
    return json_doc_string(json_doc_member(properties, name));
}

static struct str person_of(struct world *world, const struct json_node *properties,
                            struct str *device)
{
    struct str user = text_of(properties, "$user_id");
    struct str plain = text_of(properties, "distinct_id");
    *device = text_of(properties, "$device_id");
    if (device->len > 0)
        *device = arena_printf(&world->texts, "$device:" STR_FMT, STR_ARG(*device));
    return user.len > 0 ? user : device->len > 0 ? *device : plain;
}

static struct str resolve(const struct world *world, struct str person)
{
    for (uint32_t i = 0; i < world->link_count; i++)
        if (str_equal(world->links[i][0], person))
            return world->links[i][1];
    return person;
}

/* Same event, person, time and insert id, and it came later: the newest counts. */
static bool is_replaced(const struct world *world, uint32_t at)
{
    const struct world_event *event = &world->events[at];
    struct str id = text_of(event->properties, "$insert_id");
    for (uint32_t i = at + 1; id.len > 0 && i < world->event_count; i++) {
        const struct world_event *other = &world->events[i];
        if (str_equal(id, text_of(other->properties, "$insert_id")) &&
            str_equal(event->name, other->name) && str_equal(event->person, other->person) &&
            event->time_ms == other->time_ms)
            return true;
    }
    return false;
}

static void drop_duplicates(struct world *world)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->event_count; i++)
        world->events[i].is_replaced = is_replaced(world, i);
    for (uint32_t i = 0; i < world->event_count; i++)
        if (!world->events[i].is_replaced)
            world->events[count++] = world->events[i];
    world->event_count = count;
}

static void read_event(struct world *world, const struct json_node *line)
{
    const struct json_node *properties = json_doc_member(line, "properties");
    struct str device;
    struct world_event event = {
        .name = text_of(line, "event"),
        .person = person_of(world, properties, &device),
        .time_ms = llround(json_doc_get_number(properties, "time", 0) * 1000),
        .properties = properties,
    };
    if (device.len > 0 && !str_equal(device, event.person)) {
        world->links = grown(world->links, world->link_count, sizeof(*world->links));
        world->links[world->link_count][0] = device;
        world->links[world->link_count++][1] = event.person;
    }
    world->events = grown(world->events, world->event_count, sizeof(event));
    world->events[world->event_count++] = event;
    if (event.time_ms > world->until_ms)
        world->until_ms = event.time_ms;
}

static const struct json_node *read_line(struct world *world, struct str line)
{
    world->docs = grown(world->docs, world->doc_count, sizeof(struct json_doc *));
    check(json_doc_parse(line, 1 << 20, &world->docs[world->doc_count]) == 0);
    return json_doc_root(world->docs[world->doc_count++]);
}

void world_read(struct world *world, struct str events, struct str updates)
{
    struct str line;
    *world = (struct world){ 0 };
    arena_init(&world->texts, 0);
    while (str_next(&events, '\n', &line))
        if (line.len > 0)
            read_event(world, read_line(world, line));
    for (uint32_t i = 0; i < world->event_count; i++)
        world->events[i].person = resolve(world, world->events[i].person);
    drop_duplicates(world);
    while (str_next(&updates, '\n', &line)) {
        if (line.len == 0)
            continue;
        world->updates = grown(world->updates, world->update_count, sizeof(*world->updates));
        world->updates[world->update_count] = read_line(world, line);
        world->update_count++;
    }
}

void world_release(struct world *world)
{
    for (uint32_t i = 0; i < world->doc_count; i++)
        json_doc_destroy(world->docs[i]);
    arena_release(&world->texts);
    free(world->docs);
    free(world->events);
    free((void *)world->updates);
    free(world->links);
    *world = (struct world){ 0 };
}

/* ---- profiles ------------------------------------------------------------------------------- */

struct thing world_property(const struct world_event *event, struct str name)
{
    return thing_of(member(event->properties, name));
}

/* What one update makes of a property. */
static struct thing updated(struct thing old, const struct json_node *update, struct str name)
{
    const struct json_node *at = NULL, *set;
    if (json_doc_member(update, "$delete") != NULL)
        return thing_of(NULL);
    if ((set = member(json_doc_member(update, "$set"), name)) != NULL)
        return thing_of(set);
    if ((set = member(json_doc_member(update, "$set_once"), name)) != NULL)
        return old.kind == UNDEFINED ? thing_of(set) : old;
    if ((set = member(json_doc_member(update, "$add"), name)) != NULL) {
        double before = old.kind == NUMBER ? old.number : 0;
        return (struct thing){ .kind = NUMBER, .number = before + json_doc_number(set) };
    }
    const struct json_node *unset = json_doc_member(update, "$unset");
    while (unset != NULL && (at = json_doc_next(unset, at)) != NULL)
        if (str_equal(json_doc_string(at), name))
            return thing_of(NULL);
    return old;
}

struct thing world_of_person(const struct world *world, const struct world_event *event,
                             struct str name)
{
    struct thing value = thing_of(NULL);
    for (uint32_t i = 0; event->person.len > 0 && i < world->update_count; i++)
        if (str_equal(text_of(world->updates[i], "$distinct_id"), event->person))
            value = updated(value, world->updates[i], name);
    return value;
}

struct thing world_of_group(const struct world *world, const struct world_event *event,
                            struct str key, struct str name)
{
    struct thing value = thing_of(NULL), group = world_property(event, key);
    if (group.kind == LIST)
        group = thing_of(json_doc_next(group.node, NULL));
    for (uint32_t i = 0; group.kind == TEXT && i < world->update_count; i++)
        if (str_equal(text_of(world->updates[i], "$group_key"), key) &&
            str_equal(text_of(world->updates[i], "$group_id"), group.text))
            value = updated(value, world->updates[i], name);
    return value;
}
