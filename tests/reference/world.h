/* The slow obvious version: what a project knows, read from text. Events are lines in Mixpanel's
 * export form, {"event":"Login","properties":{"time":1761955200.25,"$user_id":"ana",…}}; profile
 * updates are lines of /engage and /groups, {"$distinct_id":"ana","$set":{…}} and
 * {"$group_key":"company","$group_id":"acme","$set":{…}}. Nothing of the product is used but the
 * reading and writing of JSON. A value {"$sealed":…} stands for one that ingest sealed. */
#ifndef TESTS_REFERENCE_WORLD_H
#define TESTS_REFERENCE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "json/doc.h"

/* A value of the reference: one that stands in a line, or one that was computed from such. */
enum kind { UNDEFINED, NOTHING, BOOLEAN, NUMBER, TEXT, LIST, OBJECT, SEALED };

struct thing {
    enum kind kind;
    double number;                  /* also 0 and 1 of a boolean */
    struct str text;
    const struct json_node *node;   /* of a list or object of a line */
};

struct world_event {
    struct str name;
    struct str person;              /* after all links; empty = nobody */
    int64_t time_ms;
    const struct json_node *properties;
    bool is_replaced;               /* by a later one with the same insert id */
};

struct world {
    struct world_event *events;     /* without duplicates */
    uint32_t event_count;
    int64_t until_ms;
    /* ---- private ---- */
    struct arena texts;
    struct json_doc **docs;
    uint32_t doc_count;
    const struct json_node **updates;
    uint32_t update_count;
    struct str (*links)[2];         /* device, user; the first of a device is the one that holds */
    uint32_t link_count;
};

void world_read(struct world *world, struct str events, struct str updates);
void world_release(struct world *world);

struct thing thing_of(const struct json_node *node);        /* NULL = undefined */
struct thing world_property(const struct world_event *event, struct str name);
struct thing world_of_person(const struct world *world, const struct world_event *event,
                             struct str name);
struct thing world_of_group(const struct world *world, const struct world_event *event,
                            struct str key, struct str name);

#endif
