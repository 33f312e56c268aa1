/* API keys: a public name "k_…", a secret that is kept as a hash, one project, rights. */
#ifndef AUTH_INSIDE_API_KEYS_H
#define AUTH_INSIDE_API_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/inside/members.h"
#include "auth/inside/secret.h"
#include "auth/inside/seen.h"
#include "base/arena.h"
#include "base/check.h"
#include "db/db.h"

struct api_keys {
    struct db_statement *add, *find, *next, *update_used, *end;
    struct seen used;
};

struct api_key {
    uint32_t principal;
    uint64_t project;
    uint64_t rights;
    struct str key;
    uint8_t hash[SECRET_HASH_BYTES];
    struct str name;
    struct str addresses;   /* "192.0.2.0/24 2001:db8::/32"; empty = from anywhere */
    int64_t expires_ms;     /* 0 = never */
    int64_t made_ms, used_ms;
    bool is_frozen;
};

void api_keys_init(struct api_keys *keys, struct db *db);
void api_keys_release(struct api_keys *keys);
/* In a transaction; the principal must exist (members_add_principal). ERR_EXISTS. */
int api_keys_add(struct api_keys *keys, const struct api_key *key) MUST_USE;
/* ERR_NOT_FOUND: no such key, or another secret; the two are answered alike and take as long.
 * Whether it is over, or from where it may come, is the caller's to judge. */
int api_keys_find(struct api_keys *keys, struct str key, struct str secret, struct arena *arena,
                  struct api_key *out) MUST_USE;
/* It is used now: asked after it was found good. */
void api_keys_note(struct api_keys *keys, uint32_t principal, int64_t now_ms);
int api_keys_end(struct api_keys *keys, uint32_t principal) MUST_USE;
/* The key of the project with the lowest principal above `after`. ERR_NOT_FOUND. */
int api_keys_next(struct api_keys *keys, uint64_t project, uint32_t after, struct arena *arena,
                  struct api_key *out) MUST_USE;
int api_keys_flush(struct api_keys *keys) MUST_USE;  /* when each was last used; in a transaction */

#endif
