#include "auth/inside/ledger_teller.h"

#include <pthread.h>
#include <stdlib.h>

#include "auth/inside/askers.h"
#include "auth/inside/entering.h"
#include "base/err.h"
#include "base/log.h"
#include "json/write.h"
#include "ledger/wire/ledger_wire.h"
#include "sys/clock.h"

enum { GROUP = 1, TELL_MS = 10000 };

struct ledger_teller {
    struct auth *auth;
    uint32_t retry_ms;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    uint64_t started, told;   /* starts of the ledger, and the last one that knows everything */
    bool is_ending;
};

/* ---- BOOT ----------------------------------------------------------------------------------- */

static void begin_principal(struct json_write *w, uint32_t principal, const char *kind)
{
    json_write_begin_object(w);
    json_write_key(w, "principal");
    json_write_u64(w, principal);
    json_write_key(w, "kind");
    json_write_text(w, kind);
    json_write_key(w, "rights");
    json_write_begin_object(w);
}

static void write_rights(struct json_write *w, struct arena *arena, uint64_t project,
                         uint64_t rights)
{
    json_write_key_str(w, arena_printf(arena, "%llu", (unsigned long long)project));
    access_write_rights(rights, w);
}

static int write_members(struct auth *auth, struct arena *arena, struct json_write *w)
{
    struct member member = { 0 };
    int r;
    while ((r = members_next(&auth->members, member.principal, arena, &member)) == 0) {
        struct access_entry entry = { 0 };
        if (member.is_ended)
            continue;
        begin_principal(w, member.principal, "member");
        while ((r = access_next(&auth->access, member.principal, entry.project, arena,
                                &entry)) == 0)
            write_rights(w, arena, entry.project, entry.rights);
        json_write_end_object(w);
        json_write_end_object(w);
        if (r != ERR_NOT_FOUND)
            return r;
    }
    return r == ERR_NOT_FOUND ? 0 : r;
}

static int write_keys(struct auth *auth, uint64_t project, struct arena *arena,
                      struct json_write *w)
{
    struct api_key key = { 0 };
    int r;
    while ((r = api_keys_next(&auth->keys, project, key.principal, arena, &key)) == 0) {
        char hex[2 * SECRET_HASH_BYTES + 1];
        str_hex(key.hash, sizeof(key.hash), hex);
        begin_principal(w, key.principal, "key");
        write_rights(w, arena, project, key.rights);
        json_write_end_object(w);
        json_write_key(w, "secret_sha256");
        json_write_text(w, hex);
        json_write_end_object(w);
    }
    return r == ERR_NOT_FOUND ? 0 : r;
}

typedef int (*project_step)(struct auth *auth, const struct project *project, struct arena *arena,
                            struct json_write *w);

static int for_projects(struct auth *auth, struct arena *arena, struct json_write *w,
                        project_step step)
{
    struct project project = { 0 };
    int r;
    while ((r = projects_next(&auth->projects, project.id, arena, &project)) == 0)
        if ((r = step(auth, &project, arena, w)) != 0)
            return r;
    return r == ERR_NOT_FOUND ? 0 : r;
}

static int write_project(struct auth *auth, const struct project *project, struct arena *arena,
                         struct json_write *w)
{
    (void)auth;
    (void)arena;
    json_write_begin_object(w);
    json_write_key(w, "id");
    json_write_u64(w, project->id);
    json_write_key(w, "group");
    json_write_u64(w, GROUP);
    json_write_key(w, "demo");
    json_write_bool(w, project->is_demo);
    json_write_end_object(w);
    return 0;
}

static int write_project_keys(struct auth *auth, const struct project *project,
                              struct arena *arena, struct json_write *w)
{
    return write_keys(auth, project->id, arena, w);
}

static int write_uid_rights(struct auth *auth, const struct project *project, struct arena *arena,
                            struct json_write *w)
{
    (void)auth;
    write_rights(w, arena, project->id, ASKERS_UID_RIGHTS);
    return 0;
}

static int write_uid(struct auth *auth, struct arena *arena, struct json_write *w)
{
    uint32_t principal;
    int r = members_find_os(&auth->members, auth->owner_uid, &principal);
    if (r != 0)
        return r;
    begin_principal(w, principal, "os");
    r = for_projects(auth, arena, w, write_uid_rights);
    json_write_end_object(w);
    json_write_end_object(w);
    return r;
}

