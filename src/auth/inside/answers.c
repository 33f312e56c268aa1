#include "auth/inside/answers.h"

#include <string.h>

#include "auth/inside/askers.h"
#include "auth/inside/project_json.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "sys/clock.h"

enum {
    TENANT = 1,   /* the one tenant of a house, and the group in its grants */
    LEVEL = 0,    /* a cookie, a key or a uid: no passkey yet */
    NO_SPACE = ERR_BUSY,   /* nothing was begun: later perhaps */
};

struct work {
    struct auth *auth;
    const struct auth_request *request;
    struct arena *arena;
    struct auth_answer *answer;
};

static void refuse(struct work *w, const char *code)
{
    *w->answer = (struct auth_answer){ .type = AUTH_REFUSED, .code = str_from(code) };
}

static int begin(struct work *w)
{
    int r = auth_check_space(w->auth);
    return r == 0 ? db_begin(w->auth->db) : NO_SPACE;
}

/* Refuses for a negative r: `absent` is the code for ERR_NOT_FOUND; anything else is the database,
 * which has stopped then, but for a disk that was found full before anything was begun. */
static bool passes(struct work *w, int r, const char *absent)
{
    if (r == 0)
        return true;
    if (r != ERR_NOT_FOUND && r != NO_SPACE)
        auth_note_failure(w->auth, r);
    refuse(w, r == ERR_NOT_FOUND ? absent : "io");
    return false;
}

static struct str keep(struct work *w, struct bytes *text)
{
    struct str kept = arena_copy(w->arena, bytes_str(text));
    bytes_release(text);
    return kept;
}

/* The project that is meant: the one named, or the only or first. Another's is as good as none. */
static int find_project(struct work *w, const struct asker *asker, struct project *out)
{
    uint64_t id = w->request->project;
    if (asker->project != 0 && id != 0 && id != asker->project)
        return ERR_NOT_FOUND;
    if (asker->project != 0)
        id = asker->project;
    return id != 0 ? projects_find(&w->auth->projects, id, w->arena, out)
                   : projects_next(&w->auth->projects, 0, w->arena, out);
}

static int write_projects(struct work *w, const struct asker *asker, struct json_write *json)
{
    struct project project = { 0 };
    int r;
    while ((r = projects_next(&w->auth->projects, project.id, w->arena, &project)) == 0)
        if (asker->project == 0 || asker->project == project.id)
            project_json_write_me(&project, json);
    return r == ERR_NOT_FOUND ? 0 : r;
}

static int write_me(struct work *w, const struct asker *asker, struct str *out)
{
    struct bytes text = { 0 };
    struct json_write json;
    json_write_init(&json, &text);
    json_write_begin_object(&json);
    json_write_key(&json, "member");
    json_write_begin_object(&json);
    json_write_key(&json, "id");
    json_write_u64(&json, asker->principal);
    json_write_key(&json, "name");
    json_write_str(&json, asker->name);
    json_write_key(&json, "role");
    json_write_str(&json, asker->role);
    json_write_end_object(&json);
    json_write_key(&json, "projects");
    json_write_begin_array(&json);
    int r = write_projects(w, asker, &json);
    json_write_end_array(&json);
    json_write_end_object(&json);
    *out = keep(w, &text);
    return r;
}

/* ---- entering and leaving ------------------------------------------------------------------- */

/* In one transaction the link is used up and the login session begins: never one without the
 * other. */
static int use_link(struct work *w, uint32_t *member, char cookie[44])
{
    int64_t now = clock_wall_ms();
    int r = begin(w);
    if (r != 0)
        return r;
    r = owner_links_use(&w->auth->owner_links, w->request->link, now, member);
    if (r == 0)
        r = logins_begin(&w->auth->logins, *member, now, cookie);
    if (r == 0)
        return db_commit(w->auth->db);
    db_rollback(w->auth->db);
    return r;
}

static void answer_enter(struct work *w)
{
    struct asker asker;
    struct str me;
    uint32_t member;
    char cookie[44];
    if (!passes(w, use_link(w, &member, cookie), "link"))
        return;
    owner_links_remove_file(&w->auth->owner_links);
    int r = askers_from_member(w->auth, member, w->arena, &asker);
    if (r == 0)
        r = write_me(w, &asker, &me);
    if (passes(w, r, "io"))
        *w->answer = (struct auth_answer){ .type = AUTH_ENTERED, .me = me,
                                           .cookie = arena_copy(w->arena, str_from(cookie)) };
    hash_wipe(cookie, sizeof(cookie));
}

/* A login that is unknown or over is as gone as one that ends now: done either way. */
static void answer_leave(struct work *w)
{
    if (w->request->by != AUTH_BY_COOKIE) {
        refuse(w, "invalid");
        return;
    }
    int r = begin(w);
    if (r == 0) {
        r = logins_end(&w->auth->logins, w->request->cookie);
        if (r == 0)
            r = db_commit(w->auth->db);
        else
            db_rollback(w->auth->db);
    }
    if (passes(w, r, "io"))
        w->answer->type = AUTH_DONE;
}

static int put_link(struct work *w, struct str text)
{
    uint32_t owner;
    int64_t now = clock_wall_ms();
    int r = members_find_first_owner(&w->auth->members, &owner);
    if (r == 0)
        r = begin(w);
    if (r != 0)
        return r;
    r = owner_links_put(&w->auth->owner_links, owner, text, now, now + OWNER_LINKS_LIFE_MS);
    if (r == 0)
        return db_commit(w->auth->db);
    db_rollback(w->auth->db);
    return r;
}

