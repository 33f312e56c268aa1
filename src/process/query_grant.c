#include "process/query_grant.h"

#include <string.h>

#include "auth/wire/grant_check.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "sys/clock.h"

void query_grants_init(struct query_grants *grants, const uint8_t public_key[32])
{
    *grants = (struct query_grants){ 0 };
    memcpy(grants->public_key, public_key, sizeof(grants->public_key));
    check(pthread_mutex_init(&grants->lock, NULL) == 0);
}

void query_grants_release(struct query_grants *grants)
{
    (void)pthread_mutex_destroy(&grants->lock);
}

void query_grants_set_boot_id(struct query_grants *grants, const uint8_t boot_id[16])
{
    (void)pthread_mutex_lock(&grants->lock);
    memcpy(grants->boot_id, boot_id, sizeof(grants->boot_id));
    grants->has_boot_id = true;
    (void)pthread_mutex_unlock(&grants->lock);
}

/* By the auth that lives, and young. */
static bool is_by_maker(struct query_grants *grants, struct str bytes, struct grant *grant)
{
    struct grant_maker maker = { .public_key = grants->public_key };
    uint8_t boot_id[sizeof(grants->boot_id)];
    (void)pthread_mutex_lock(&grants->lock);
    memcpy(boot_id, grants->boot_id, sizeof(boot_id));
    maker.boot_id = grants->has_boot_id ? boot_id : NULL;
    (void)pthread_mutex_unlock(&grants->lock);
    return grant_check_maker(bytes, &maker, clock_boot_ms(), grant) == NULL;
}

/* What the grant of a question must be. */
static uint8_t kind_of(enum query_what what)
{
    return what == QUERY_TIMELINE ? GRANT_TIMELINE
           : query_what_has_ask(what) ? GRANT_ROWS : GRANT_QUESTION;
}

static bool has_right(const struct grant *grant, enum query_what what)
{
    switch (what) {
    case QUERY_PEOPLE:
    case QUERY_TIMELINE:
    case QUERY_EXPORT:
    case QUERY_EXPORT_NEXT: return (grant->rights & RIGHT_ROWS) != 0;
    case QUERY_RESOLVE: return (grant->rights & (RIGHT_ROWS | RIGHT_REVEAL)) != 0;
    case QUERY_LEDGER: return grant->rights != 0; /* the ledger decides what is shown to whom */
    default: return (grant->rights & RIGHT_AGGREGATE) != 0;
    }
}

int query_grants_open(struct query_grants *grants, const struct query_question *question,
                      struct grant *out)
{
    uint8_t hash[HASH_SHA256_BYTES];
    if (!is_by_maker(grants, question->grant, out))
        return ERR_DENIED;
    hash_sha256(query_what_has_ask(question->what) ? question->ask : question->question, hash);
    bool holds = out->kind == kind_of(question->what) &&
                 hash_equal(hash, out->ask_hash, sizeof(hash)) &&
                 out->project == question->project && has_right(out, question->what);
    return holds ? 0 : ERR_DENIED;
}

int query_grants_check(struct query_grants *grants, const struct query_question *question,
                       uint64_t *rights)
{
    struct grant grant;
    *rights = 0;
    if (question->grant.len == 0 && question->what < QUERY_PEOPLE)
        return 0;
    int r = query_grants_open(grants, question, &grant);
    if (r == 0)
        *rights = grant.rights;
    return r;
}
