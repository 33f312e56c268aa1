/* Login sessions: a cookie of 43 random characters, of which only the hash is kept, good for 12
 * hours from the entrance, whatever happens to auth meanwhile. */
#ifndef AUTH_INSIDE_LOGINS_H
#define AUTH_INSIDE_LOGINS_H

#include <stdint.h>

#include "auth/inside/secret.h"
#include "auth/inside/seen.h"
#include "base/check.h"
#include "db/db.h"

#define LOGINS_LIFE_MS ((int64_t)12 * 60 * 60 * 1000)

struct logins {
    struct db_statement *add, *find, *end, *sweep, *update_seen;
    struct seen seen;
};

struct login {
    int64_t id;
    uint32_t member;
    uint8_t hash[SECRET_HASH_BYTES];
};

void logins_init(struct logins *logins, struct db *db);
void logins_release(struct logins *logins);
/* In a transaction: a new one for the member, and those that are over are forgotten. */
int logins_begin(struct logins *logins, uint32_t member, int64_t now_ms, char cookie[44]) MUST_USE;
/* ERR_NOT_FOUND: unknown, ended or over. */
int logins_find(struct logins *logins, struct str cookie, int64_t now_ms,
                struct login *out) MUST_USE;
/* Ended already is fine. */
int logins_end(struct logins *logins, struct str cookie) MUST_USE;
int logins_flush(struct logins *logins) MUST_USE;    /* when each was last seen; in a transaction */

#endif
