/* The counters of proofs, a window of 64 for each login session: a signature is taken once, and
 * requests that overtake each other are all taken (wall.md 5.2). In memory alone: after a start,
 * a proof that was signed before it is refused, so nothing can be used twice across a restart. */
#ifndef AUTH_INSIDE_PROOFS_H
#define AUTH_INSIDE_PROOFS_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/wire/evidence.h"
#include "base/check.h"
#include "base/map.h"

#define PROOFS_SKEW_MS ((int64_t)60 * 1000)
enum { PROOFS_WINDOW = 64 };

struct proofs_window {
    int64_t login;
    uint64_t highest;
    uint64_t seen;       /* bit i: highest - i was used */
    int64_t used_ms;
};

struct proofs {
    struct map index;    /* login → place */
    struct proofs_window *windows;
    uint32_t count, cap;
    int64_t started_ms;
};

void proofs_init(struct proofs *proofs, int64_t now_ms);
void proofs_release(struct proofs *proofs);
/* Takes the counter, whose signature was checked before. began_ms: of the login. ERR_DENIED: too
 * old or too new, or the counter was used or is behind the window. */
int proofs_take(struct proofs *proofs, int64_t login, int64_t began_ms,
                const struct evidence *proof, int64_t now_ms) MUST_USE;
/* Forgets the windows of logins that nobody used for so long that they are over. */
void proofs_sweep(struct proofs *proofs, int64_t older_than_ms);

#endif
