/* Asks for people and decisions (wall.md 5): is it of the form, signed by the browser, allowed to
 * this principal in this project, at this level; and if so the grant and the evidence that travel
 * with it. What auth refuses here the ledger would refuse too: it checks all of it for itself. */
#ifndef AUTH_INSIDE_ASKS_H
#define AUTH_INSIDE_ASKS_H

#include "auth/inside/work.h"
#include "base/check.h"
#include "ledger/wire/ask.h"

enum asks_need {
    ASKS_PLAIN,
    ASKS_PASSKEY,   /* level 3: what adds to somebody's sight */
    ASKS_OWN,       /* nothing but one's own passkeys: no right is needed */
    ASKS_OWN_NEW,   /* the same at level 3: a further passkey is vouched for by an older one */
};

struct asks_verdict {
    struct ask ask;
    struct project project;
    struct access_entry access;
    uint8_t level;
    struct str grant, evidence;   /* in the arena */
};

/* w->asker is known. Checks the ask and all that belongs to it, down to the proof: false when it
 * was refused. */
bool asks_check(struct work *w, enum asks_need need, struct asks_verdict *out);
/* Signs the grant and writes the evidence. found: the ref of a lookup, or NULL. */
void asks_grant(struct work *w, const uint8_t *found, struct asks_verdict *out);
/* The grant of a question: reusable for its life, over the hash in the request. */
struct str asks_grant_question(struct work *w, const struct project *project, uint64_t rights);
/* The whole of AUTH_AUTHORIZE for an ask. */
void asks_answer(struct work *w);

#endif
