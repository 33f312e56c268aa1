/* What a question's grant is worth: wall.md 5.4, as far as query checks it. */
#ifndef PROCESS_QUERY_GRANT_H
#define PROCESS_QUERY_GRANT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "auth/wire/grant.h"
#include "base/check.h"
#include "query/wire/query_wire.h"

struct query_grants {
    uint8_t public_key[32];   /* auth's */
    pthread_mutex_t lock;
    uint8_t boot_id[16];      /* of the auth that lives now; grants of a former one are dead */
    bool has_boot_id;
};

void query_grants_init(struct query_grants *grants, const uint8_t public_key[32]);
void query_grants_release(struct query_grants *grants);
void query_grants_set_boot_id(struct query_grants *grants, const uint8_t boot_id[16]);
/* *rights: those of the grant, 0 without one. ERR_DENIED for a grant that does not hold: signature,
 * kind, the question's hash, project, the right to aggregates, age, boot id. */
int query_grants_check(struct query_grants *grants, const struct query_question *question,
                       uint64_t *rights) MUST_USE;
/* The same where there must be a grant, of the kind, hash and right that belong to what is asked:
 * for people it names the ask, for all else the question. */
int query_grants_open(struct query_grants *grants, const struct query_question *question,
                      struct grant *out) MUST_USE;

#endif
