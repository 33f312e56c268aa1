/* Which roles a member holds in which projects. A role is a set of rights; what the ledger's roster
 * has, and what a grant says, are rights alone (docs/decisions/0014). */
#ifndef AUTH_INSIDE_ACCESS_H
#define AUTH_INSIDE_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/wire/grant.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "db/db.h"
#include "json/doc.h"
#include "json/write.h"

enum {
    ACCESS_PROJECTS_MAX = 64,
    /* What lets somebody see people, decide or recover: it waits, and needs a passkey. */
    ACCESS_GREAT_RIGHTS = RIGHT_ROWS | RIGHT_REVEAL | RIGHT_EXPORT | RIGHT_APPROVE |
                          RIGHT_SETTINGS,
    ACCESS_PEOPLE_RIGHTS = RIGHT_ROWS | RIGHT_REVEAL,
};

struct access {
    struct db_statement *put, *clear, *find, *next;
};

struct access_entry {
    uint64_t project;
    struct str roles;   /* "owner support" */
    uint64_t rights;
};

void access_init(struct access *access, struct db *db);
/* In a transaction. */
int access_put(struct access *access, uint32_t principal, const struct access_entry *entry)
    MUST_USE;
int access_clear(struct access *access, uint32_t principal) MUST_USE;
/* ERR_NOT_FOUND. */
int access_find(struct access *access, uint32_t principal, uint64_t project, struct arena *arena,
                struct access_entry *out) MUST_USE;
/* The entry with the lowest project above `after`. ERR_NOT_FOUND. */
int access_next(struct access *access, uint32_t principal, uint64_t after, struct arena *arena,
                struct access_entry *out) MUST_USE;
/* Those of all projects together. */
int access_all_rights(struct access *access, uint32_t principal, uint64_t *rights) MUST_USE;

/* "viewer" … "owner"; 0 for an unknown one. */
uint64_t access_role_rights(struct str role);
/* ["rows",…]; false when one is unknown or the list is none. */
bool access_read_rights(const struct json_node *list, uint64_t *rights) MUST_USE;
void access_write_rights(uint64_t rights, struct json_write *w);
/* The projects of {"rights":{"1":[…]},"roles":{"1":[…]}}: at most ACCESS_PROJECTS_MAX, at least
 * one, and the rights must be those of the roles. ERR_INVALID. */
int access_read_detail(const struct json_node *detail, struct arena *arena,
                       struct access_entry *out, uint32_t *count) MUST_USE;

#endif
