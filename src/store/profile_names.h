/* Which properties the profiles of one project have, and how many profiles have each with each
 * type: kept while profiles change, so that nobody walks them to ask. Names that no profile has any
 * more are forgotten in time. Callers lock. */
#ifndef STORE_PROFILE_NAMES_H
#define STORE_PROFILE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/map.h"
#include "base/str.h"
#include "store/profile.h"

enum { PROFILE_NAMES_TYPES = VALUE_OBJECT + 1 };

struct profile_counts { uint32_t of_type[PROFILE_NAMES_TYPES]; };

struct profile_names {
    struct map index;        /* owner, name → index of its counts */
    struct profile_counts *items;
    uint32_t cap;
    uint32_t gone;           /* so many that no profile has now */
    struct bytes key;
};

struct profile_name {
    struct str group_key;
    struct str name;
    bool is_person;
    uint32_t types;          /* bit 1 << enum value_type */
};

void profile_names_release(struct profile_names *names);
/* One profile became another; group_key NULL = a person's. */
void profile_names_change(struct profile_names *names, const struct str *group_key,
                          struct property_list before, struct property_list after);
/* 0 = no profile has it. */
uint32_t profile_names_types(struct profile_names *names, const struct str *group_key,
                             struct str name);
/* Walks, in no order: *cursor starts at 0. Strings are borrowed until the next change. */
bool profile_names_next(const struct profile_names *names, size_t *cursor,
                        struct profile_name *out);

#endif
