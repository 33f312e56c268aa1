/* Every request of web-auth, answered. Authorizing and "who am I" only read: no question of a busy
 * dashboard waits for the disk. What waits for the ledger or hashes a password says so, and belongs
 * on a thread of its own. */
#ifndef AUTH_INSIDE_ANSWERS_H
#define AUTH_INSIDE_ANSWERS_H

#include "auth/inside/auth.h"
#include "auth/wire/auth_wire.h"
#include "base/arena.h"

/* Takes the lock. Always fills the answer; refusals are answers. Strings lie in the arena, which
 * holds secrets afterwards (wipe it), or in the request. */
void answers_make(struct auth *auth, const struct auth_request *request, struct arena *arena,
                  struct auth_answer *answer);

/* Whether answering may wait for somebody else. */
bool answers_may_wait(const struct auth_request *request);

#endif
