#include "auth/inside/logins.h"

#include <string.h>

#include "auth/inside/database.h"
#include "base/err.h"
#include "crypto/random.h"

void logins_init(struct logins *l, struct db *db)
{
    *l = (struct logins){ 0 };
    l->add = db_prepare(db, "INSERT INTO login (member, hash, entered_ms, ends_ms, seen_ms)"
                            " VALUES (?1, ?2, ?3, ?4, ?3)");
    l->find = db_prepare(db, "SELECT id, member FROM login WHERE hash = ?1 AND ends_ms > ?2");
    l->end = db_prepare(db, "DELETE FROM login WHERE hash = ?1");
    l->sweep = db_prepare(db, "DELETE FROM login WHERE ends_ms <= ?1");
    l->update_seen = db_prepare(db, "UPDATE login SET seen_ms = ?1 WHERE id = ?2");
}

void logins_release(struct logins *l)
{
    seen_release(&l->seen);
}

int logins_begin(struct logins *l, uint32_t member, int64_t now_ms, char cookie[44])
{
    uint8_t hash[SECRET_HASH_BYTES];
    db_reset(l->sweep);
    db_bind_i64(l->sweep, 1, now_ms);
    int r = database_run(l->sweep);
    if (r != 0)
        return r;
    random_text(cookie);
    secret_hash(str_from(cookie), hash);
    db_reset(l->add);
    db_bind_i64(l->add, 1, member);
    db_bind_blob(l->add, 2, str_of(hash, sizeof(hash)));
    db_bind_i64(l->add, 3, now_ms);
    db_bind_i64(l->add, 4, now_ms + LOGINS_LIFE_MS);
    return database_run(l->add);
}

/* The search is by the hash: how long it takes tells about hashes, of which nobody can choose one
 * without knowing a text that has it. */
int logins_find(struct logins *l, struct str cookie, int64_t now_ms, struct login *out)
{
    if (cookie.len != SECRET_TEXT_BYTES)
        return ERR_NOT_FOUND;
    secret_hash(cookie, out->hash);
    db_reset(l->find);
    db_bind_blob(l->find, 1, str_of(out->hash, sizeof(out->hash)));
    db_bind_i64(l->find, 2, now_ms);
    int r = db_step(l->find);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    out->id = db_get_i64(l->find, 0);
    out->member = (uint32_t)db_get_i64(l->find, 1);
    db_reset(l->find);
    seen_note(&l->seen, out->id, now_ms);
    return 0;
}

int logins_end(struct logins *l, struct str cookie)
{
    uint8_t hash[SECRET_HASH_BYTES];
    secret_hash(cookie, hash);
    db_reset(l->end);
    db_bind_blob(l->end, 1, str_of(hash, sizeof(hash)));
    return database_run(l->end);
}

int logins_flush(struct logins *l)
{
    return seen_flush(&l->seen, l->update_seen);
}
