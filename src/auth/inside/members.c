#include "auth/inside/members.h"

#include "auth/inside/database.h"
#include "base/err.h"

void members_init(struct members *m, struct db *db)
{
    m->add_principal = db_prepare(db, "INSERT INTO principal (kind, made_ms) VALUES (?1, ?2)"
                                      " RETURNING id");
    m->add = db_prepare(db, "INSERT INTO member (principal, name, role) VALUES (?1, ?2, 'owner')");
    m->find = db_prepare(db, "SELECT name, role FROM member WHERE principal = ?1");
    m->first_owner = db_prepare(db, "SELECT min(principal) FROM member WHERE role = 'owner'");
    m->add_os = db_prepare(db, "INSERT INTO os_user (uid, principal) VALUES (?1, ?2)");
    m->find_os = db_prepare(db, "SELECT principal FROM os_user WHERE uid = ?1");
}

/* The one number that a statement gives, and its end. */
static int one_number(struct db_statement *s, uint32_t *out)
{
    int r = db_step(s);
    if (r == 0 || (r == 1 && db_is_null(s, 0))) {
        db_reset(s);
        return ERR_NOT_FOUND;
    }
    if (r < 0)
        return r;
    int64_t number = db_get_i64(s, 0);
    r = db_step(s);
    if (r == 1 || number <= 0 || number > UINT32_MAX) {
        db_reset(s);
        return ERR_CORRUPT;
    }
    *out = (uint32_t)number;
    return r;
}

int members_add_principal(struct members *m, const char *kind, int64_t now_ms, uint32_t *principal)
{
    db_reset(m->add_principal);
    db_bind_text(m->add_principal, 1, str_from(kind));
    db_bind_i64(m->add_principal, 2, now_ms);
    return one_number(m->add_principal, principal);
}

int members_add(struct members *m, struct str name, int64_t now_ms, uint32_t *principal)
{
    int r = members_add_principal(m, "member", now_ms, principal);
    if (r != 0)
        return r;
    db_reset(m->add);
    db_bind_i64(m->add, 1, *principal);
    db_bind_text(m->add, 2, name);
    return database_run(m->add);
}

int members_find(struct members *m, uint32_t principal, struct arena *arena, struct member *out)
{
    db_reset(m->find);
    db_bind_i64(m->find, 1, principal);
    int r = db_step(m->find);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    out->principal = principal;
    out->name = arena_copy(arena, db_get_bytes(m->find, 0));
    out->role = arena_copy(arena, db_get_bytes(m->find, 1));
    db_reset(m->find);
    return 0;
}

int members_find_first_owner(struct members *m, uint32_t *principal)
{
    db_reset(m->first_owner);
    return one_number(m->first_owner, principal);
}

int members_add_os(struct members *m, uint32_t uid, int64_t now_ms)
{
    uint32_t principal;
    int r = members_add_principal(m, "os", now_ms, &principal);
    if (r != 0)
        return r;
    db_reset(m->add_os);
    db_bind_i64(m->add_os, 1, uid);
    db_bind_i64(m->add_os, 2, principal);
    return database_run(m->add_os);
}

int members_find_os(struct members *m, uint32_t uid, uint32_t *principal)
{
    db_reset(m->find_os);
    db_bind_i64(m->find_os, 1, uid);
    return one_number(m->find_os, principal);
}
