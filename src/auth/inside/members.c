#include "auth/inside/members.h"

#include "auth/inside/database.h"
#include "base/err.h"

#define MEMBER_COLUMNS \
    "SELECT m.principal, m.name, m.is_owner, m.is_invited, p.frozen_ms, p.ended_ms, m.seen_ms," \
    " m.password, m.totp, m.totp_step FROM member m JOIN principal p ON p.id = m.principal"

static void prepare_changes(struct members *m, struct db *db)
{
    m->freeze = db_prepare(db, "UPDATE principal SET frozen_ms = ?2 WHERE id = ?1");
    m->end = db_prepare(db, "UPDATE principal SET ended_ms = ?2 WHERE id = ?1");
    m->arrive = db_prepare(db, "UPDATE member SET is_invited = 0, seen_ms = ?2"
                               " WHERE principal = ?1");
    m->set_password = db_prepare(db, "UPDATE member SET password = ?2 WHERE principal = ?1");
    m->set_totp = db_prepare(db, "UPDATE member SET totp = ?2, totp_step = 0"
                                 " WHERE principal = ?1");
    m->use_totp = db_prepare(db, "UPDATE member SET totp_step = ?2 WHERE principal = ?1 AND"
                                 " totp_step < ?2 RETURNING principal");
    m->put_host = db_prepare(db, "UPDATE house SET host = ?1");
}

void members_init(struct members *m, struct db *db)
{
    m->add_principal = db_prepare(db, "INSERT INTO principal (kind, made_ms) VALUES (?1, ?2)"
                                      " RETURNING id");
    m->add = db_prepare(db, "INSERT INTO member (principal, name, is_owner, is_invited)"
                            " VALUES (?1, ?2, ?3, 1 - ?3)");
    m->find = db_prepare(db, MEMBER_COLUMNS " WHERE m.principal = ?1");
    m->next = db_prepare(db, MEMBER_COLUMNS " WHERE m.principal > ?1 ORDER BY 1 LIMIT 1");
    m->by_name = db_prepare(db, "SELECT min(m.principal) FROM member m JOIN principal p"
                                " ON p.id = m.principal WHERE m.name = ?1 COLLATE NOCASE"
                                " AND p.ended_ms IS NULL HAVING count(*) = 1");
    m->state = db_prepare(db, "SELECT frozen_ms, ended_ms FROM principal WHERE id = ?1");
    m->host = db_prepare(db, "SELECT host FROM house");
    m->first_owner = db_prepare(db, "SELECT min(principal) FROM member WHERE is_owner = 1");
    m->add_os = db_prepare(db, "INSERT INTO os_user (uid, principal) VALUES (?1, ?2)");
    m->find_os = db_prepare(db, "SELECT principal FROM os_user WHERE uid = ?1");
    prepare_changes(m, db);
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

static int add(struct members *m, uint32_t principal, struct str name, bool is_owner)
{
    db_reset(m->add);
    db_bind_i64(m->add, 1, principal);
    db_bind_text(m->add, 2, name);
    db_bind_i64(m->add, 3, is_owner);
    return database_run(m->add);
}

int members_add_owner(struct members *m, struct str name, int64_t now_ms, uint32_t *principal)
{
    int r = members_add_principal(m, "member", now_ms, principal);
    return r == 0 ? add(m, *principal, name, true) : r;
}

int members_add(struct members *m, uint32_t principal, struct str name)
{
    return add(m, principal, name, false);
}

static int read_member(struct db_statement *s, struct arena *arena, struct member *out)
{
    int r = db_step(s);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    *out = (struct member){
        .principal = (uint32_t)db_get_i64(s, 0), .name = arena_copy(arena, db_get_bytes(s, 1)),
        .is_owner = db_get_i64(s, 2) != 0, .is_invited = db_get_i64(s, 3) != 0,
        .is_frozen = !db_is_null(s, 4), .is_ended = !db_is_null(s, 5),
        .seen_ms = db_get_i64(s, 6), .password = arena_copy(arena, db_get_bytes(s, 7)),
        .totp = arena_copy(arena, db_get_bytes(s, 8)), .totp_step = db_get_i64(s, 9),
    };
    db_reset(s);
    return 0;
}

int members_find(struct members *m, uint32_t principal, struct arena *arena, struct member *out)
{
    db_reset(m->find);
    db_bind_i64(m->find, 1, principal);
    return read_member(m->find, arena, out);
}

int members_next(struct members *m, uint32_t after, struct arena *arena, struct member *out)
{
    db_reset(m->next);
    db_bind_i64(m->next, 1, after);
    return read_member(m->next, arena, out);
}

int members_find_name(struct members *m, struct str name, uint32_t *principal)
{
    db_reset(m->by_name);
    db_bind_text(m->by_name, 1, name);
    return one_number(m->by_name, principal);
}

int members_is_barred(struct members *m, uint32_t principal, bool *is_frozen, bool *is_ended)
{
    db_reset(m->state);
    db_bind_i64(m->state, 1, principal);
    int r = db_step(m->state);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    *is_frozen = !db_is_null(m->state, 0);
    *is_ended = !db_is_null(m->state, 1);
    db_reset(m->state);
    return 0;
}

int members_set_frozen(struct members *m, uint32_t principal, bool is_frozen, int64_t now_ms)
{
    db_reset(m->freeze);
    db_bind_i64(m->freeze, 1, principal);
    if (is_frozen)
        db_bind_i64(m->freeze, 2, now_ms);
    else
        db_bind_null(m->freeze, 2);
    return database_run(m->freeze);
}

static int set_time(struct db_statement *s, uint32_t principal, int64_t now_ms)
{
    db_reset(s);
    db_bind_i64(s, 1, principal);
    db_bind_i64(s, 2, now_ms);
    return database_run(s);
}

int members_end(struct members *m, uint32_t principal, int64_t now_ms)
{
    return set_time(m->end, principal, now_ms);
}

int members_arrive(struct members *m, uint32_t principal, int64_t now_ms)
{
    return set_time(m->arrive, principal, now_ms);
}

int members_set_password(struct members *m, uint32_t principal, struct str text)
{
    db_reset(m->set_password);
    db_bind_i64(m->set_password, 1, principal);
    if (text.len)
        db_bind_text(m->set_password, 2, text);
    else
        db_bind_null(m->set_password, 2);
    return database_run(m->set_password);
}

int members_set_totp(struct members *m, uint32_t principal, struct str sealed)
{
    db_reset(m->set_totp);
    db_bind_i64(m->set_totp, 1, principal);
    if (sealed.len)
        db_bind_blob(m->set_totp, 2, sealed);
    else
        db_bind_null(m->set_totp, 2);
    return database_run(m->set_totp);
}

int members_use_totp(struct members *m, uint32_t principal, int64_t step)
{
    uint32_t used;
    db_reset(m->use_totp);
    db_bind_i64(m->use_totp, 1, principal);
    db_bind_i64(m->use_totp, 2, step);
    int r = one_number(m->use_totp, &used);
    return r == ERR_NOT_FOUND ? ERR_EXISTS : r;
}

int members_set_host(struct members *m, struct str host)
{
    db_reset(m->put_host);
    db_bind_text(m->put_host, 1, host);
    return database_run(m->put_host);
}

int members_host(struct members *m, struct arena *arena, struct str *out)
{
    db_reset(m->host);
    int r = db_step(m->host);
    if (r != 1)
        return r == 0 ? ERR_CORRUPT : r;
    *out = arena_copy(arena, db_get_bytes(m->host, 0));
    db_reset(m->host);
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
