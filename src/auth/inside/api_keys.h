/* API keys: a public name "k_…", a secret that is kept as a hash, one project, rights. */
#ifndef AUTH_INSIDE_API_KEYS_H
#define AUTH_INSIDE_API_KEYS_H

#include <stdint.h>

#include "auth/inside/members.h"
#include "auth/inside/secret.h"
#include "auth/inside/seen.h"
#include "base/arena.h"
#include "base/check.h"
#include "db/db.h"

struct api_keys {
    struct db_statement *add, *find, *next, *update_used;
    struct seen used;
};

struct api_key {
    uint32_t principal;
    uint64_t project;
    uint64_t rights;
    struct str key;
    uint8_t hash[SECRET_HASH_BYTES];
};

void api_keys_init(struct api_keys *keys, struct db *db);
void api_keys_release(struct api_keys *keys);
/* In a transaction; the principal must exist (members_add_principal). ERR_EXISTS. */
int api_keys_add(struct api_keys *keys, const struct api_key *key) MUST_USE;
/* ERR_NOT_FOUND: no such key, or another secret; the two are answered alike and take as long. */
int api_keys_find(struct api_keys *keys, struct str key, struct str secret, int64_t now_ms,
                  struct api_key *out) MUST_USE;
/* The key of the project with the lowest principal above `after`. ERR_NOT_FOUND. */
int api_keys_next(struct api_keys *keys, uint64_t project, uint32_t after, struct arena *arena,
                  struct api_key *out) MUST_USE;
int api_keys_flush(struct api_keys *keys) MUST_USE;  /* when each was last used; in a transaction */

#endif
