/* The profiles of one project: of persons by code, of groups by key and id. Held in memory, each as
 * profile.h encodes it (about its own size and 40 bytes); what changed since the last flush is
 * marked. Changed by the follower's thread alone; callers lock. */
#ifndef STORE_PROFILES_H
#define STORE_PROFILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/str.h"
#include "event/event.h"
#include "store/profile.h"
#include "store/profile_names.h"

struct profile {
    uint32_t code;          /* of the person; 0 = a group's */
    struct str group_key;   /* borrowed from the table */
    struct str group_id;
    struct str content;     /* empty = deleted */
    bool is_dirty;
};

struct profiles {
    struct profile *items;
    uint32_t count;
    uint64_t content_bytes;
    struct profile_names names;   /* of all of them */
    /* ---- private ---- */
    uint32_t cap;
    uint32_t *of_person;    /* by code: index + 1 */
    uint32_t code_cap;
    struct map of_group;    /* key, 0, id → index */
    uint32_t *dirty;
    uint32_t dirty_count;
    uint32_t dirty_cap;
};

void profiles_release(struct profiles *profiles);
/* NULL when there is none or it was deleted. */
const struct profile *profiles_find_person(const struct profiles *profiles, uint32_t code);
const struct profile *profiles_find_group(const struct profiles *profiles, struct str key,
                                          struct str id);

/* What a run of operations makes of one profile. Made without changing anything, so without the
 * lock by whoever alone changes profiles; then put in at once. */
struct profiles_change {
    uint32_t code;                 /* 0 = a group's */
    struct str group_key;          /* borrowed from the updates */
    struct str group_id;
    struct arena arena;
    struct profile_work work;
    struct bytes content;          /* empty = deleted */
};

/* Folds the first of these operations on the profile of code (0 = of the updates' group); returns
 * how many, at least 1. The result is that of folding each alone. */
uint32_t profiles_prepare(const struct profiles *profiles, uint32_t code,
                          const struct profile_update *const *updates, uint32_t count,
                          struct profiles_change *change);
/* Puts the change in, and releases it. */
void profiles_commit(struct profiles *profiles, struct profiles_change *change);
/* Both, for one operation. */
void profiles_apply(struct profiles *profiles, uint32_t code, const struct profile_update *update);
/* Puts what a table on disk held: content replaces; not dirty. Names are noted once, afterwards. */
void profiles_put(struct profiles *profiles, const struct profile *profile);
void profiles_note_names(struct profiles *profiles);
/* The dirty ones, in order of the first change; NULL at the end. */
const struct profile *profiles_dirty(const struct profiles *profiles, uint32_t index);
void profiles_clean(struct profiles *profiles);

#endif
