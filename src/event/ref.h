/* A ref: a 128-bit keyed hash that stands for a personal value (wall.md 2). Made by ingest and
 * auth alone; everywhere else it is an opaque name. All zero means "none". */
#ifndef EVENT_REF_H
#define EVENT_REF_H

#include <stdbool.h>
#include <stdint.h>

enum ref_kind {
    REF_KIND_ID = 1,    /* distinct ids, device ids, user ids */
    REF_KIND_EMAIL = 2,
    REF_KIND_PHONE = 3,
    REF_KIND_BOUND = 4, /* names, addresses, other personal text: bound to subject and property */
};

struct ref {
    uint8_t bytes[16];
};

enum { REF_GROUP_TEXT_BYTES = 35 };

bool ref_is_none(const struct ref *ref);
bool ref_equal(const struct ref *a, const struct ref *b);
/* "g_" and 32 hex digits: how a group goes by whose id is itself personal. */
void ref_format_group(const struct ref *ref, char out[REF_GROUP_TEXT_BYTES]);

#endif
