/* Principals, and those that are people: members, and the uids that may speak over the unix
 * sockets. */
#ifndef AUTH_INSIDE_MEMBERS_H
#define AUTH_INSIDE_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "db/db.h"

struct members {
    struct db_statement *add_principal, *add, *find, *first_owner, *add_os, *find_os;
    struct db_statement *next, *freeze, *end, *arrive, *set_password, *set_totp, *use_totp,
        *by_name, *state, *put_host, *host;
};

enum { MEMBERS_NAME_MAX_BYTES = 256, MEMBERS_HOST_MAX = 253 };

struct member {
    uint32_t principal;
    struct str name;
    bool is_owner;       /* the first one: who a new owner's link lets in */
    bool is_invited;     /* has not come yet */
    bool is_frozen;
    bool is_ended;
    int64_t seen_ms;     /* 0 = never */
    struct str password; /* Argon2's text; empty = none */
    struct str totp;     /* sealed; empty = none */
    int64_t totp_step;   /* the last one used */
};

void members_init(struct members *members, struct db *db);
/* A fresh principal of "member", "key" or "os". In a transaction, like every add here. */
int members_add_principal(struct members *members, const char *kind, int64_t now_ms,
                          uint32_t *principal) MUST_USE;
/* The first owner. */
int members_add_owner(struct members *members, struct str name, int64_t now_ms,
                      uint32_t *principal) MUST_USE;
/* Somebody invited, under a principal that exists. */
int members_add(struct members *members, uint32_t principal, struct str name) MUST_USE;
/* ERR_NOT_FOUND. Strings lie in the arena. */
int members_find(struct members *members, uint32_t principal, struct arena *arena,
                 struct member *out) MUST_USE;
/* The member with the lowest principal above `after`. ERR_NOT_FOUND. */
int members_next(struct members *members, uint32_t after, struct arena *arena,
                 struct member *out) MUST_USE;
/* The one living member of that name, whatever the case of ASCII letters. ERR_NOT_FOUND: none or
 * several. */
int members_find_name(struct members *members, struct str name, uint32_t *principal) MUST_USE;
/* Of any principal. ERR_NOT_FOUND. */
int members_is_barred(struct members *members, uint32_t principal, bool *is_frozen,
                      bool *is_ended) MUST_USE;
int members_set_frozen(struct members *members, uint32_t principal, bool is_frozen,
                       int64_t now_ms) MUST_USE;
int members_end(struct members *members, uint32_t principal, int64_t now_ms) MUST_USE;
/* Came in: no longer invited, and seen now. */
int members_arrive(struct members *members, uint32_t principal, int64_t now_ms) MUST_USE;
/* Empty = none any more. */
int members_set_password(struct members *members, uint32_t principal, struct str text) MUST_USE;
int members_set_totp(struct members *members, uint32_t principal, struct str sealed) MUST_USE;
/* The step is used up; ERR_EXISTS when it, or a later one, was already. */
int members_use_totp(struct members *members, uint32_t principal, int64_t step) MUST_USE;
/* The name that passkeys are bound to. */
int members_set_host(struct members *members, struct str host) MUST_USE;
int members_host(struct members *members, struct arena *arena, struct str *out) MUST_USE;
int members_find_first_owner(struct members *members, uint32_t *principal) MUST_USE;
int members_add_os(struct members *members, uint32_t uid, int64_t now_ms) MUST_USE;
int members_find_os(struct members *members, uint32_t uid, uint32_t *principal) MUST_USE;

#endif
