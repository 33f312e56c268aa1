#include "auth/inside/auth.h"

#include <stdlib.h>
#include <string.h>

#include "auth/inside/database.h"
#include "auth/inside/decisions.h"
#include "auth/inside/project_json.h"
#include "base/err.h"
#include "base/log.h"
#include "ledger/wire/ledger_wire.h"
#include "sys/clock.h"

enum { SPACE_NEEDED_BYTES = 8 * 1024 * 1024, LEDGER_MS = 2000, LEDGER_WRITE_MS = 10000 };

void auth_lock(struct auth *auth)
{
    check(pthread_mutex_lock(&auth->lock) == 0);
}

void auth_unlock(struct auth *auth)
{
    check(pthread_mutex_unlock(&auth->lock) == 0);
}

int auth_ask_ledger(struct auth *auth, uint8_t type, struct str body, uint8_t *answer_type,
                    struct bytes *answer)
{
    if (!auth->ledger || !link_is_open(auth->ledger))
        return ERR_CLOSED;
    auth_unlock(auth);
    int r = link_ask(auth->ledger, type, body,
                     type == LEDGER_LOGIN_SEEN ? LEDGER_MS : LEDGER_WRITE_MS, answer_type, answer);
    auth_lock(auth);
    return r;
}

void auth_note_failure(struct auth *auth, int r)
{
    if (!auth->has_failed)
        log_error("the database of members and keys fails: %s; nobody is let in until auth is "
                  "started again", err_text(r));
    auth->has_failed = true;
}

/* Who may speak over the unix sockets is a principal of its own, so that what was asked on the
 * terminal and what was asked in the console stay two things. */
static int know_owner_uid(struct auth *auth)
{
    uint32_t principal;
    int r = members_find_os(&auth->members, auth->owner_uid, &principal);
    if (r != ERR_NOT_FOUND)
        return r;
    r = db_begin(auth->db);
    if (r != 0)
        return r;
    r = members_add_os(&auth->members, auth->owner_uid, clock_wall_ms());
    if (r == 0)
        return db_commit(auth->db);
    db_rollback(auth->db);
    return r;
}

int auth_open(const struct auth_config *config, struct auth **out)
{
    struct auth *auth = calloc(1, sizeof(*auth));
    check(auth != NULL);
    check(pthread_mutex_init(&auth->lock, NULL) == 0);
    auth->ledger = config->ledger;
    auth->refs = config->refs;
    auth->fs = config->fs;
    auth->grant_key = config->grant_key;
    auth->owner_uid = config->owner_uid;
    memcpy(auth->boot_id, config->boot_id, sizeof(auth->boot_id));
    int r = database_open(config->fs, &auth->db);
    if (r != 0) {
        (void)pthread_mutex_destroy(&auth->lock);
        free(auth);
        return r;
    }
    members_init(&auth->members, auth->db);
    owner_links_init(&auth->owner_links, auth->db, config->fs);
    logins_init(&auth->logins, auth->db);
    api_keys_init(&auth->keys, auth->db);
    projects_init(&auth->projects, auth->db);
    access_init(&auth->access, auth->db);
    passkeys_init(&auth->passkeys, auth->db);
    invitations_init(&auth->invitations, auth->db);
    waiting_init(&auth->waiting, auth->db);
    proofs_init(&auth->proofs, clock_wall_ms());
    nonces_init(&auth->nonces);
    throttle_init(&auth->throttle);
    r = know_owner_uid(auth);
    if (r == 0)
        r = owner_links_start(&auth->owner_links, clock_wall_ms());
    if (r != 0) {
        auth_close(auth);
        return r;
    }
    *out = auth;
    return 0;
}

static int flush(struct auth *auth)
{
    if (auth->logins.seen.count == 0 && auth->keys.used.count == 0)
        return 0;
    int r = db_begin(auth->db);
    if (r != 0)
        return r;
    r = logins_flush(&auth->logins);
    if (r == 0)
        r = api_keys_flush(&auth->keys);
    if (r == 0)
        return db_commit(auth->db);
    db_rollback(auth->db);
    return r;
}

int auth_check_space(struct auth *auth)
{
    uint64_t free_bytes = 0;
    int r = fs_free_bytes(auth->fs, &free_bytes);
    return r == 0 && free_bytes < SPACE_NEEDED_BYTES ? ERR_FULL : 0;
}

/* With a full disk it is left for later: a link that is over opens nothing anyway. */
void auth_tick(struct auth *auth)
{
    auth_lock(auth);
    int64_t now = clock_wall_ms();
    proofs_sweep(&auth->proofs, now - LOGINS_LIFE_MS);
    if (!auth->has_failed && auth_check_space(auth) == 0) {
        int r = flush(auth);
        if (r == 0)
            r = owner_links_expire(&auth->owner_links, now);
        if (r != 0)
            auth_note_failure(auth, r);
    }
    auth_unlock(auth);
}

/* A key that is over is ingest's to refuse too. */
static int find_expired(struct auth *auth, int64_t now_ms)
{
    struct project project = { 0 };
    struct arena arena;
    int r;
    arena_init(&arena, 0);
    while ((r = projects_next(&auth->projects, project.id, &arena, &project)) == 0) {
        struct api_key key = { 0 };
        while ((r = api_keys_next(&auth->keys, project.id, key.principal, &arena, &key)) == 0)
            if (key.expires_ms > auth->advanced_ms && key.expires_ms <= now_ms)
                auth->settings_changed = true;
        if (r != ERR_NOT_FOUND)
            break;
    }
    arena_release(&arena);
    auth->advanced_ms = now_ms;
    return r == ERR_NOT_FOUND ? 0 : r;
}

void auth_advance(struct auth *auth)
{
    auth_lock(auth);
    int64_t now = clock_wall_ms();
    if (!auth->has_failed && auth_check_space(auth) == 0) {
        int r = decisions_advance(auth, now);
        if (r == 0)
            r = find_expired(auth, now);
        if (r != 0)
            auth_note_failure(auth, r);
    }
    auth_unlock(auth);
}

static void flush_at_end(struct auth *auth)
{
    if (!auth->has_failed && auth_check_space(auth) == 0) {
        int r = flush(auth);
        if (r != 0)
            auth_note_failure(auth, r);
    }
}

void auth_close_for_good(struct auth *auth)
{
    auth_lock(auth);
    flush_at_end(auth);
    db_close(auth->db);
}

void auth_close(struct auth *auth)
{
    if (!auth)
        return;
    auth_lock(auth);
    flush_at_end(auth);
    logins_release(&auth->logins);
    api_keys_release(&auth->keys);
    proofs_release(&auth->proofs);
    db_close(auth->db);
    auth_unlock(auth);
    (void)pthread_mutex_destroy(&auth->lock);
    free(auth);
}

int auth_write_ingest_settings(struct auth *auth, struct bytes *out)
{
    struct arena arena;
    arena_init(&arena, 0);
    auth_lock(auth);
    int r = project_json_write_ingest(&auth->projects, &auth->keys, &arena, out);
    if (r != 0)
        auth_note_failure(auth, r);
    auth_unlock(auth);
    arena_release(&arena);
    return r;
}
