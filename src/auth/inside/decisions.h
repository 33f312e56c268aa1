/* Decisions about who may do what: the ledger writes each before anything changes here, and says
 * from when on it holds. What waits is kept and comes into force by the tick, or when another owner
 * approves. Both sides hold the same afterwards (docs/formats/roster.md). */
#ifndef AUTH_INSIDE_DECISIONS_H
#define AUTH_INSIDE_DECISIONS_H

#include "auth/inside/asks.h"
#include "auth/inside/work.h"
#include "base/check.h"
#include "json/doc.h"

struct decision {
    struct json_doc *body, *doc;
    const struct json_node *detail;
    struct str text;                 /* the detail as the asker wrote it */
    struct str made;                 /* what auth made for it; JSON or "" */
    bool has_ask;
    struct asks_verdict verdict;
    uint64_t sequence;               /* after decisions_tell */
    int64_t in_force_ms;
};

/* Reads {"detail":text} of the body, whose "do" must be `verb`. False: refused, and nothing to
 * close. */
bool decisions_open(struct work *w, const char *verb, struct decision *out);
void decisions_close(struct decision *d);
/* The ask is of the kind, names this detail, and may be made. */
bool decisions_check(struct work *w, enum grant_kind kind, enum asks_need need,
                     struct decision *d);
/* The asker may decide over each of these projects. */
bool decisions_may(struct work *w, const struct access_entry *entries, uint32_t count);
/* The same over all that the principal has. */
bool decisions_may_over(struct work *w, uint32_t principal);
/* DECIDE. False: refused, by the ledger or because it is away; nothing was changed. */
bool decisions_tell(struct work *w, struct decision *d);
/* In a transaction, after it: applies what is in force, keeps what waits. */
int decisions_keep(struct work *w, const struct decision *d) MUST_USE;
/* The answer, with "sequence" and "in_force" behind what is in `more` ("\"id\":5," or ""). */
void decisions_answer(struct work *w, const struct decision *d, struct str more);

/* Everything that waited until now. In no transaction; with the lock. */
int decisions_advance(struct auth *auth, int64_t now_ms) MUST_USE;
/* A principal was frozen or thawed, here or by the ledger: its logins end. In a transaction. */
int decisions_freeze(struct auth *auth, uint32_t principal, bool is_frozen) MUST_USE;

#endif
