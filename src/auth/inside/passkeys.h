/* Passkeys: the public halves of members' keys, by the id that their authenticator gave them. */
#ifndef AUTH_INSIDE_PASSKEYS_H
#define AUTH_INSIDE_PASSKEYS_H

#include <stdint.h>

#include "auth/wire/webauthn.h"
#include "base/arena.h"
#include "base/check.h"
#include "db/db.h"

enum { PASSKEYS_OF_MEMBER_MAX = 16, PASSKEYS_NAME_MAX = 64 };

struct passkeys {
    struct db_statement *add, *find, *next, *count, *use, *end, *end_member;
};

struct passkey {
    uint32_t member;
    struct str name;
    struct webauthn_key key;   /* its id lies in the arena */
    int64_t enrolled_ms;
};

void passkeys_init(struct passkeys *passkeys, struct db *db);
/* In a transaction. ERR_EXISTS: an id is one passkey, nobody's twice. */
int passkeys_add(struct passkeys *passkeys, const struct passkey *passkey) MUST_USE;
/* ERR_NOT_FOUND. */
int passkeys_find(struct passkeys *passkeys, struct str id, struct arena *arena,
                  struct passkey *out) MUST_USE;
/* The member's passkey with the lowest id above `after`; "" begins. ERR_NOT_FOUND. */
int passkeys_next(struct passkeys *passkeys, uint32_t member, struct str after,
                  struct arena *arena, struct passkey *out) MUST_USE;
int passkeys_count(struct passkeys *passkeys, uint32_t member, uint32_t *count) MUST_USE;
int passkeys_use(struct passkeys *passkeys, struct str id, uint32_t sign_count) MUST_USE;
int passkeys_end(struct passkeys *passkeys, struct str id) MUST_USE;
int passkeys_end_member(struct passkeys *passkeys, uint32_t member) MUST_USE;

#endif
