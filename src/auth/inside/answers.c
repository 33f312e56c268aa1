#include "auth/inside/answers.h"

#include "auth/inside/asks.h"
#include "auth/inside/calls.h"
#include "auth/inside/calls_login.h"
#include "auth/inside/entering.h"
#include "auth/inside/me.h"
#include "auth/inside/project_json.h"
#include "auth/inside/work.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "sys/clock.h"

/* ---- leaving and owner links ---------------------------------------------------------------- */

/* A login that is unknown or over is as gone as one that ends now: done either way. Whoever has the
 * cookie alone may end it too: that takes from a thief, never from the house. */
static void answer_leave(struct work *w)
{
    if (w->request->by != AUTH_BY_COOKIE) {
        work_refuse(w, "invalid");
        return;
    }
    int r = work_begin(w);
    if (r == 0)
        r = work_end(w, logins_end(&w->auth->logins, w->request->cookie));
    if (work_passes(w, r, "io"))
        w->answer->type = AUTH_DONE;
}

static int put_link(struct work *w, struct str text)
{
    uint32_t owner;
    int64_t now = clock_wall_ms();
    int r = members_find_first_owner(&w->auth->members, &owner);
    if (r == 0)
        r = work_begin(w);
    if (r != 0)
        return r;
    return work_end(w, owner_links_put(&w->auth->owner_links, owner, text, now,
                                       now + OWNER_LINKS_LIFE_MS));
}

static void answer_new_link(struct work *w)
{
    char text[44];
    if (w->request->by != AUTH_BY_UID || w->request->uid != w->auth->owner_uid) {
        work_refuse(w, "login");
        return;
    }
    random_text(text);
    if (!work_passes(w, put_link(w, str_from(text)), "io"))
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
    if (work_identify(w) && work_passes(w, me_write(w, &w->answer->me), "io"))
        w->answer->type = AUTH_IS;
}

/* ---- questions ------------------------------------------------------------------------------ */

/* The grant says what the asker may do now, not only what was needed: query folds by `unfolded`,
 * which nobody needs. */
static void answer_question(struct work *w)
{
    struct project project;
    struct access_entry access;
    struct bytes settings = { 0 };
    if (!work_identify(w) ||
        !work_passes(w, work_find_project(w, w->request->project, &project, &access), "project"))
        return;
    if (w->request->rights & ~access.rights) {
        work_refuse(w, "role");
        return;
    }
    int r = project_json_write_question(&w->auth->projects, &project, w->arena, &settings);
    struct str kept = work_keep(w, &settings);
    if (!work_passes(w, r, "io"))
        return;
    *w->answer = (struct auth_answer){
        .type = AUTH_GRANTED, .principal = w->asker.principal, .project = project.id,
        .rights = access.rights, .settings = kept,
        .grant = asks_grant_question(w, &project, access.rights),
    };
}

/* ---- changing ------------------------------------------------------------------------------- */

static int change(struct work *w, const struct project *project, struct str name, struct str zone)
{
    if (str_equal(name, project->name) && str_equal(zone, project->zone))
        return 0;
    int r = work_begin(w);
    if (r == 0)
        r = work_end(w, projects_change(&w->auth->projects, project->id, name, zone));
    if (r == 0)
        w->auth->settings_changed = true;
    return r;
}

static void answer_change(struct work *w)
{
    struct project project;
    struct access_entry access;
    struct str name = str_trim(w->request->name), zone = w->request->zone;
    if (!work_identify(w) ||
        !work_passes(w, work_find_project(w, w->request->project, &project, &access), "project"))
        return;
    if (!(access.rights & RIGHT_SETTINGS)) {
        work_refuse(w, "role");
        return;
    }
    if (!work_prove(w, w->request->body))
        return;
    if (w->request->name.len == 0)
        name = project.name;
    if (zone.len == 0)
        zone = project.zone;
    if ((w->request->name.len == 0 && w->request->zone.len == 0) || !projects_is_name(name) ||
        !projects_is_zone(zone)) {
        work_refuse(w, "invalid");
        return;
    }
    int r = change(w, &project, name, zone);
    if (r == 0)
        r = me_write(w, &w->answer->me);
    if (work_passes(w, r, "io"))
        w->answer->type = AUTH_IS;
}

static void make(struct work *w)
{
    switch (w->request->type) {
    case AUTH_AUTHORIZE:
        if (w->request->ask_kind == GRANT_QUESTION)
            answer_question(w);
        else
            asks_answer(w);
        break;
    case AUTH_ME: answer_me(w); break;
    case AUTH_LEAVE: answer_leave(w); break;
    case AUTH_CHANGE_PROJECT: answer_change(w); break;
    case AUTH_NEW_OWNER_LINK: answer_new_link(w); break;
    case AUTH_CALL: calls_answer(w); break;
    default: check(false); /* decode lets no other through */
    }
}

/* A call may have waited, and the database stopped meanwhile: what it says is worth nothing. */
void answers_make(struct auth *auth, const struct auth_request *request, struct arena *arena,
                  struct auth_answer *answer)
{
    struct work w = { .auth = auth, .request = request, .arena = arena, .answer = answer };
    *answer = (struct auth_answer){ 0 };
    auth_lock(auth);
    if (!auth->has_failed)
        make(&w);
    if (auth->has_failed)
        work_refuse(&w, "io");
    auth_unlock(auth);
    hash_wipe(&w, sizeof(w));
}

bool answers_may_wait(const struct auth_request *request)
{
    return request->type == AUTH_CALL && request->call != AUTH_LOGIN_BEGIN &&
           request->call != AUTH_LOGINS_LIST && request->call != AUTH_MEMBERS_LIST &&
           request->call != AUTH_KEYS_LIST;
}
