/* Login sessions: a cookie of 43 random characters, of which only the hash is kept, good for 12
 * hours from the entrance, whatever happens to auth meanwhile; for members who may see people it
 * ends 15 minutes after it was used last. Each is bound to a key that only the browser has. */
#ifndef AUTH_INSIDE_LOGINS_H
#define AUTH_INSIDE_LOGINS_H

#include <stdint.h>

#include "auth/inside/secret.h"
#include "auth/inside/seen.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "db/db.h"

#define LOGINS_LIFE_MS ((int64_t)12 * 60 * 60 * 1000)

#define LOGINS_IDLE_MS ((int64_t)15 * 60 * 1000)

enum { LOGINS_SESSION_BYTES = 16, LOGINS_KEY_MAX = 65 };

struct logins {
    struct db_statement *add, *find, *end, *end_id, *end_member, *sweep, *update_seen, *next,
        *next_told;
    struct seen seen;
};

struct login {
    int64_t id;
    uint32_t member;
    uint8_t hash[SECRET_HASH_BYTES];   /* its first 16 bytes are the login session's name */
    uint8_t level;
    uint8_t key_type;                  /* enum evidence_key; 0 = none */
    uint8_t key[LOGINS_KEY_MAX];
    size_t key_len;
    uint8_t credential[16];            /* hash of the passkey's id; zero without one */
    int64_t began_ms, ends_ms, seen_ms;
    struct str agent, address;         /* of next alone */
};

/* What a login begins with. */
struct logins_new {
    uint32_t member;
    uint8_t level;
    uint8_t key_type;
    struct str key;
    const uint8_t *credential;         /* 16 bytes or NULL */
    struct str agent, address;
    struct str told;                   /* empty = nothing to tell the ledger */
};

void logins_init(struct logins *logins, struct db *db);
void logins_release(struct logins *logins);
/* A cookie and the hash of it, which is the login's name: made before what the ledger is told. */
void logins_make_cookie(char cookie[44], uint8_t hash[SECRET_HASH_BYTES]);
/* In a transaction: a new one, and those that are over are forgotten. */
int logins_begin(struct logins *logins, const struct logins_new *new_login,
                 const uint8_t hash[SECRET_HASH_BYTES], int64_t now_ms) MUST_USE;
/* ERR_NOT_FOUND: unknown, ended or over. */
int logins_find(struct logins *logins, struct str cookie, int64_t now_ms,
                struct login *out) MUST_USE;
/* It is used now: asked after it was found good. */
void logins_note(struct logins *logins, const struct login *login, int64_t now_ms);
/* The login with the lowest id above `after`, of that member (0 = of all). ERR_NOT_FOUND. */
int logins_next(struct logins *logins, uint32_t member, int64_t after, struct arena *arena,
                struct login *out) MUST_USE;
/* What the ledger must know of the living login with the lowest id above *id. ERR_NOT_FOUND. */
int logins_next_told(struct logins *logins, int64_t now_ms, int64_t *id, struct bytes *out)
    MUST_USE;
int logins_end_id(struct logins *logins, int64_t id) MUST_USE;
int logins_end_member(struct logins *logins, uint32_t member) MUST_USE;
/* Ended already is fine. */
int logins_end(struct logins *logins, struct str cookie) MUST_USE;
int logins_flush(struct logins *logins) MUST_USE;    /* when each was last seen; in a transaction */

#endif
