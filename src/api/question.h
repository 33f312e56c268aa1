/* A question on its way: auth lets the asker in and signs a grant for exactly these bytes, query
 * answers them. While auth is away, those whom it let in within the last minute go on without a
 * grant. */
#ifndef API_QUESTION_H
#define API_QUESTION_H

#include "api/call.h"
#include "query/wire/query_wire.h"

struct question {
    enum query_what what;
    uint64_t project;         /* 0: the asker's */
    struct str json;
    uint32_t timeout_ms;
};

/* What came back: query's own words (json, which may be an error of its own with its status), or,
 * where json is empty, why it did not get there. */
struct question_answer {
    unsigned status;
    struct str json;          /* borrows from buf */
    struct call_error error;
    struct bytes buf;         /* the caller wipes it */
};

void question_ask(struct call *call, const struct question *question,
                  struct question_answer *out);

#endif
