#include "auth/inside/api_keys.h"

#include <string.h>

#include "auth/inside/database.h"
#include "base/err.h"

#define KEY_COLUMNS \
    "SELECT k.principal, k.project, k.rights, k.hash, k.key, k.name, k.addresses, k.expires_ms," \
    " p.made_ms, k.used_ms, p.frozen_ms FROM api_key k JOIN principal p ON p.id = k.principal "

void api_keys_init(struct api_keys *k, struct db *db)
{
    *k = (struct api_keys){ 0 };
    k->add = db_prepare(db, "INSERT INTO api_key (principal, project, key, hash, rights, name,"
                            " addresses, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    k->find = db_prepare(db, KEY_COLUMNS "WHERE k.key = ?1");
    k->next = db_prepare(db, KEY_COLUMNS "WHERE k.project = ?1 AND k.principal > ?2"
                                         " ORDER BY k.principal LIMIT 1");
    k->update_used = db_prepare(db, "UPDATE api_key SET used_ms = ?1 WHERE principal = ?2");
    k->end = db_prepare(db, "DELETE FROM api_key WHERE principal = ?1");
}

void api_keys_release(struct api_keys *k)
{
    seen_release(&k->used);
}

int api_keys_add(struct api_keys *k, const struct api_key *key)
{
    db_reset(k->add);
    db_bind_i64(k->add, 1, key->principal);
    db_bind_i64(k->add, 2, (int64_t)key->project);
    db_bind_text(k->add, 3, key->key);
    db_bind_blob(k->add, 4, str_of(key->hash, sizeof(key->hash)));
    db_bind_i64(k->add, 5, (int64_t)key->rights);
    db_bind_text(k->add, 6, key->name.ptr ? key->name : STR(""));
    db_bind_text(k->add, 7, key->addresses.ptr ? key->addresses : STR(""));
    if (key->expires_ms)
        db_bind_i64(k->add, 8, key->expires_ms);
    else
        db_bind_null(k->add, 8);
    return database_run(k->add);
}

static int read_row(struct db_statement *s, struct arena *arena, struct api_key *out)
{
    *out = (struct api_key){
        .principal = (uint32_t)db_get_i64(s, 0),
        .project = (uint64_t)db_get_i64(s, 1),
        .rights = (uint64_t)db_get_i64(s, 2),
        .key = arena_copy(arena, db_get_bytes(s, 4)),
        .name = arena_copy(arena, db_get_bytes(s, 5)),
        .addresses = arena_copy(arena, db_get_bytes(s, 6)),
        .expires_ms = db_get_i64(s, 7), .made_ms = db_get_i64(s, 8),
        .used_ms = db_get_i64(s, 9), .is_frozen = !db_is_null(s, 10),
    };
    struct str hash = db_get_bytes(s, 3);
    if (hash.len != sizeof(out->hash))
        return ERR_CORRUPT;
    memcpy(out->hash, hash.ptr, sizeof(out->hash));
    return 0;
}

int api_keys_find(struct api_keys *k, struct str key, struct str secret, struct arena *arena,
                  struct api_key *out)
{
    db_reset(k->find);
    db_bind_text(k->find, 1, key);
    int found = db_step(k->find), r = 0;
    *out = (struct api_key){ 0 };
    if (found == 1)
        r = read_row(k->find, arena, out);
    db_reset(k->find);
    /* Without a row it is compared all the same, with a hash that no text is known to have. */
    bool is_right = secret_matches(secret, out->hash);
    if (found < 0 || r != 0)
        return found < 0 ? found : r;
    if (found == 0 || !is_right)
        return ERR_NOT_FOUND;
    return 0;
}

void api_keys_note(struct api_keys *k, uint32_t principal, int64_t now_ms)
{
    seen_note(&k->used, principal, now_ms);
}

int api_keys_end(struct api_keys *k, uint32_t principal)
{
    db_reset(k->end);
    db_bind_i64(k->end, 1, principal);
    return database_run(k->end);
}

int api_keys_next(struct api_keys *k, uint64_t project, uint32_t after, struct arena *arena,
                  struct api_key *out)
{
    db_reset(k->next);
    db_bind_i64(k->next, 1, (int64_t)project);
    db_bind_i64(k->next, 2, after);
    int r = db_step(k->next);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    r = read_row(k->next, arena, out);
    int64_t used_ms = seen_at(&k->used, out->principal);
    if (used_ms > out->used_ms)
        out->used_ms = used_ms;
    db_reset(k->next);
    return r;
}

int api_keys_flush(struct api_keys *k)
{
    return seen_flush(&k->used, k->update_used);
}
