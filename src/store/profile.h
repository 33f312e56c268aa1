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

/* Appends to *out what `old` (empty: no profile) becomes. False when there is no profile then. The
 * arena is for the work; what does not fit the limits is left out, never half done. */
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
