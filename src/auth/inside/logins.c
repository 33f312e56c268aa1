#include "auth/inside/logins.h"

#include <string.h>

#include "auth/inside/database.h"
#include "base/err.h"
#include "crypto/random.h"

#define LOGIN_COLUMNS \
    "SELECT id, member, hash, level, key_type, key, credential, entered_ms, ends_ms, seen_ms," \
    " agent, address FROM login "

void logins_init(struct logins *l, struct db *db)
{
    *l = (struct logins){ 0 };
    l->add = db_prepare(db, "INSERT INTO login (member, hash, entered_ms, ends_ms, seen_ms, level,"
                            " key_type, key, credential, agent, address, told)"
                            " VALUES (?1, ?2, ?3, ?4, ?3, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    l->find = db_prepare(db, LOGIN_COLUMNS "WHERE hash = ?1 AND ends_ms > ?2");
    l->next = db_prepare(db, LOGIN_COLUMNS "WHERE id > ?1 AND (?2 = 0 OR member = ?2)"
                                           " ORDER BY id LIMIT 1");
    l->next_told = db_prepare(db, "SELECT id, told FROM login WHERE id > ?1 AND ends_ms > ?2 AND"
                                  " told IS NOT NULL ORDER BY id LIMIT 1");
    l->end = db_prepare(db, "DELETE FROM login WHERE hash = ?1");
    l->end_id = db_prepare(db, "DELETE FROM login WHERE id = ?1");
    l->end_member = db_prepare(db, "DELETE FROM login WHERE member = ?1");
    l->sweep = db_prepare(db, "DELETE FROM login WHERE ends_ms <= ?1");
    l->update_seen = db_prepare(db, "UPDATE login SET seen_ms = ?1 WHERE id = ?2");
}

void logins_release(struct logins *l)
{
    seen_release(&l->seen);
}

void logins_make_cookie(char cookie[44], uint8_t hash[SECRET_HASH_BYTES])
{
    random_text(cookie);
    secret_hash(str_from(cookie), hash);
}

int logins_begin(struct logins *l, const struct logins_new *n,
                 const uint8_t hash[SECRET_HASH_BYTES], int64_t now_ms)
{
    db_reset(l->sweep);
    db_bind_i64(l->sweep, 1, now_ms);
    int r = database_run(l->sweep);
    if (r != 0)
        return r;
    db_reset(l->add);
    db_bind_i64(l->add, 1, n->member);
    db_bind_blob(l->add, 2, str_of(hash, SECRET_HASH_BYTES));
    db_bind_i64(l->add, 3, now_ms);
    db_bind_i64(l->add, 4, now_ms + LOGINS_LIFE_MS);
    db_bind_i64(l->add, 5, n->level);
    db_bind_i64(l->add, 6, n->key_type);
    db_bind_blob(l->add, 7, n->key.ptr ? n->key : STR(""));
    db_bind_blob(l->add, 8, n->credential ? str_of(n->credential, 16) : STR(""));
    db_bind_text(l->add, 9, n->agent.ptr ? n->agent : STR(""));
    db_bind_text(l->add, 10, n->address.ptr ? n->address : STR(""));
    if (n->told.len)
        db_bind_blob(l->add, 11, n->told);
    else
        db_bind_null(l->add, 11);
    return database_run(l->add);
}

/* arena: for agent and address; NULL leaves them out. */
static int read_login(struct db_statement *s, struct arena *arena, struct login *out)
{
    int r = db_step(s);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    struct str hash = db_get_bytes(s, 2), key = db_get_bytes(s, 5),
               credential = db_get_bytes(s, 6);
    *out = (struct login){
        .id = db_get_i64(s, 0), .member = (uint32_t)db_get_i64(s, 1),
        .level = (uint8_t)db_get_i64(s, 3), .key_type = (uint8_t)db_get_i64(s, 4),
        .key_len = key.len, .began_ms = db_get_i64(s, 7), .ends_ms = db_get_i64(s, 8),
        .seen_ms = db_get_i64(s, 9),
    };
    bool is_whole = hash.len == sizeof(out->hash) && key.len <= sizeof(out->key) &&
                    (credential.len == 0 || credential.len == sizeof(out->credential));
    if (is_whole) {
        memcpy(out->hash, hash.ptr, hash.len);
        if (key.len)
            memcpy(out->key, key.ptr, key.len);
        if (credential.len)
            memcpy(out->credential, credential.ptr, credential.len);
    }
    if (arena) {
        out->agent = arena_copy(arena, db_get_bytes(s, 10));
        out->address = arena_copy(arena, db_get_bytes(s, 11));
    }
    db_reset(s);
    return is_whole ? 0 : ERR_CORRUPT;
}

/* What is only in memory yet is newer than what the row says. */
static void take_newer_seen(const struct logins *l, struct login *login)
{
    int64_t at_ms = seen_at(&l->seen, login->id);
    if (at_ms > login->seen_ms)
        login->seen_ms = at_ms;
}

/* The search is by the hash: how long it takes tells about hashes, of which nobody can choose one
 * without knowing a text that has it. */
int logins_find(struct logins *l, struct str cookie, int64_t now_ms, struct login *out)
{
    uint8_t hash[SECRET_HASH_BYTES];
    if (cookie.len != SECRET_TEXT_BYTES)
        return ERR_NOT_FOUND;
    secret_hash(cookie, hash);
    db_reset(l->find);
    db_bind_blob(l->find, 1, str_of(hash, sizeof(hash)));
    db_bind_i64(l->find, 2, now_ms);
    int r = read_login(l->find, NULL, out);
    if (r == 0)
        take_newer_seen(l, out);
    return r;
}

void logins_note(struct logins *l, const struct login *login, int64_t now_ms)
{
    seen_note(&l->seen, login->id, now_ms);
}

int logins_next(struct logins *l, uint32_t member, int64_t after, struct arena *arena,
                struct login *out)
{
    db_reset(l->next);
    db_bind_i64(l->next, 1, after);
    db_bind_i64(l->next, 2, member);
    int r = read_login(l->next, arena, out);
    if (r == 0)
        take_newer_seen(l, out);
    return r;
}

int logins_next_told(struct logins *l, int64_t now_ms, int64_t *id, struct bytes *out)
{
    db_reset(l->next_told);
    db_bind_i64(l->next_told, 1, *id);
    db_bind_i64(l->next_told, 2, now_ms);
    int r = db_step(l->next_told);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    *id = db_get_i64(l->next_told, 0);
    bytes_append_str(out, db_get_bytes(l->next_told, 1));
    db_reset(l->next_told);
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

int logins_end_id(struct logins *l, int64_t id)
{
    db_reset(l->end_id);
    db_bind_i64(l->end_id, 1, id);
    return database_run(l->end_id);
}

int logins_end_member(struct logins *l, uint32_t member)
{
    db_reset(l->end_member);
    db_bind_i64(l->end_member, 1, member);
    return database_run(l->end_member);
}

int logins_flush(struct logins *l)
{
    return seen_flush(&l->seen, l->update_seen);
}
