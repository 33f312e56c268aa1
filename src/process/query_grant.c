#include "process/query_grant.h"

#include <string.h>

#include "auth/wire/grant.h"
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

static bool is_of_the_living(struct query_grants *grants, const struct grant *grant)
{
    (void)pthread_mutex_lock(&grants->lock);
    bool is_same = grants->has_boot_id &&
                   hash_equal(grants->boot_id, grant->boot_id, sizeof(grants->boot_id));
    (void)pthread_mutex_unlock(&grants->lock);
    return is_same;
}

static bool is_young(const struct grant *grant)
{
    uint64_t now = clock_boot_ms();
    uint64_t life = grant->life_ms < GRANT_LIFE_MS ? grant->life_ms : GRANT_LIFE_MS;
    return grant->issued_boot_ms <= now && now - grant->issued_boot_ms <= life;
}

int query_grants_check(struct query_grants *grants, const struct query_question *question,
                       uint64_t *rights)
{
    struct grant grant;
    uint8_t hash[HASH_SHA256_BYTES];
    *rights = 0;
    if (question->grant.len == 0)
        return 0;
    if (grant_open(question->grant, grants->public_key, &grant) != 0)
        return ERR_DENIED;
    hash_sha256(question->question, hash);
    if (grant.kind != GRANT_QUESTION || !hash_equal(hash, grant.ask_hash, sizeof(hash)) ||
        grant.project != question->project || !(grant.rights & RIGHT_AGGREGATE) ||
        !is_young(&grant) || !is_of_the_living(grants, &grant))
        return ERR_DENIED;
    *rights = grant.rights;
    return 0;
}
