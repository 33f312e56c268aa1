/* The inside of auth: its tables, its signing key, and what it counts. Whoever holds the lock uses
 * it; what waits (for the ledger, for a password's hash) lets go of the lock meanwhile, with no
 * transaction open. */
#ifndef AUTH_INSIDE_AUTH_H
#define AUTH_INSIDE_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include <pthread.h>

#include "auth/inside/access.h"
#include "auth/inside/api_keys.h"
#include "auth/inside/invitations.h"
#include "auth/inside/logins.h"
#include "auth/inside/members.h"
#include "auth/inside/nonces.h"
#include "auth/inside/owner_links.h"
#include "auth/inside/passkeys.h"
#include "auth/inside/projects.h"
#include "auth/inside/proofs.h"
#include "auth/inside/throttle.h"
#include "auth/inside/waiting.h"
#include "base/bytes.h"
#include "base/check.h"
#include "event/ref_key.h"
#include "db/db.h"
#include "sys/file.h"
#include "sys/link.h"

enum { AUTH_PENDING_TOTP = 64, AUTH_TOTP_BYTES = 20 };

/* A second factor that was shown and not yet confirmed. */
struct auth_pending_totp {
    uint32_t principal;
    uint64_t ends_boot_ms;
    uint8_t secret[AUTH_TOTP_BYTES];
};

struct auth {
    struct fs *fs;
    struct db *db;
    struct members members;
    struct owner_links owner_links;
    struct logins logins;
    struct api_keys keys;
    struct projects projects;
    struct access access;
    struct passkeys passkeys;
    struct invitations invitations;
    struct waiting waiting;
    struct proofs proofs;
    struct nonces nonces;
    struct throttle throttle;
    struct auth_pending_totp pending_totp[AUTH_PENDING_TOTP];
    uint32_t pending_totp_at;
    pthread_mutex_t lock;
    struct link *ledger;          /* the caller's; NULL = none */
    const struct ref_key *refs;   /* the caller's; NULL: nothing can be looked up */
    bool is_booted;               /* the ledger has its roster */
    uint32_t hashing;             /* passwords that are being hashed */
    const uint8_t *grant_key;     /* Ed25519, 64 bytes; the caller's */
    uint8_t boot_id[16];
    uint32_t owner_uid;
    uint64_t counter;             /* of grants, since this start */
    bool has_failed;              /* the database stopped; said once */
    int64_t advanced_ms;
    bool settings_changed;        /* ingest has not been told yet; the caller clears it */
};

struct auth_config {
    struct fs *fs;                /* auth's room; stays the caller's */
    const uint8_t *grant_key;
    struct link *ledger;
    const struct ref_key *refs;
    uint8_t boot_id[16];          /* of this start, as the supervisor announced it */
    uint32_t owner_uid;
};

/* Opens the database, starts the owner link's day and gives the owner's uid a principal. */
int auth_open(const struct auth_config *config, struct auth **out) MUST_USE;
void auth_close(struct auth *auth);               /* NULL is fine; flushes first */
/* The same with other threads still at work: it keeps the lock and frees nothing; then exit. */
void auth_close_for_good(struct auth *auth);
/* Every second or so: decisions whose time has come, keys that are over. */
void auth_advance(struct auth *auth);
/* Once a minute or so: writes when logins and keys were last used, ends an owner link that is
 * over. */
void auth_tick(struct auth *auth);
/* 0, or ERR_FULL: the disk is nearly full, so nothing that writes is begun. It is asked before each
 * change because a disk that runs full in the middle of one stops the database, and with it the
 * questions of those who come to see what is wrong. */
int auth_check_space(struct auth *auth) MUST_USE;
/* tick, advance, write_ingest_settings and both closes take the lock themselves. */
void auth_lock(struct auth *auth);
void auth_unlock(struct auth *auth);
/* Asks the ledger without the lock. ERR_CLOSED, ERR_TIMEOUT. */
int auth_ask_ledger(struct auth *auth, uint8_t type, struct str body, uint8_t *answer_type,
                    struct bytes *answer) MUST_USE;
/* Ingest's settings as they stand now, appended. */
int auth_write_ingest_settings(struct auth *auth, struct bytes *out) MUST_USE;
/* Notes a failure of the database; the first is logged. From then on every question is refused
 * with "io", until somebody starts auth again: what is on disk is unknown. */
void auth_note_failure(struct auth *auth, int r);

#endif
