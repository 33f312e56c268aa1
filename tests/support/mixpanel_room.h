/* A door with one project behind it: sends requests of Mixpanel's wire through the real decoding,
 * pipeline and sealing, without HTTP and without a disk. */
#ifndef TESTS_SUPPORT_MIXPANEL_ROOM_H
#define TESTS_SUPPORT_MIXPANEL_ROOM_H

#include "ingest/protocol/mixpanel.h"

#define ROOM_TOKEN "0123456789abcdef0123456789abcdef"
#define ROOM_KEY "k_importer"
#define ROOM_SECRET "the-secret-of-the-importer"
#define ROOM_NOW_MS 1795453200000 /* 2026-11-23 */
#define ROOM_NOW_S "1795453200"

struct mixpanel_room {
    struct settings *settings;
    struct sealer *sealer;
    struct plain_cache *plain;
    struct arena arena;
    /* Of the last request; valid until the next. */
    struct ingest_request request;
    struct mixpanel_output output;
    struct mixpanel_reply reply;
};

void mixpanel_room_open(struct mixpanel_room *room);
void mixpanel_room_close(struct mixpanel_room *room);
/* Forgets the last request; for many requests in a row. */
void mixpanel_room_reset(struct mixpanel_room *room);
/* Reads the request and fills in the reply. */
void mixpanel_room_send(struct mixpanel_room *room, const struct mixpanel_input *input);
/* Only the decoding: raw ids and times are still in the records. */
void mixpanel_room_decode(struct mixpanel_room *room, const struct mixpanel_input *input);
/* A JSON body with a query. */
void mixpanel_room_post(struct mixpanel_room *room, enum mixpanel_path path, const char *query,
                        const char *json);
/* "Basic " and base64 of the text, in the room's arena: take it after the last request. */
struct str mixpanel_room_basic(struct mixpanel_room *room, const char *text);
/* Records that were admitted. */
uint32_t mixpanel_room_admitted(const struct mixpanel_room *room);
/* The value of a property of a record of either kind as JSON, or "absent". */
struct str mixpanel_room_property(struct mixpanel_room *room, uint32_t record, const char *name);

#endif