static void answer_new_link(struct work *w)
{
    char text[44];
    if (w->request->by != AUTH_BY_UID || w->request->uid != w->auth->owner_uid) {
        refuse(w, "login");
        return;
    }
    random_text(text);
    if (!passes(w, put_link(w, str_from(text)), "io"))
        return;
    /* The former text is dead whether or not the new one can be kept: who asks gets it anyway. */
    owner_links_remove_file(&w->auth->owner_links);
    (void)!owner_links_write_file(&w->auth->owner_links, str_from(text));
    *w->answer = (struct auth_answer){ .type = AUTH_LINKED,
                                       .link = arena_copy(w->arena, str_from(text)) };
    hash_wipe(text, sizeof(text));
}

static void answer_me(struct work *w)
{
    struct asker asker;
    int r = askers_identify(w->auth, w->request, w->arena, &asker);
    if (passes(w, r, "login") && passes(w, write_me(w, &asker, &w->answer->me), "io"))
        w->answer->type = AUTH_IS;
}

/* ---- authorizing ---------------------------------------------------------------------------- */

static struct str sign_grant(struct work *w, const struct asker *asker,
                             const struct project *project, uint64_t rights)
{
    struct auth *auth = w->auth;
    struct grant grant = {
        .kind = w->request->ask_kind, .level = LEVEL, .principal = asker->principal,
        .project = (uint32_t)project->id, .group = TENANT, .rights = rights,
        .issued_boot_ms = clock_boot_ms(), .wall_ms = (uint64_t)clock_wall_ms(),
        .life_ms = GRANT_LIFE_MS, .key_epoch = project->key_epoch, .counter = ++auth->counter,
    };
    uint8_t *out = arena_alloc(w->arena, GRANT_BYTES);
    check(project->id <= UINT32_MAX);
    memcpy(grant.ask_hash, w->request->ask_hash, sizeof(grant.ask_hash));
    memcpy(grant.login_session, asker->login_session, sizeof(grant.login_session));
    memcpy(grant.credential, asker->credential, sizeof(grant.credential));
    memcpy(grant.boot_id, auth->boot_id, sizeof(grant.boot_id));
    grant_sign(&grant, auth->grant_key, out);
    return str_of(out, GRANT_BYTES);
}

/* The code of the refusal, or NULL. */
static const char *judge(const struct auth_request *request, const struct asker *asker)
{
    if (request->ask_kind != GRANT_QUESTION || request->rights & ASKERS_CLOSED_RIGHTS)
        return "closed";
    return request->rights & ~asker->rights ? "role" : NULL;
}

/* The grant says what the asker may do now, not only what was needed: query folds by `unfolded`,
 * which nobody needs. What is closed is not in it. */
static void answer_authorize(struct work *w)
{
    struct asker asker;
    struct project project;
    struct bytes settings = { 0 };
    if (!passes(w, askers_identify(w->auth, w->request, w->arena, &asker), "login") ||
        !passes(w, find_project(w, &asker, &project), "project"))
        return;
    const char *code = judge(w->request, &asker);
    if (code) {
        refuse(w, code);
        return;
    }
    int r = project_json_write_question(&w->auth->projects, &project, w->arena, &settings);
    struct str kept = keep(w, &settings);
    if (!passes(w, r, "io"))
        return;
    uint64_t rights = asker.rights & ~(uint64_t)ASKERS_CLOSED_RIGHTS;
    *w->answer = (struct auth_answer){
        .type = AUTH_GRANTED, .principal = asker.principal, .project = project.id,
        .rights = rights, .settings = kept, .grant = sign_grant(w, &asker, &project, rights),
    };
}

/* ---- changing ------------------------------------------------------------------------------- */

static int change(struct work *w, const struct project *project, struct str name, struct str zone)
{
    if (str_equal(name, project->name) && str_equal(zone, project->zone))
        return 0;
    int r = begin(w);
    if (r != 0)
        return r;
    r = projects_change(&w->auth->projects, project->id, name, zone);
    if (r != 0) {
        db_rollback(w->auth->db);
        return r;
    }
    r = db_commit(w->auth->db);
    if (r == 0)
        w->auth->settings_changed = true;
    return r;
}

static void answer_change(struct work *w)
{
    struct asker asker;
    struct project project;
    struct str name = str_trim(w->request->name), zone = w->request->zone;
    if (!passes(w, askers_identify(w->auth, w->request, w->arena, &asker), "login") ||
        !passes(w, find_project(w, &asker, &project), "project"))
        return;
    if (!(asker.rights & RIGHT_SETTINGS)) {
        refuse(w, "role");
        return;
    }
    if (w->request->name.len == 0)
        name = project.name;
    if (zone.len == 0)
        zone = project.zone;
    if ((w->request->name.len == 0 && w->request->zone.len == 0) || !projects_is_name(name) ||
        !projects_is_zone(zone)) {
        refuse(w, "invalid");
        return;
    }
    int r = change(w, &project, name, zone);
    if (r == 0)
        r = write_me(w, &asker, &w->answer->me);
    if (passes(w, r, "io"))
        w->answer->type = AUTH_IS;
}

void answers_make(struct auth *auth, const struct auth_request *request, struct arena *arena,
                  struct auth_answer *answer)
{
    struct work w = { .auth = auth, .request = request, .arena = arena, .answer = answer };
    *answer = (struct auth_answer){ 0 };
    if (auth->has_failed) {
        refuse(&w, "io");
        return;
    }
    switch (request->type) {
    case AUTH_ENTER: answer_enter(&w); break;
    case AUTH_AUTHORIZE: answer_authorize(&w); break;
    case AUTH_ME: answer_me(&w); break;
    case AUTH_LEAVE: answer_leave(&w); break;
    case AUTH_CHANGE_PROJECT: answer_change(&w); break;
    case AUTH_NEW_OWNER_LINK: answer_new_link(&w); break;
    default: check(false); /* decode lets no other through */
    }
}
