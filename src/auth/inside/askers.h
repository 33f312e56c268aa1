/* Who asks: a member with a cookie, an API key with its secret, or the owner's uid behind web's
 * unix socket, and what they may do. */
#ifndef AUTH_INSIDE_ASKERS_H
#define AUTH_INSIDE_ASKERS_H

#include "auth/inside/auth.h"
#include "auth/wire/auth_wire.h"
#include "base/arena.h"
#include "base/check.h"

enum {
    /* A uid sees and changes what makes no difference to anybody's sight: it has no key to sign
     * with, so it can ask for nobody. */
    ASKERS_UID_RIGHTS = RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_SETTINGS,
};

struct asker {
    enum auth_by by;
    uint32_t principal;
    struct str name;
    uint64_t project;           /* of a key; 0 = as `access` says, or all for the uid */
    uint64_t rights;            /* of a key or the uid */
    struct login login;         /* of a member; id 0 without one */
    uint8_t credential[16];     /* of the passkey, or of a key's name; zero without either */
    struct member member;       /* of a member */
};

/* ERR_NOT_FOUND for everybody who is nobody, whatever was wrong; ERR_DENIED: frozen. Strings lie in
 * the arena. */
int askers_identify(struct auth *auth, const struct auth_request *request, struct arena *arena,
                    struct asker *out) MUST_USE;
/* What they may do in the project, and as what. ERR_NOT_FOUND: it is none of theirs. */
int askers_access(struct auth *auth, const struct asker *asker, uint64_t project,
                  struct arena *arena, struct access_entry *out) MUST_USE;
/* When the login ends for want of use; 0 = it does not. */
int askers_idle_ms(struct auth *auth, uint32_t member, int64_t *idle_ms) MUST_USE;

#endif
