#include "auth/inside/me.h"

#include "auth/inside/project_json.h"
#include "base/err.h"
#include "json/write.h"

/* People of a project open from this level on; those of a demo are made up. */
enum { LEVEL_DEMO = 0, LEVEL_PEOPLE = 2 };

static const char *const purposes[] = { "support", "security", "legal", "quality", "export" };

static void write_project(const struct project *project, const struct access_entry *access,
                          struct json_write *json)
{
    struct str roles = access->roles, role;
    json_write_begin_object(json);
    project_json_write_members(project, json);
    json_write_key(json, "roles");
    json_write_begin_array(json);
    while (roles.len > 0 && str_next(&roles, ' ', &role))
        json_write_str(json, role);
    json_write_end_array(json);
    json_write_key(json, "rights");
    access_write_rights(access->rights, json);
    json_write_key(json, "people_level");
    json_write_u64(json, project->is_demo ? LEVEL_DEMO : LEVEL_PEOPLE);
    json_write_key(json, "purposes");
    json_write_begin_array(json);
    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
        json_write_text(json, purposes[i]);
    json_write_end_array(json);
    json_write_end_object(json);
}

/* The first role of the first project is what one goes by. */
static int write_projects(struct work *w, struct json_write *json, struct str *role)
{
    struct project project = { 0 };
    struct access_entry access;
    int r;
    *role = STR("");
    while ((r = projects_next(&w->auth->projects, project.id, w->arena, &project)) == 0) {
        r = askers_access(w->auth, &w->asker, project.id, w->arena, &access);
        if (r == ERR_NOT_FOUND)
            continue;
        if (r != 0)
            return r;
        struct str roles = access.roles;
        if (role->len == 0 && !str_next(&roles, ' ', role))
            *role = STR("");
        write_project(&project, &access, json);
    }
    return r == ERR_NOT_FOUND ? 0 : r;
}

static void write_member(const struct asker *asker, struct str role, struct json_write *json)
{
    json_write_key(json, "member");
    json_write_begin_object(json);
    json_write_key(json, "id");
    json_write_u64(json, asker->principal);
    json_write_key(json, "name");
    json_write_str(json, asker->name);
    json_write_key(json, "role");
    json_write_str(json, role);
    json_write_end_object(json);
}

static int write_ways(struct work *w, struct json_write *json)
{
    const struct member *member = &w->asker.member;
    uint32_t passkeys = 0;
    int r = passkeys_count(&w->auth->passkeys, member->principal, &passkeys);
    json_write_key(json, "ways");
    json_write_begin_object(json);
    json_write_key(json, "passkeys");
    json_write_u64(json, passkeys);
    json_write_key(json, "password");
    json_write_bool(json, member->password.len > 0);
    json_write_key(json, "totp");
    json_write_bool(json, member->totp.len > 0);
    json_write_end_object(json);
    return r;
}

static int write_login(struct work *w, struct json_write *json)
{
    const struct login *login = &w->asker.login;
    char hex[2 * LOGINS_SESSION_BYTES + 1];
    int64_t idle_ms = 0;
    str_hex(login->hash, LOGINS_SESSION_BYTES, hex);
    json_write_key(json, "login");
    json_write_text(json, hex);
    json_write_key(json, "level");
    json_write_u64(json, login->level);
    int r = write_ways(w, json);
    if (r == 0)
        r = askers_idle_ms(w->auth, w->asker.principal, &idle_ms);
    json_write_key(json, "frozen");
    json_write_bool(json, w->asker.member.is_frozen);
    json_write_key(json, "ends");
    json_write_i64(json, login->ends_ms);
    json_write_key(json, "idle_ms");
    json_write_i64(json, idle_ms);
    return r;
}

int me_write(struct work *w, struct str *out)
{
    struct bytes text = { 0 }, projects = { 0 };
    struct json_write json, list;
    struct str role;
    json_write_init(&list, &projects);
    json_write_begin_array(&list);
    int r = write_projects(w, &list, &role);
    json_write_end_array(&list);
    json_write_init(&json, &text);
    json_write_begin_object(&json);
    write_member(&w->asker, role, &json);
    if (r == 0 && w->asker.by == AUTH_BY_COOKIE)
        r = write_login(w, &json);
    json_write_key(&json, "projects");
    json_write_raw(&json, bytes_str(&projects));
    json_write_end_object(&json);
    bytes_release(&projects);
    *out = work_keep(w, &text);
    return r;
}
