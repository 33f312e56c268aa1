#include "auth/inside/invitations.h"

#include "auth/inside/database.h"
#include "base/err.h"

void invitations_init(struct invitations *v, struct db *db)
{
    v->put = db_prepare(db, "INSERT INTO link (hash, member, ends_ms) VALUES (?1, ?2, ?3)");
    v->use = db_prepare(db, "DELETE FROM link WHERE hash = ?1 AND ends_ms > ?2"
                            " RETURNING member");
    v->end = db_prepare(db, "DELETE FROM link WHERE member = ?1");
    v->sweep = db_prepare(db, "DELETE FROM link WHERE ends_ms <= ?1");
}

int invitations_end(struct invitations *v, uint32_t member)
{
    db_reset(v->end);
    db_bind_i64(v->end, 1, member);
    return database_run(v->end);
}

int invitations_put_hash(struct invitations *v, uint32_t member,
                         const uint8_t hash[SECRET_HASH_BYTES], int64_t now_ms)
{
    int r = invitations_end(v, member);
    if (r != 0)
        return r;
    db_reset(v->sweep);
    db_bind_i64(v->sweep, 1, now_ms);
    r = database_run(v->sweep);
    if (r != 0)
        return r;
    db_reset(v->put);
    db_bind_blob(v->put, 1, str_of(hash, SECRET_HASH_BYTES));
    db_bind_i64(v->put, 2, member);
    db_bind_i64(v->put, 3, now_ms + INVITATIONS_LIFE_MS);
    return database_run(v->put);
}

int invitations_put(struct invitations *v, uint32_t member, struct str text, int64_t now_ms)
{
    uint8_t hash[SECRET_HASH_BYTES];
    secret_hash(text, hash);
    return invitations_put_hash(v, member, hash, now_ms);
}

/* By the hash, as logins are: how long the search takes tells about hashes alone. */
int invitations_use(struct invitations *v, struct str text, int64_t now_ms, uint32_t *member)
{
    uint8_t hash[SECRET_HASH_BYTES];
    secret_hash(text, hash);
    db_reset(v->use);
    db_bind_blob(v->use, 1, str_of(hash, sizeof(hash)));
    db_bind_i64(v->use, 2, now_ms);
    int r = db_step(v->use);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    *member = (uint32_t)db_get_i64(v->use, 0);
    r = db_step(v->use);
    db_reset(v->use);
    return r == 1 ? ERR_CORRUPT : r;
}
