/* Who asks: a member with a cookie, an API key with its secret, or the owner's uid behind web's
 * unix socket, and what they may do. */
#ifndef AUTH_INSIDE_ASKERS_H
#define AUTH_INSIDE_ASKERS_H

#include "auth/inside/auth.h"
#include "auth/wire/auth_wire.h"
#include "base/arena.h"
#include "base/check.h"

enum {
    ASKERS_OWNER_RIGHTS = RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_SETTINGS,
    /* Everything about single people: closed to all until the ledger exists. */
    ASKERS_CLOSED_RIGHTS = RIGHT_ROWS | RIGHT_REVEAL | RIGHT_EXPORT | RIGHT_APPROVE,
};

struct asker {
    uint32_t principal;
    uint64_t rights;
    uint64_t project;           /* the only one; 0 = all */
    struct str name;
    struct str role;            /* "owner", "key" */
    uint8_t login_session[16];  /* first bytes of the cookie's hash; zero without a cookie */
    uint8_t credential[16];     /* first bytes of SHA-256 of the key's name; zero without a key */
};

/* ERR_NOT_FOUND for everybody who is nobody, whatever was wrong. Strings lie in the arena. */
int askers_identify(struct auth *auth, const struct auth_request *request, struct arena *arena,
                    struct asker *out) MUST_USE;
/* The member who came in by a link. */
int askers_from_member(struct auth *auth, uint32_t principal, struct arena *arena,
                       struct asker *out) MUST_USE;

#endif
