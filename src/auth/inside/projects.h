/* Projects and their settings: what auth keeps for everybody. */
#ifndef AUTH_INSIDE_PROJECTS_H
#define AUTH_INSIDE_PROJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "db/db.h"

enum { PROJECTS_GROUP_MIN = 10, PROJECTS_WEEK_START = 1 };

struct projects {
    struct db_statement *add, *find, *next, *change, *set_class, *next_class, *add_proxy,
        *next_proxy;
};

struct project {
    uint64_t id;                /* of add: 0 = the next one */
    struct str name;
    struct str token;           /* public */
    struct str zone;
    struct str phone_country;   /* digits, without + */
    uint32_t key_epoch;
    uint32_t week_start;        /* 1 = Monday … 7 = Sunday */
    uint32_t window_days;       /* 0 = events of any age */
    uint32_t group_min;         /* smaller groups of people are folded */
    bool is_demo;
};

struct project_class {
    struct str property;
    struct str class;           /* a name of event/schema.h */
};

void projects_init(struct projects *projects, struct db *db);
/* In a transaction, like every change here. */
int projects_add(struct projects *projects, struct project *project) MUST_USE;
/* ERR_NOT_FOUND. Strings lie in the arena. */
int projects_find(struct projects *projects, uint64_t id, struct arena *arena,
                  struct project *out) MUST_USE;
/* The project with the lowest id above `after`. ERR_NOT_FOUND. */
int projects_next(struct projects *projects, uint64_t after, struct arena *arena,
                  struct project *out) MUST_USE;
int projects_change(struct projects *projects, uint64_t id, struct str name,
                    struct str zone) MUST_USE;
int projects_set_class(struct projects *projects, uint64_t id, struct str property,
                       struct str class) MUST_USE;
/* In the order of names, from the one after `after`; "" begins. ERR_NOT_FOUND. */
int projects_next_class(struct projects *projects, uint64_t id, struct str after,
                        struct arena *arena, struct project_class *out) MUST_USE;
int projects_add_proxy(struct projects *projects, struct str address) MUST_USE;
int projects_next_proxy(struct projects *projects, struct str after, struct arena *arena,
                        struct str *address) MUST_USE;

/* 1 to 100 characters, without control and direction characters, not only blanks. */
bool projects_is_name(struct str name);
/* The form of a zone's name ("Asia/Riyadh", "Etc/GMT+3", "UTC"). Whether there is one of that name
 * is zone/'s to say, where the zone files are: not here. */
bool projects_is_zone(struct str zone);

#endif
