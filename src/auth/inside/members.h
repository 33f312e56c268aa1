/* Principals that are people: members, and the uids that may speak over the unix sockets. */
#ifndef AUTH_INSIDE_MEMBERS_H
#define AUTH_INSIDE_MEMBERS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "db/db.h"

struct members {
    struct db_statement *add_principal, *add, *find, *first_owner, *add_os, *find_os;
};

struct member {
    uint32_t principal;
    struct str name;
    struct str role;    /* "owner" */
};

void members_init(struct members *members, struct db *db);
/* A fresh principal of "member", "key" or "os". In a transaction, like every add here. */
int members_add_principal(struct members *members, const char *kind, int64_t now_ms,
                          uint32_t *principal) MUST_USE;
int members_add(struct members *members, struct str name, int64_t now_ms,
                uint32_t *principal) MUST_USE;
/* ERR_NOT_FOUND. Strings lie in the arena. */
int members_find(struct members *members, uint32_t principal, struct arena *arena,
                 struct member *out) MUST_USE;
int members_find_first_owner(struct members *members, uint32_t *principal) MUST_USE;
int members_add_os(struct members *members, uint32_t uid, int64_t now_ms) MUST_USE;
int members_find_os(struct members *members, uint32_t uid, uint32_t *principal) MUST_USE;

#endif