int ledger_teller_write_boot(struct auth *auth, struct bytes *out)
{
    struct arena arena;
    struct json_write w;
    struct str host = STR("");
    arena_init(&arena, 0);
    int r = members_host(&auth->members, &arena, &host);
    json_write_init(&w, out);
    json_write_begin_object(&w);
    json_write_key(&w, "do");
    json_write_text(&w, "boot");
    json_write_key(&w, "host");
    json_write_str(&w, host);
    json_write_key(&w, "projects");
    json_write_begin_array(&w);
    if (r == 0)
        r = for_projects(auth, &arena, &w, write_project);
    json_write_end_array(&w);
    json_write_key(&w, "principals");
    json_write_begin_array(&w);
    if (r == 0)
        r = write_members(auth, &arena, &w);
    if (r == 0)
        r = for_projects(auth, &arena, &w, write_project_keys);
    if (r == 0)
        r = write_uid(auth, &arena, &w);
    json_write_end_array(&w);
    json_write_end_object(&w);
    arena_release(&arena);
    return r;
}

/* True when the ledger has a roster: this one, or one that it had before. */
static bool is_roster_known(uint8_t type, struct str body)
{
    struct ledger_refused refused;
    if (type == LEDGER_DONE)
        return true;
    if (type != LEDGER_REFUSED || ledger_wire_decode_refused(body, &refused) != 0)
        return false;
    if (str_equal(refused.code, STR("booted")))
        return true;
    log_warn("the ledger does not take whom the house began with: " STR_FMT,
             STR_ARG(refused.code));
    return false;
}

static bool boot(struct auth *auth)
{
    struct bytes detail = { 0 }, body = { 0 }, answer = { 0 };
    uint8_t type = 0;
    auth_lock(auth);
    int r = auth->has_failed ? ERR_IO : ledger_teller_write_boot(auth, &detail);
    if (r == 0) {
        struct ledger_decision decision = { .detail = bytes_str(&detail) };
        ledger_wire_encode_decision(&decision, &body);
        r = auth_ask_ledger(auth, LEDGER_BOOT, bytes_str(&body), &type, &answer);
    }
    bool is_known = r == 0 && is_roster_known(type, bytes_str(&answer));
    if (is_known)
        auth->is_booted = true;
    auth_unlock(auth);
    bytes_release(&detail);
    bytes_release(&body);
    bytes_release(&answer);
    return is_known;
}

/* ---- the thread ----------------------------------------------------------------------------- */

static void pause_for(struct ledger_teller *t)
{
    struct timespec until = clock_cond_until(t->retry_ms);
    (void)pthread_cond_timedwait(&t->wake, &t->lock, &until);
}

static void *run(void *arg)
{
    struct ledger_teller *t = arg;
    (void)pthread_mutex_lock(&t->lock);
    while (!t->is_ending) {
        if (t->started == t->told) {
            (void)pthread_cond_wait(&t->wake, &t->lock);
            continue;
        }
        uint64_t start = t->started;
        (void)pthread_mutex_unlock(&t->lock);
        bool is_told = boot(t->auth) && entering_tell_all(t->auth) == 0;
        (void)pthread_mutex_lock(&t->lock);
        if (is_told)
            t->told = start;
        else if (!t->is_ending)
            pause_for(t);
    }
    (void)pthread_mutex_unlock(&t->lock);
    return NULL;
}

struct ledger_teller *ledger_teller_create(struct auth *auth, uint32_t retry_ms)
{
    struct ledger_teller *t = calloc(1, sizeof(*t));
    check(t != NULL);
    t->auth = auth;
    t->retry_ms = retry_ms;
    clock_cond_init(&t->wake);
    check(pthread_mutex_init(&t->lock, NULL) == 0);
    check(pthread_create(&t->thread, NULL, run, t) == 0);
    return t;
}

void ledger_teller_destroy(struct ledger_teller *t)
{
    if (!t)
        return;
    (void)pthread_mutex_lock(&t->lock);
    t->is_ending = true;
    (void)pthread_cond_signal(&t->wake);
    (void)pthread_mutex_unlock(&t->lock);
    check(pthread_join(t->thread, NULL) == 0);
    (void)pthread_cond_destroy(&t->wake);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

void ledger_teller_start(struct ledger_teller *t)
{
    (void)pthread_mutex_lock(&t->lock);
    t->started++;
    (void)pthread_cond_signal(&t->wake);
    (void)pthread_mutex_unlock(&t->lock);
}
