#include "auth/inside/access.h"

#include "auth/inside/database.h"
#include "base/err.h"

enum {
    VIEWER = RIGHT_AGGREGATE,
    ANALYST = RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS,
    SUPPORT = ANALYST | RIGHT_REVEAL,
    RESPONDER = RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_APPROVE,
    OWNER = RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_SETTINGS | RIGHT_APPROVE,
};

static const struct { const char *name; uint64_t rights; } roles[] = {
    { "viewer", VIEWER }, { "analyst", ANALYST }, { "support", SUPPORT },
    { "responder", RESPONDER }, { "owner", OWNER },
};

/* In the order of their bits. */
static const char *const right_names[] = { "collect", "aggregate", "unfolded", "rows", "reveal",
                                           "export", "approve", "settings" };
enum { RIGHT_COUNT = sizeof(right_names) / sizeof(right_names[0]) };

void access_init(struct access *a, struct db *db)
{
    a->put = db_prepare(db, "INSERT OR REPLACE INTO access (principal, project, roles, rights)"
                            " VALUES (?1, ?2, ?3, ?4)");
    a->clear = db_prepare(db, "DELETE FROM access WHERE principal = ?1");
    a->find = db_prepare(db, "SELECT project, roles, rights FROM access"
                             " WHERE principal = ?1 AND project = ?2");
    a->next = db_prepare(db, "SELECT project, roles, rights FROM access"
                             " WHERE principal = ?1 AND project > ?2 ORDER BY project LIMIT 1");
}

int access_put(struct access *a, uint32_t principal, const struct access_entry *entry)
{
    db_reset(a->put);
    db_bind_i64(a->put, 1, principal);
    db_bind_i64(a->put, 2, (int64_t)entry->project);
    db_bind_text(a->put, 3, entry->roles);
    db_bind_i64(a->put, 4, (int64_t)entry->rights);
    return database_run(a->put);
}

int access_clear(struct access *a, uint32_t principal)
{
    db_reset(a->clear);
    db_bind_i64(a->clear, 1, principal);
    return database_run(a->clear);
}

static int read_entry(struct db_statement *s, uint32_t principal, uint64_t project,
                      struct arena *arena, struct access_entry *out)
{
    db_reset(s);
    db_bind_i64(s, 1, principal);
    db_bind_i64(s, 2, (int64_t)project);
    int r = db_step(s);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    out->project = (uint64_t)db_get_i64(s, 0);
    out->roles = arena_copy(arena, db_get_bytes(s, 1));
    out->rights = (uint64_t)db_get_i64(s, 2);
    db_reset(s);
    return 0;
}

int access_find(struct access *a, uint32_t principal, uint64_t project, struct arena *arena,
                struct access_entry *out)
{
    return read_entry(a->find, principal, project, arena, out);
}

int access_next(struct access *a, uint32_t principal, uint64_t after, struct arena *arena,
                struct access_entry *out)
{
    return read_entry(a->next, principal, after, arena, out);
}

int access_all_rights(struct access *a, uint32_t principal, uint64_t *rights)
{
    struct access_entry entry = { 0 };
    struct arena arena;
    int r;
    arena_init(&arena, 0);
    *rights = 0;
    while ((r = access_next(a, principal, entry.project, &arena, &entry)) == 0)
        *rights |= entry.rights;
    arena_release(&arena);
    return r == ERR_NOT_FOUND ? 0 : r;
}

/* ---- words ---------------------------------------------------------------------------------- */

uint64_t access_role_rights(struct str role)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (str_equal(role, str_from(roles[i].name)))
            return roles[i].rights;
    return 0;
}

static uint64_t right_named(struct str name)
{
    for (unsigned i = 0; i < RIGHT_COUNT; i++)
        if (str_equal(name, str_from(right_names[i])))
            return 1ull << i;
    return 0;
}

bool access_read_rights(const struct json_node *list, uint64_t *rights)
{
    *rights = 0;
    if (!list || json_doc_type(list) != JSON_ARRAY)
        return false;
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;) {
        uint64_t right = right_named(json_doc_string(n));
        if (right == 0)
            return false;
        *rights |= right;
    }
    return true;
}

void access_write_rights(uint64_t rights, struct json_write *w)
{
    json_write_begin_array(w);
    for (unsigned i = 0; i < RIGHT_COUNT; i++)
        if (rights & 1ull << i)
            json_write_text(w, right_names[i]);
    json_write_end_array(w);
}

/* The names with blanks between them; false for an unknown one or one that comes twice. */
static bool read_roles(const struct json_node *list, struct arena *arena,
                       struct access_entry *out)
{
    out->roles = STR("");
    out->rights = 0;
    if (!list || json_doc_type(list) != JSON_ARRAY || json_doc_count(list) == 0 ||
        json_doc_count(list) > sizeof(roles) / sizeof(roles[0]))
        return false;
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;) {
        struct str role = json_doc_string(n);
        uint64_t rights = access_role_rights(role);
        if (rights == 0 || str_find(out->roles, role) >= 0)
            return false;
        out->rights |= rights;
        out->roles = arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(out->roles),
                                  out->roles.len ? " " : "", STR_ARG(role));
    }
    return true;
}

int access_read_detail(const struct json_node *detail, struct arena *arena,
                       struct access_entry *out, uint32_t *count)
{
    const struct json_node *rights = json_doc_member(detail, "rights"),
                           *named = json_doc_member(detail, "roles");
    *count = 0;
    if (!rights || !named || json_doc_type(rights) != JSON_OBJECT ||
        json_doc_type(named) != JSON_OBJECT || json_doc_count(rights) != json_doc_count(named) ||
        json_doc_count(named) == 0 || json_doc_count(named) > ACCESS_PROJECTS_MAX)
        return ERR_INVALID;
    for (const struct json_node *n = NULL; (n = json_doc_next(named, n)) != NULL;) {
        struct access_entry *entry = &out[*count];
        uint64_t said;
        /* A string of json/doc ends in NUL, a member's name too. */
        if (!str_to_u64(json_doc_name(n), &entry->project) || entry->project == 0 ||
            !read_roles(n, arena, entry) ||
            !access_read_rights(json_doc_member(rights, json_doc_name(n).ptr), &said) ||
            said != entry->rights)
            return ERR_INVALID;
        ++*count;
    }
    return 0;
}
