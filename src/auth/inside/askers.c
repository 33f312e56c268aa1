#include "auth/inside/askers.h"

#include <string.h>

#include "auth/inside/addresses.h"
#include "auth/inside/secret.h"
#include "base/err.h"
#include "sys/clock.h"

int askers_idle_ms(struct auth *auth, uint32_t member, int64_t *idle_ms)
{
    uint64_t rights;
    int r = access_all_rights(&auth->access, member, &rights);
    *idle_ms = r == 0 && rights & ACCESS_PEOPLE_RIGHTS ? LOGINS_IDLE_MS : 0;
    return r;
}

static int by_cookie(struct auth *auth, struct str cookie, struct arena *arena, struct asker *out)
{
    int64_t now = clock_wall_ms(), idle_ms = 0;
    struct login *login = &out->login;
    int r = logins_find(&auth->logins, cookie, now, login);
    if (r == 0)
        r = members_find(&auth->members, login->member, arena, &out->member);
    if (r == 0)
        r = askers_idle_ms(auth, login->member, &idle_ms);
    if (r != 0)
        return r;
    if (out->member.is_ended || (idle_ms && now - login->seen_ms >= idle_ms))
        return ERR_NOT_FOUND;
    if (out->member.is_frozen)
        return ERR_DENIED;
    logins_note(&auth->logins, login, now);
    out->principal = login->member;
    out->name = out->member.name;
    memcpy(out->credential, login->credential, sizeof(out->credential));
    return 0;
}

static int by_key(struct auth *auth, const struct auth_request *request, struct arena *arena,
                  struct asker *out)
{
    struct api_key key;
    uint8_t hash[SECRET_HASH_BYTES];
    int64_t now = clock_wall_ms();
    int r = api_keys_find(&auth->keys, request->key, request->secret, arena, &key);
    if (r != 0)
        return r;
    if ((key.expires_ms && key.expires_ms <= now) ||
        !addresses_hold(key.addresses, request->address))
        return ERR_NOT_FOUND;
    if (key.is_frozen)
        return ERR_DENIED;
    api_keys_note(&auth->keys, key.principal, now);
    out->principal = key.principal;
    out->rights = key.rights;
    out->project = key.project;
    out->name = request->key;
    secret_hash(request->key, hash);
    memcpy(out->credential, hash, sizeof(out->credential));
    return 0;
}

static int by_uid(struct auth *auth, uint32_t uid, struct arena *arena, struct asker *out)
{
    bool is_frozen = false, is_ended = false;
    if (uid != auth->owner_uid)
        return ERR_NOT_FOUND;
    int r = members_find_os(&auth->members, uid, &out->principal);
    if (r == 0)
        r = members_is_barred(&auth->members, out->principal, &is_frozen, &is_ended);
    if (r != 0 || is_ended)
        return r ? r : ERR_NOT_FOUND;
    out->rights = ASKERS_UID_RIGHTS;
    out->name = arena_printf(arena, "os:%u", uid);
    return is_frozen ? ERR_DENIED : 0;
}

int askers_identify(struct auth *auth, const struct auth_request *request, struct arena *arena,
                    struct asker *out)
{
    *out = (struct asker){ .by = request->by };
    switch (request->by) {
    case AUTH_BY_COOKIE: return by_cookie(auth, request->cookie, arena, out);
    case AUTH_BY_KEY: return by_key(auth, request, arena, out);
    case AUTH_BY_UID: return by_uid(auth, request->uid, arena, out);
    case AUTH_BY_NOBODY: break;
    }
    return ERR_NOT_FOUND;
}

int askers_access(struct auth *auth, const struct asker *asker, uint64_t project,
                  struct arena *arena, struct access_entry *out)
{
    if (asker->by == AUTH_BY_COOKIE)
        return access_find(&auth->access, asker->principal, project, arena, out);
    if (asker->project != 0 && asker->project != project)
        return ERR_NOT_FOUND;
    *out = (struct access_entry){ .project = project, .rights = asker->rights,
                                  .roles = asker->by == AUTH_BY_KEY ? STR("key") : STR("owner") };
    return 0;
}
