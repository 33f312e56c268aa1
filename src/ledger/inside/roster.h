/* Who may receive what, as the house log says (docs/formats/roster.md). Decisions are applied in
 * the order of the log, the same at a restart as when they were made; what waits comes into
 * force by the clock, or by another owner's word. Nothing here looks at signatures: that is the
 * gate's. */
#ifndef LEDGER_INSIDE_ROSTER_H
#define LEDGER_INSIDE_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"
#include "json/write.h"

enum {
    ROSTER_CREDENTIALS_MAX = 16,  /* of one principal */
    ROSTER_PROJECTS_MAX = 64,
    ROSTER_PRINCIPALS_MAX = 100000,
    ROSTER_PURPOSE_MAX = 64,
    ROSTER_PURPOSES_MAX = 32,
    ROSTER_ID_MAX = 256,
    ROSTER_GROUPS_MAX = 60,       /* each is a log of its own */
    ROSTER_BUDGET_MAX = 1000000,  /* of one principal in 24 h */
};

/* How long what adds to anybody's sight waits, and how long the new stay small. */
#ifndef LEDGER_DELAY_MS
#define LEDGER_DELAY_MS ((int64_t)24 * 60 * 60 * 1000)
#endif

enum roster_kind { ROSTER_MEMBER = 1, ROSTER_KEY, ROSTER_OS };

struct roster_credential {
    uint8_t id[ROSTER_ID_MAX];
    uint32_t id_len;
    uint8_t x[32], y[32];
    int64_t enrolled_ms;
    bool is_trusted;      /* at once: of the first owner, or vouched for by an older passkey */
    uint32_t sign_count;  /* as last seen by the gate; not in the log */
};

struct roster_right {
    uint32_t project;
    uint64_t rights;      /* enum grant_right */
    uint32_t named, rows; /* budgets in 24 h; 0 = the default */
};

struct roster_principal {
    uint32_t id;
    enum roster_kind kind;
    bool is_boot;         /* taken over at the first start: full budgets from the beginning */
    bool is_frozen;
    bool is_ended;
    int64_t since_ms;
    int64_t frozen_ms;
    int64_t expires_ms;   /* of a key; 0 = never */
    uint8_t secret_sha256[32];
    struct roster_right rights[ROSTER_PROJECTS_MAX];
    uint32_t right_count;
    struct roster_credential *credentials;
    uint32_t credential_count;
    bool had_credential;  /* since it was made or recovered: the first one came already */
};

struct roster_project {
    uint32_t id;
    uint32_t group;
    bool is_demo;
    char purposes[ROSTER_PURPOSES_MAX][ROSTER_PURPOSE_MAX + 1];
    uint32_t purpose_count;
};

struct roster;

struct roster *roster_create(void);
void roster_destroy(struct roster *roster);        /* NULL is fine */

/* A decision from the log: the remarks of its entry, by whom, when, under which number.
 * ERR_INVALID: not of the form; ERR_DENIED: well-formed and not to be taken (unknown principal,
 * a second boot); nothing has changed then. `dry`: only says whether it would be taken. */
struct roster_change {
    uint64_t sequence;
    int64_t time_ms;
    uint32_t by;
    struct str remarks;   /* {"detail":{…},"made":{…},"from":ms} */
};
int roster_apply(struct roster *roster, const struct roster_change *change, bool dry) MUST_USE;
/* Whatever waited until now comes into force; who was frozen a day ago and has nobody that could
 * thaw it is thawed. */
void roster_advance(struct roster *roster, int64_t now_ms);

/* One that the clock thawed and that was not taken yet; 0: none. */
uint32_t roster_take_thawed(struct roster *roster);
/* Somebody else that may thaw it, with a passkey and not frozen. */
bool roster_has_thawer(const struct roster *roster, const struct roster_principal *p,
                       int64_t now_ms);

bool roster_has_boot(const struct roster *roster);
struct str roster_host(const struct roster *roster);
struct roster_principal *roster_find(struct roster *roster, uint32_t id);   /* NULL: unknown */
/* 0 when it has none, is ended or expired. */
uint64_t roster_rights(const struct roster_principal *p, uint32_t project, int64_t now_ms);
const struct roster_right *roster_right(const struct roster_principal *p, uint32_t project);
struct roster_credential *roster_credential(struct roster_principal *p, struct str id);
const struct roster_project *roster_project(const struct roster *roster, uint32_t id);
bool roster_has_purpose(const struct roster_project *project, struct str purpose);
/* A member that may decide (settings in some project) and has a passkey; and how many there are. */
bool roster_is_owner(const struct roster_principal *p, int64_t now_ms);
uint32_t roster_owners(const struct roster *roster, int64_t now_ms);
/* In its first day, or with a passkey that nothing vouches for and that is not a day old. */
bool roster_is_new(const struct roster_principal *p, int64_t now_ms);
/* Whether `by` has the rights in the projects that the decision is about: who decides in one
 * project decides nothing in another. */
bool roster_may_decide(struct roster *roster, uint32_t by, struct str detail, int64_t now_ms);
/* Nobody could decide any more. */
bool roster_leaves_no_owner(struct roster *roster, uint32_t by, struct str detail,
                            int64_t now_ms);
/* What the detail adds to somebody's sight or power: it waits and needs level 3. */
bool roster_adds(struct roster *roster, struct str detail);
/* The word of "do", or "" . */
struct str roster_verb(struct str detail, char buf[32]);
/* The principal that the detail names, or 0. */
uint32_t roster_subject(struct str detail);
/* Who decided the waiting one, or 0. */
uint32_t roster_waiting_by(const struct roster *roster, uint64_t sequence);
/* [{"sequence","by","do","principal","in_force"}…] */
void roster_write_waiting(const struct roster *roster, struct json_write *w);
/* The next principal above `after`, in order; NULL at the end. */
const struct roster_principal *roster_next(const struct roster *roster, uint32_t after);

#endif
