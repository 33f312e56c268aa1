/* What each word of a detail does to the roster, and the roster's own parts: for roster.c and
 * roster_words.c alone. */
#ifndef LEDGER_INSIDE_ROSTER_WORDS_H
#define LEDGER_INSIDE_ROSTER_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "json/doc.h"
#include "ledger/inside/roster.h"

enum { ROSTER_HOST_MAX = 128, ROSTER_THAWED_MAX = 64 };

struct roster_waiting {
    uint64_t sequence;
    int64_t from_ms;
    int64_t decided_ms;
    uint32_t by;
    char *remarks;
};

struct roster {
    bool has_boot;
    char host[ROSTER_HOST_MAX];
    struct roster_principal *principals;  /* by rising id */
    uint32_t principal_count;
    struct roster_project *projects;
    uint32_t project_count;
    struct roster_waiting *waiting;              /* WAITING_MAX of them */
    uint32_t waiting_count;
    uint32_t thawed[ROSTER_THAWED_MAX];          /* by the clock, and nobody was told yet */
    uint32_t thawed_count;
    uint32_t frozen_count;                /* of those that have not ended */
};

struct roster_turn {
    struct roster *roster;
    const struct roster_change *change;
    const struct json_node *detail;
    const struct json_node *made;
    bool dry;
};

/* ERR_INVALID, ERR_DENIED: nothing has changed. */
int roster_words_apply(const struct roster_turn *t) MUST_USE;
struct roster_principal *roster_add_principal(struct roster *roster,
                                              const struct roster_principal *p);
/* Who is frozen or gone brings nothing into force any more. */
void roster_forget_decisions_of(struct roster *roster, uint32_t principal);
/* Rights that were decided earlier and wait do not undo what is decided now. */
void roster_forget_rights_of(struct roster *roster, uint32_t principal);

#endif
