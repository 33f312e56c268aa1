/* How a login begins, whatever opened the door: the cookie, its row, the word to the ledger, and
 * what the browser is told. */
#ifndef AUTH_INSIDE_ENTERING_H
#define AUTH_INSIDE_ENTERING_H

#include "auth/inside/work.h"
#include "base/check.h"
#include "ledger/wire/ledger_wire.h"

/* What the way in found out. The caller's `use` runs in the transaction in which the login begins:
 * a link is used up, or a sign count kept, never one without the other. */
struct entering {
    uint32_t member;               /* may be left to `use` (links) */
    uint8_t level;
    uint8_t key_type;              /* 0: a login that signs nothing */
    struct str key;
    const uint8_t *credential;     /* 16 bytes or NULL */
    struct ledger_login proof;     /* nonce and assertion of a passkey; else zero */
    int (*use)(struct work *w, struct entering *entering);
    void *context;
    char cookie[44];               /* out */
};

/* {"key_type","public_key"} of a body; false when there is one of a wrong form. None is fine where
 * the caller says so. */
bool entering_read_key(struct work *w, const struct json_node *body, bool may_lack,
                       struct entering *out);
/* Begins it and fills w->asker; the ledger knows it, or is told later. False: refused. */
bool entering_begin(struct work *w, struct entering *entering, const char *absent);
/* What the ledger has not heard because it was away, or has lost because it was started again:
 * every living login. Called without the lock; ERR_CLOSED, ERR_TIMEOUT. */
int entering_tell_all(struct auth *auth) MUST_USE;

#endif
