/* web → query. One frame type asks, one answers. What has rows about single people in it (PEOPLE to
 * EXPORT_NEXT) bears an ask and evidence, and is given out only against the ledger's receipt.
 *
 * type 1 QUESTION: u8 what · u8 zero 3 · u32 zero · u64 project · u32 grant length (0 or 256) ·
 *   grant · u32 settings length · settings (JSON of the project, as auth said: zone, week_start,
 *   classes) · rest: the question's bytes (JSON; the spec for REPORT, parameters for the others).
 *   From PEOPLE on, between settings and question: u32 length · ask · u32 length · evidence ·
 *   u32 length · refs (16 bytes each, sorted and distinct: the subjects an ask of TIMELINE names;
 *   else empty). All three are empty where there is no ask.
 * type 2 ANSWER: u32 HTTP-like status · rest: JSON.
 * A grant of kind question names SHA-256 of the question's bytes (wall.md 5.4). Without a grant, or
 * without the right `unfolded` in it, small cells are folded. */
#ifndef QUERY_WIRE_QUERY_WIRE_H
#define QUERY_WIRE_QUERY_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"

enum query_type { QUERY_QUESTION = 1, QUERY_ANSWER = 2 };

enum query_what {
    QUERY_REPORT = 1,  /* POST /api/query */
    QUERY_SCHEMA = 2,  /* {} → names of events and properties with classes */
    QUERY_VALUES = 3,  /* {"of","property","q"} → values of an open property */
    QUERY_LIVE = 4,    /* {"after":"…","wait_ms":2000} */
    QUERY_STATUS = 5,  /* {} */
    /* with ask and evidence; docs/formats/console-api.md has the bodies */
    QUERY_PEOPLE = 6,      /* a list of people */
    QUERY_TIMELINE = 7,    /* one person */
    QUERY_EXPORT = 8,      /* begins an export: the set is fixed, recorded, and a handle answered */
    /* grant of kind question, no ask */
    QUERY_EXPORT_NEXT = 9, /* the next chunk of a handle: JSON lines; empty = the end */
    QUERY_LEDGER = 10,     /* the ledger's page: passed on */
    QUERY_RESOLVE = 11,        /* refs that a lookup found → pseudonyms; they were counted */
    QUERY_WHAT_LAST = QUERY_RESOLVE,
};

static inline bool query_what_has_ask(enum query_what what)
{
    return what >= QUERY_PEOPLE && what <= QUERY_EXPORT;
}

static inline bool query_what_has_refs(enum query_what what)
{
    return what == QUERY_TIMELINE;
}

enum {
    QUERY_GRANT_BYTES = 256,
    QUERY_ASK_MAX = 4096,        /* ask, and evidence */
    QUERY_REFS_MAX = 3000,
};

struct query_question {
    enum query_what what;
    uint64_t project;
    struct str grant;      /* 256 bytes or empty */
    struct str settings;   /* JSON object */
    struct str ask;        /* PEOPLE to EXPORT; else empty */
    struct str evidence;
    struct str refs;       /* TIMELINE: the subjects that the ask names, packed */
    struct str question;
};

struct query_answer {
    uint32_t status;
    struct str json;
};

void query_wire_encode_question(const struct query_question *question, struct bytes *body);
int query_wire_decode_question(struct str body, struct query_question *question) MUST_USE;
void query_wire_encode_answer(const struct query_answer *answer, struct bytes *body);
int query_wire_decode_answer(struct str body, struct query_answer *answer) MUST_USE;

#endif
