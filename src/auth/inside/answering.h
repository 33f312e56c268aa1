/* The answering end of web-auth. What only reads is answered on the caller's thread; what may wait
 * for the ledger, or hashes a password, goes to a few threads, with a bounded queue: over it, the
 * answer is "throttled" at once. An answer goes to the link its request came over, or nowhere. */
#ifndef AUTH_INSIDE_ANSWERING_H
#define AUTH_INSIDE_ANSWERING_H

#include "auth/inside/auth.h"
#include "base/check.h"
#include "sys/msg.h"

enum { ANSWERING_THREADS = 4, ANSWERING_QUEUE_MAX = 64 };

struct answering;

struct answering *answering_create(struct auth *auth);
/* Nobody is attached any more; waits until what was begun is done. */
void answering_destroy(struct answering *answering);
/* Takes over the descriptor (-1 = none) and closes the former. */
void answering_attach(struct answering *answering, int fd);
/* ERR_INVALID: no such request; else what came of answering here and now. The body is copied. */
int answering_take(struct answering *answering, const struct msg *msg) MUST_USE;

#endif
