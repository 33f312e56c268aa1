#include "auth/inside/passkeys.h"

#include <string.h>

#include "auth/inside/database.h"
#include "base/err.h"

#define PASSKEY_COLUMNS \
    "SELECT id, member, name, point, sign_count, enrolled_ms FROM passkey "

void passkeys_init(struct passkeys *p, struct db *db)
{
    p->add = db_prepare(db, "INSERT INTO passkey (id, member, name, point, sign_count,"
                            " enrolled_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    p->find = db_prepare(db, PASSKEY_COLUMNS "WHERE id = ?1");
    p->next = db_prepare(db, PASSKEY_COLUMNS "WHERE member = ?1 AND id > ?2 ORDER BY id LIMIT 1");
    p->count = db_prepare(db, "SELECT count(*) FROM passkey WHERE member = ?1");
    p->use = db_prepare(db, "UPDATE passkey SET sign_count = ?2 WHERE id = ?1");
    p->end = db_prepare(db, "DELETE FROM passkey WHERE id = ?1");
    p->end_member = db_prepare(db, "DELETE FROM passkey WHERE member = ?1");
}

int passkeys_add(struct passkeys *p, const struct passkey *passkey)
{
    uint8_t point[64];
    memcpy(point, passkey->key.x, 32);
    memcpy(point + 32, passkey->key.y, 32);
    db_reset(p->add);
    db_bind_blob(p->add, 1, passkey->key.id);
    db_bind_i64(p->add, 2, passkey->member);
    db_bind_text(p->add, 3, passkey->name);
    db_bind_blob(p->add, 4, str_of(point, sizeof(point)));
    db_bind_i64(p->add, 5, passkey->key.sign_count);
    db_bind_i64(p->add, 6, passkey->enrolled_ms);
    return database_run(p->add);
}

static int read_passkey(struct db_statement *s, struct arena *arena, struct passkey *out)
{
    int r = db_step(s);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    struct str point = db_get_bytes(s, 3);
    *out = (struct passkey){
        .member = (uint32_t)db_get_i64(s, 1), .name = arena_copy(arena, db_get_bytes(s, 2)),
        .key = { .id = arena_copy(arena, db_get_bytes(s, 0)),
                 .sign_count = (uint32_t)db_get_i64(s, 4) },
        .enrolled_ms = db_get_i64(s, 5),
    };
    r = point.len == 64 ? 0 : ERR_CORRUPT;
    if (r == 0) {
        memcpy(out->key.x, point.ptr, 32);
        memcpy(out->key.y, point.ptr + 32, 32);
    }
    db_reset(s);
    return r;
}

int passkeys_find(struct passkeys *p, struct str id, struct arena *arena, struct passkey *out)
{
    db_reset(p->find);
    db_bind_blob(p->find, 1, id);
    return read_passkey(p->find, arena, out);
}

int passkeys_next(struct passkeys *p, uint32_t member, struct str after, struct arena *arena,
                  struct passkey *out)
{
    db_reset(p->next);
    db_bind_i64(p->next, 1, member);
    db_bind_blob(p->next, 2, after);
    return read_passkey(p->next, arena, out);
}

int passkeys_count(struct passkeys *p, uint32_t member, uint32_t *count)
{
    db_reset(p->count);
    db_bind_i64(p->count, 1, member);
    int r = db_step(p->count);
    if (r != 1)
        return r == 0 ? ERR_CORRUPT : r;
    *count = (uint32_t)db_get_i64(p->count, 0);
    db_reset(p->count);
    return 0;
}

int passkeys_use(struct passkeys *p, struct str id, uint32_t sign_count)
{
    db_reset(p->use);
    db_bind_blob(p->use, 1, id);
    db_bind_i64(p->use, 2, sign_count);
    return database_run(p->use);
}

int passkeys_end(struct passkeys *p, struct str id)
{
    db_reset(p->end);
    db_bind_blob(p->end, 1, id);
    return database_run(p->end);
}

int passkeys_end_member(struct passkeys *p, uint32_t member)
{
    db_reset(p->end_member);
    db_bind_i64(p->end_member, 1, member);
    return database_run(p->end_member);
}
