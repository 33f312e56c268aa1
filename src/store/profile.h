/* One profile, encoded: varint n, then n times name (varint length, bytes) and value
 * (value_encode). Operations are folded in order (mixpanel-api.md 1.9). Pure. */
#ifndef STORE_PROFILE_H
#define STORE_PROFILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "event/event.h"

enum { PROFILE_BYTES_MAX = 1024 * 1024 };

struct property_list { const struct property *items; uint32_t count; };

/* A profile while operations are folded into it: decoded once, encoded once, each operation as if
 * it were the only one. What does not fit the limits is left out, never half done. */
struct profile_work {
    struct property_list before;   /* as it was opened */
    struct property *properties;   /* as it is now */
    uint32_t count;
    bool exists;
    bool is_bad;                   /* could not be decoded: stays as it is, unless deleted */
    /* ---- private ---- */
    struct arena *arena;
    struct str old;
    uint32_t *lens;                /* encoded bytes of each property */
    size_t bytes;                  /* their sum */
    struct profile_undo *undo;     /* what the operation under way replaced */
    uint32_t undo_count;
    uint32_t undo_cap;
    struct bytes scratch;
};

/* `old` (empty: no profile) is borrowed until the release, and so are the updates' strings. */
void profile_open(struct profile_work *work, struct str old, struct arena *arena);
void profile_fold(struct profile_work *work, const struct profile_update *update);
/* Appends to *out what it became; nothing when there is no profile now, which is false. */
bool profile_encode(const struct profile_work *work, struct bytes *out);
void profile_release(struct profile_work *work);
/* The four in one, for one operation. */
bool profile_apply(struct str old, const struct profile_update *update, struct arena *arena,
                   struct bytes *out);
/* Strings borrow from profile; lists and objects lie in the arena. False when absent. */
bool profile_find(struct str profile, struct str name, struct arena *arena, struct value *out);
/* Walks: *reader over the profile and *left = UINT32_MAX at first. */
bool profile_next(struct bytes_reader *reader, uint32_t *left, struct arena *arena,
                  struct property *out);
/* True when every byte of it decodes. */
bool profile_is_sound(struct str profile, struct arena *arena);

#endif
