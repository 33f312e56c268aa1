#include "auth/inside/askers.h"

#include <string.h>

#include "auth/inside/secret.h"
#include "base/err.h"
#include "sys/clock.h"

int askers_from_member(struct auth *auth, uint32_t principal, struct arena *arena,
                       struct asker *out)
{
    struct member member;
    int r = members_find(&auth->members, principal, arena, &member);
    if (r != 0)
        return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
    *out = (struct asker){ .principal = principal, .rights = ASKERS_OWNER_RIGHTS,
                           .name = member.name, .role = member.role };
    return 0;
}

static int by_cookie(struct auth *auth, struct str cookie, struct arena *arena, struct asker *out)
{
    struct login login;
    int r = logins_find(&auth->logins, cookie, clock_wall_ms(), &login);
    if (r == 0)
        r = askers_from_member(auth, login.member, arena, out);
    if (r == 0)
        memcpy(out->login_session, login.hash, sizeof(out->login_session));
    return r;
}

static int by_key(struct auth *auth, const struct auth_request *request, struct asker *out)
{
    struct api_key key;
    uint8_t hash[SECRET_HASH_BYTES];
    int r = api_keys_find(&auth->keys, request->key, request->secret, clock_wall_ms(), &key);
    if (r != 0)
        return r;
    *out = (struct asker){ .principal = key.principal, .rights = key.rights,
                           .project = key.project, .name = request->key, .role = STR("key") };
    secret_hash(request->key, hash);
    memcpy(out->credential, hash, sizeof(out->credential));
    return 0;
}

static int by_uid(struct auth *auth, uint32_t uid, struct arena *arena, struct asker *out)
{
    uint32_t principal;
    if (uid != auth->owner_uid)
        return ERR_NOT_FOUND;
    int r = members_find_os(&auth->members, uid, &principal);
    if (r != 0)
        return r;
    *out = (struct asker){ .principal = principal, .rights = ASKERS_OWNER_RIGHTS,
                           .name = arena_printf(arena, "os:%u", uid), .role = STR("owner") };
    return 0;
}

int askers_identify(struct auth *auth, const struct auth_request *request, struct arena *arena,
                    struct asker *out)
{
    switch (request->by) {
    case AUTH_BY_COOKIE: return by_cookie(auth, request->cookie, arena, out);
    case AUTH_BY_KEY: return by_key(auth, request, out);
    case AUTH_BY_UID: return by_uid(auth, request->uid, arena, out);
    case AUTH_BY_NOBODY: break;
    }
    return ERR_NOT_FOUND;
}
