/* The inside of auth: its tables, its signing key, and what it counts. One thread uses it. */
#ifndef AUTH_INSIDE_AUTH_H
#define AUTH_INSIDE_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/inside/api_keys.h"
#include "auth/inside/logins.h"
#include "auth/inside/members.h"
#include "auth/inside/owner_links.h"
#include "auth/inside/projects.h"
#include "base/bytes.h"
#include "base/check.h"
#include "db/db.h"
#include "sys/file.h"

struct auth {
    struct fs *fs;
    struct db *db;
    struct members members;
    struct owner_links owner_links;
    struct logins logins;
    struct api_keys keys;
    struct projects projects;
    const uint8_t *grant_key;     /* Ed25519, 64 bytes; the caller's */
    uint8_t boot_id[16];
    uint32_t owner_uid;
    uint64_t counter;             /* of grants, since this start */
    bool has_failed;              /* the database stopped; said once */
    bool settings_changed;        /* ingest has not been told yet; the caller clears it */
};

struct auth_config {
    struct fs *fs;                /* auth's room; stays the caller's */
    const uint8_t *grant_key;
    uint8_t boot_id[16];          /* of this start, as the supervisor announced it */
    uint32_t owner_uid;
};

/* Opens the database, starts the owner link's day and gives the owner's uid a principal. */
int auth_open(const struct auth_config *config, struct auth **out) MUST_USE;
void auth_close(struct auth *auth);               /* NULL is fine; flushes first */
/* Once a minute or so: writes when logins and keys were last used, ends an owner link that is
 * over. */
void auth_tick(struct auth *auth);
/* 0, or ERR_FULL: the disk is nearly full, so nothing that writes is begun. It is asked before each
 * change because a disk that runs full in the middle of one stops the database, and with it the
 * questions of those who come to see what is wrong. */
int auth_check_space(struct auth *auth) MUST_USE;
/* Ingest's settings as they stand now, appended. */
int auth_write_ingest_settings(struct auth *auth, struct bytes *out) MUST_USE;
/* Notes a failure of the database; the first is logged. From then on every question is refused
 * with "io", until somebody starts auth again: what is on disk is unknown. */
void auth_note_failure(struct auth *auth, int r);

#endif
