/* One-time links for members: an invitation, or the way back after a recovery. Good for 72 hours;
 * kept as hashes. A member has one: a new one ends the former. */
#ifndef AUTH_INSIDE_INVITATIONS_H
#define AUTH_INSIDE_INVITATIONS_H

#include <stdint.h>

#include "auth/inside/secret.h"
#include "base/check.h"
#include "base/str.h"
#include "db/db.h"

#define INVITATIONS_LIFE_MS ((int64_t)72 * 60 * 60 * 1000)

struct invitations {
    struct db_statement *put, *use, *end, *sweep;
};

void invitations_init(struct invitations *invitations, struct db *db);
/* In a transaction, like the others. */
int invitations_put(struct invitations *invitations, uint32_t member, struct str text,
                    int64_t now_ms) MUST_USE;
/* The same of a text whose hash (secret_hash) alone is known. */
int invitations_put_hash(struct invitations *invitations, uint32_t member,
                         const uint8_t hash[SECRET_HASH_BYTES], int64_t now_ms) MUST_USE;
/* ERR_NOT_FOUND: used, over or unknown, all alike. */
int invitations_use(struct invitations *invitations, struct str text, int64_t now_ms,
                    uint32_t *member) MUST_USE;
int invitations_end(struct invitations *invitations, uint32_t member) MUST_USE;

#endif
