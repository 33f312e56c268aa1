/* Answers to what web asks (query/wire/query_wire.h): one question in, a status and a JSON body
 * out. What is about single people is answered by query_rows, behind its gate. Safe from several
 * threads.
 *
 * An error is {"error":{"at":JSON pointer,"code":…,"message":English}}: 400 what the asker did
 * wrong ("query", "where", "personal", "unsupported", "project"), 403 "grant", 413 "too_large",
 * 429 "rate", 503 "closed"; docs/formats/console-api.md has those of the gate. */
#ifndef PROCESS_QUERY_ANSWER_H
#define PROCESS_QUERY_ANSWER_H

#include <stdatomic.h>

#include "process/query_follow.h"
#include "process/query_grant.h"
#include "process/query_intake.h"
#include "process/query_live.h"
#include "process/query_rate.h"
#include "process/query_rows.h"
#include "query/backend.h"
#include "query/wire/query_wire.h"
#include "store/store.h"
#include "sys/file.h"

enum {
    QUERY_FOLD_UNDER = 10,         /* people in a group, or the project's minimum if that is more */
    QUERY_FOLD_UNDER_MAX = 1000000,
    QUERY_REPORT_THREADS = 2,
    QUERY_LIVE_WAIT_MAX_MS = 20000,
    QUERY_VALUES_MAX = 100,
};

struct query_answers {
    struct stores *stores;
    struct query_live *live;
    const struct query_follow *follow;
    const struct query_intake *intake;
    struct query_grants *grants;
    struct fs *zones;              /* NULL: only UTC */
    struct query_rows *rows;       /* NULL: nothing about single people is answered */
    struct query_rate *folded;     /* of reports that had to fold; NULL = uncounted */
    /* Who answers reports over a project's store; freed with destroy_backend. */
    struct backend *(*create_backend)(struct store *store);
    void (*destroy_backend)(struct backend *backend);
};

/* What the question's grant is worth. It is judged when the question comes: a question may wait for
 * a free worker, and a poll for news, longer than a grant lives. */
struct query_verdict {
    bool holds;
    uint64_t rights;   /* 0 without a grant */
    struct grant grant;
};
struct query_verdict query_answer_judge(const struct query_answers *answers,
                                        const struct query_question *question);
/* The answer, appended to *json; its status. 0 = nobody waits for it any more. */
uint32_t query_answer(const struct query_answers *answers, const struct query_question *question,
                      const struct query_verdict *verdict, const _Atomic bool *cancelled,
                      struct bytes *json);
/* {"error":…} with that status, which is returned. */
uint32_t query_answer_error(struct bytes *json, uint32_t status, struct str at, const char *code,
                            struct str message);
/* Whether a QUERY_LIVE question has to wait for news: after what, and how long from now. */
struct query_answer_wait {
    struct query_live_cursor after;
    uint32_t wait_ms;
};
bool query_answer_must_wait(const struct query_answers *answers,
                            const struct query_question *question,
                            struct query_answer_wait *out);

#endif
