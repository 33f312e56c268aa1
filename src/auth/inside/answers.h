/* Every request of web-auth, answered. Authorizing and "who am I" only read: no question of a busy
 * dashboard waits for the disk. */
#ifndef AUTH_INSIDE_ANSWERS_H
#define AUTH_INSIDE_ANSWERS_H

#include "auth/inside/auth.h"
#include "auth/wire/auth_wire.h"
#include "base/arena.h"

/* Always fills the answer; refusals are answers. Strings lie in the arena, which holds secrets
 * afterwards (wipe it), or in the request. */
void answers_make(struct auth *auth, const struct auth_request *request, struct arena *arena,
                  struct auth_answer *answer);

#endif
