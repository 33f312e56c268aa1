#include "auth/inside/auth.h"

#include <stdlib.h>
#include <string.h>

#include "auth/inside/database.h"
#include "auth/inside/project_json.h"
#include "base/err.h"
#include "base/log.h"
#include "sys/clock.h"

enum { SPACE_NEEDED_BYTES = 8 * 1024 * 1024 };

void auth_note_failure(struct auth *auth, int r)
{
    if (!auth->has_failed)
        log_error("the database of members and keys fails: %s; nobody is let in until amana is "
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
    auth->fs = config->fs;
    auth->grant_key = config->grant_key;
    auth->owner_uid = config->owner_uid;
    memcpy(auth->boot_id, config->boot_id, sizeof(auth->boot_id));
    int r = database_open(config->fs, &auth->db);
    if (r != 0) {
        free(auth);
        return r;
    }
    members_init(&auth->members, auth->db);
    owner_links_init(&auth->owner_links, auth->db, config->fs);
    logins_init(&auth->logins, auth->db);
    api_keys_init(&auth->keys, auth->db);
    projects_init(&auth->projects, auth->db);
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
    if (auth->has_failed || auth_check_space(auth) != 0)
        return;
    int r = flush(auth);
    if (r == 0)
        r = owner_links_expire(&auth->owner_links, clock_wall_ms());
    if (r != 0)
        auth_note_failure(auth, r);
}

void auth_close(struct auth *auth)
{
    if (!auth)
        return;
    if (!auth->has_failed && auth_check_space(auth) == 0) {
        int r = flush(auth);
        if (r != 0)
            auth_note_failure(auth, r);
    }
    logins_release(&auth->logins);
    api_keys_release(&auth->keys);
    db_close(auth->db);
    free(auth);
}

int auth_write_ingest_settings(struct auth *auth, struct bytes *out)
{
    struct arena arena;
    arena_init(&arena, 0);
    int r = project_json_write_ingest(&auth->projects, &auth->keys, &arena, out);
    arena_release(&arena);
    if (r != 0)
        auth_note_failure(auth, r);
    return r;
}
