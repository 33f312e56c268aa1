/* web → query. One frame type asks, one answers; all of it without a single person in it.
 *
 * type 1 QUESTION: u8 what · u8 zero 3 · u32 zero · u64 project · u32 grant length (0 or 256) ·
 *   grant · u32 settings length · settings (JSON of the project, as auth said: zone, week_start,
 *   classes) · rest: the question's bytes (JSON; the spec for REPORT, parameters for the others).
 * type 2 ANSWER: u32 HTTP-like status · rest: JSON.
 * A grant of kind question names SHA-256 of the question's bytes (wall.md 5.4). Without a grant, or
 * without the right `unfolded` in it, small cells are folded. */
#ifndef QUERY_WIRE_QUERY_WIRE_H
#define QUERY_WIRE_QUERY_WIRE_H

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
};

enum { QUERY_GRANT_BYTES = 256 };

struct query_question {
    enum query_what what;
    uint64_t project;
    struct str grant;      /* 256 bytes or empty */
    struct str settings;   /* JSON object */
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
