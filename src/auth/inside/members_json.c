#include "auth/inside/members_json.h"

#include "base/err.h"
#include "json/write.h"

static int write_roles(struct work *w, uint32_t member, struct json_write *json)
{
    struct access_entry entry = { 0 };
    int r;
    json_write_key(json, "roles");
    json_write_begin_object(json);
    while ((r = access_next(&w->auth->access, member, entry.project, w->arena, &entry)) == 0) {
        struct str roles = entry.roles, role;
        struct str key = arena_printf(w->arena, "%llu", (unsigned long long)entry.project);
        json_write_key_str(json, key);
        json_write_begin_array(json);
        while (roles.len > 0 && str_next(&roles, ' ', &role))
            json_write_str(json, role);
        json_write_end_array(json);
    }
    json_write_end_object(json);
    return r == ERR_NOT_FOUND ? 0 : r;
}

static int write_passkeys(struct work *w, uint32_t member, struct json_write *json)
{
    struct passkey passkey = { .key = { .id = STR("") } };
    int r;
    json_write_key(json, "passkeys");
    json_write_begin_array(json);
    while ((r = passkeys_next(&w->auth->passkeys, member, passkey.key.id, w->arena, &passkey)) ==
           0) {
        json_write_begin_object(json);
        json_write_key(json, "id");
        json_write_str(json, work_base64url(w, passkey.key.id));
        json_write_key(json, "name");
        json_write_str(json, passkey.name);
        json_write_key(json, "enrolled");
        json_write_i64(json, passkey.enrolled_ms);
        json_write_end_object(json);
    }
    json_write_end_array(json);
    return r == ERR_NOT_FOUND ? 0 : r;
}

static const char *state_of(const struct member *member)
{
    return member->is_ended ? "ended" : member->is_frozen ? "frozen"
           : member->is_invited ? "invited" : "active";
}

static int write_member(struct work *w, const struct member *member, struct json_write *json)
{
    json_write_begin_object(json);
    json_write_key(json, "id");
    json_write_u64(json, member->principal);
    json_write_key(json, "name");
    json_write_str(json, member->name);
    int r = write_roles(w, member->principal, json);
    if (r == 0)
        r = write_passkeys(w, member->principal, json);
    json_write_key(json, "password");
    json_write_bool(json, member->password.len > 0);
    json_write_key(json, "totp");
    json_write_bool(json, member->totp.len > 0);
    json_write_key(json, "last_seen");
    if (member->seen_ms)
        json_write_i64(json, member->seen_ms);
    else
        json_write_null(json);
    json_write_key(json, "state");
    json_write_text(json, state_of(member));
    json_write_end_object(json);
    return r;
}

static int write_waiting(struct work *w, struct json_write *json)
{
    struct waiting_decision d = { 0 };
    int r;
    while ((r = waiting_next(&w->auth->waiting, d.sequence, w->arena, &d)) == 0) {
        json_write_begin_object(json);
        json_write_key(json, "sequence");
        json_write_u64(json, d.sequence);
        json_write_key(json, "what");
        json_write_str(json, d.detail);
        json_write_key(json, "from");
        json_write_u64(json, d.asker);
        json_write_key(json, "in_force");
        json_write_i64(json, d.from_ms);
        json_write_end_object(json);
    }
    return r == ERR_NOT_FOUND ? 0 : r;
}

static int decides(struct work *w, bool *does)
{
    uint64_t rights = w->asker.rights;
    int r = w->asker.by == AUTH_BY_COOKIE
                ? access_all_rights(&w->auth->access, w->asker.principal, &rights) : 0;
    *does = (rights & (RIGHT_SETTINGS | RIGHT_APPROVE)) != 0;
    return r;
}

int members_json_write(struct work *w, struct str *out)
{
    struct bytes text = { 0 };
    struct json_write json;
    struct member member = { 0 };
    bool does = false;
    int r = decides(w, &does);
    json_write_init(&json, &text);
    json_write_begin_object(&json);
    json_write_key(&json, "members");
    json_write_begin_array(&json);
    while (r == 0 && (r = members_next(&w->auth->members, member.principal, w->arena,
                                       &member)) == 0)
        if (does || member.principal == w->asker.principal)
            r = write_member(w, &member, &json);
    r = r == ERR_NOT_FOUND ? 0 : r;
    json_write_end_array(&json);
    json_write_key(&json, "waiting");
    json_write_begin_array(&json);
    if (r == 0 && does)
        r = write_waiting(w, &json);
    json_write_end_array(&json);
    json_write_end_object(&json);
    *out = work_keep(w, &text);
    return r;
}
