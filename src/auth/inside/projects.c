#include "auth/inside/projects.h"

#include "auth/inside/database.h"
#include "base/err.h"

enum { NAME_MAX_CHARACTERS = 100, ZONE_MAX_BYTES = 64 };

#define COLUMNS                                                                                    \
    "id, name, token, zone, phone_country, key_epoch, week_start, window_days, group_min, demo"

void projects_init(struct projects *p, struct db *db)
{
    p->add = db_prepare(db, "INSERT INTO project (" COLUMNS ")"
                            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id");
    p->find = db_prepare(db, "SELECT " COLUMNS " FROM project WHERE id = ?1");
    p->next = db_prepare(db, "SELECT " COLUMNS " FROM project WHERE id > ?1 ORDER BY id LIMIT 1");
    p->change = db_prepare(db, "UPDATE project SET name = ?2, zone = ?3 WHERE id = ?1");
    p->set_class = db_prepare(db, "INSERT INTO project_class (project, property, class)"
                                  " VALUES (?1, ?2, ?3) ON CONFLICT (project, property)"
                                  " DO UPDATE SET class = excluded.class");
    p->next_class = db_prepare(db, "SELECT property, class FROM project_class"
                                   " WHERE project = ?1 AND property > ?2"
                                   " ORDER BY property LIMIT 1");
    p->add_proxy = db_prepare(db, "INSERT OR IGNORE INTO trusted_proxy (address) VALUES (?1)");
    p->next_proxy = db_prepare(db, "SELECT address FROM trusted_proxy WHERE address > ?1"
                                   " ORDER BY address LIMIT 1");
}

int projects_add(struct projects *p, struct project *project)
{
    db_reset(p->add);
    if (project->id == 0)
        db_bind_null(p->add, 1);
    else
        db_bind_i64(p->add, 1, (int64_t)project->id);
    db_bind_text(p->add, 2, project->name);
    db_bind_text(p->add, 3, project->token);
    db_bind_text(p->add, 4, project->zone);
    db_bind_text(p->add, 5, project->phone_country);
    db_bind_i64(p->add, 6, project->key_epoch);
    db_bind_i64(p->add, 7, project->week_start);
    db_bind_i64(p->add, 8, project->window_days);
    db_bind_i64(p->add, 9, project->group_min);
    db_bind_i64(p->add, 10, project->is_demo);
    int r = db_step(p->add);
    if (r != 1)
        return r == 0 ? ERR_CORRUPT : r;
    project->id = (uint64_t)db_get_i64(p->add, 0);
    return database_run(p->add);
}

static int read_project(struct db_statement *s, struct arena *arena, struct project *out)
{
    int r = db_step(s);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    *out = (struct project){
        .id = (uint64_t)db_get_i64(s, 0),
        .name = arena_copy(arena, db_get_bytes(s, 1)),
        .token = arena_copy(arena, db_get_bytes(s, 2)),
        .zone = arena_copy(arena, db_get_bytes(s, 3)),
        .phone_country = arena_copy(arena, db_get_bytes(s, 4)),
        .key_epoch = (uint32_t)db_get_i64(s, 5),
        .week_start = (uint32_t)db_get_i64(s, 6),
        .window_days = (uint32_t)db_get_i64(s, 7),
        .group_min = (uint32_t)db_get_i64(s, 8),
        .is_demo = db_get_i64(s, 9) != 0,
    };
    db_reset(s);
    return 0;
}

int projects_find(struct projects *p, uint64_t id, struct arena *arena, struct project *out)
{
    if (id > INT64_MAX)
        return ERR_NOT_FOUND;
    db_reset(p->find);
    db_bind_i64(p->find, 1, (int64_t)id);
    return read_project(p->find, arena, out);
}

int projects_next(struct projects *p, uint64_t after, struct arena *arena, struct project *out)
{
    db_reset(p->next);
    db_bind_i64(p->next, 1, (int64_t)after);
    return read_project(p->next, arena, out);
}

int projects_change(struct projects *p, uint64_t id, struct str name, struct str zone)
{
    db_reset(p->change);
    db_bind_i64(p->change, 1, (int64_t)id);
    db_bind_text(p->change, 2, name);
    db_bind_text(p->change, 3, zone);
    return database_run(p->change);
}

int projects_set_class(struct projects *p, uint64_t id, struct str property, struct str class)
{
    db_reset(p->set_class);
    db_bind_i64(p->set_class, 1, (int64_t)id);
    db_bind_text(p->set_class, 2, property);
    db_bind_text(p->set_class, 3, class);
    return database_run(p->set_class);
}

int projects_next_class(struct projects *p, uint64_t id, struct str after, struct arena *arena,
                        struct project_class *out)
{
    db_reset(p->next_class);
    db_bind_i64(p->next_class, 1, (int64_t)id);
    db_bind_text(p->next_class, 2, after);
    int r = db_step(p->next_class);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    out->property = arena_copy(arena, db_get_bytes(p->next_class, 0));
    out->class = arena_copy(arena, db_get_bytes(p->next_class, 1));
    db_reset(p->next_class);
    return 0;
}

int projects_add_proxy(struct projects *p, struct str address)
{
    db_reset(p->add_proxy);
    db_bind_text(p->add_proxy, 1, address);
    return database_run(p->add_proxy);
}

int projects_next_proxy(struct projects *p, struct str after, struct arena *arena,
                        struct str *address)
{
    db_reset(p->next_proxy);
    db_bind_text(p->next_proxy, 1, after);
    int r = db_step(p->next_proxy);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    *address = arena_copy(arena, db_get_bytes(p->next_proxy, 0));
    db_reset(p->next_proxy);
    return 0;
}

/* ---- forms ---------------------------------------------------------------------------------- */

/* The next character of valid UTF-8. */
static uint32_t take_character(struct str *rest)
{
    const uint8_t *p = (const uint8_t *)rest->ptr;
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        c = c << 6 | (p[i] & 0x3f);
    *rest = str_from_index(*rest, len);
    return c;
}

/* Control characters, and those that turn the direction of what stands around them. The marks
 * (U+200E, U+200F, U+061C) turn nothing but themselves and stay: Arabic names are written so. */
static bool is_unfit(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

bool projects_is_name(struct str name)
{
    uint32_t count = 0;
    if (!str_is_utf8(name) || str_trim(name).len == 0)
        return false;
    for (; name.len > 0; count++)
        if (count == NAME_MAX_CHARACTERS || is_unfit(take_character(&name)))
            return false;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool projects_is_zone(struct str zone)
{
    struct str part;
    if (zone.len == 0 || zone.len > ZONE_MAX_BYTES)
        return false;
    while (str_next(&zone, '/', &part)) {
        if (part.len == 0 || !is_letter(part.ptr[0]))
            return false;
        for (size_t i = 1; i < part.len; i++) {
            char c = part.ptr[i];
            if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '+')
                return false;
        }
    }
    return true;
}
