/* The ledger: who asks, for whom, may they, write it down, sync, and only then say yes.
 *
 * Requests are taken one after another and judged at once; what they change is gathered, and
 * nobody is answered before ledger_commit, which writes and syncs all of it together. If that
 * fails the ledger is stopped: every request is refused "stopped" until the program starts again
 * and reads what is really on disk. One thread. */
#ifndef LEDGER_INSIDE_LEDGER_H
#define LEDGER_INSIDE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"
#include "ledger/wire/ledger_wire.h"
#include "sys/file.h"

enum { LEDGER_LOG_HOUSE = 0, LEDGER_GROUP_DEFAULT = 1, LEDGER_FREEZE_AFTER = 20,
       LEDGER_REFUSALS_A_MINUTE = 60 };

#define LEDGER_FREEZE_WINDOW_MS ((int64_t)10 * 60 * 1000)

struct ledger;

struct ledger_config {
    struct fs *data;               /* the journal and numbers.db; all outlive the ledger */
    struct fs *keys;               /* day keys */
    struct fs *public_files;       /* the folder of all logs; NULL: they are made another time */
    const uint8_t *auth_public;    /* 32 */
    const uint8_t *secret;         /* sk_L, 32 */
    const uint8_t *log_key;        /* Ed25519, 64; borrowed */
    const char *origin;            /* of log 1: "<host>/amana/1" */
    uint64_t segment_bytes;        /* of the journal's files; 0 = 64 MiB */
};

int ledger_open(const struct ledger_config *config, struct ledger **out) MUST_USE;
void ledger_close(struct ledger *ledger);          /* NULL is fine; an entry says that it stopped */
/* The auth that lives now: grants of a former one are dead. */
void ledger_set_auth_boot(struct ledger *ledger, const uint8_t boot_id[16]);

/* By who holds the host, while nobody serves: an entry of its own kind, synced. ERR_NOT_FOUND: no
 * such principal, or not frozen. */
int ledger_thaw_on_host(struct ledger *ledger, uint32_t principal) MUST_USE;

/* Whose link a frame came over: decides what it may be. */
enum ledger_side { LEDGER_SIDE_VAULT = 1, LEDGER_SIDE_QUERY, LEDGER_SIDE_AUTH };

/* How an answer leaves; called from ledger_commit. */
typedef void (*ledger_answer_fn)(void *ctx, uint64_t token, uint8_t type, struct str body);
/* A principal was frozen or thawed: to be told to auth, after the commit. */
typedef void (*ledger_note_fn)(void *ctx, const struct ledger_note *note);

/* Takes one frame. ERR_INVALID: it is none of this link's; the caller closes the link and notes it
 * with ledger_note_misbehaved. */
int ledger_take(struct ledger *ledger, enum ledger_side side, uint8_t type, struct str body,
                uint64_t token) MUST_USE;
void ledger_note_misbehaved(struct ledger *ledger, const char *program);
/* True when nothing more should be taken before the commit. */
bool ledger_is_full(const struct ledger *ledger);
/* Syncs, signs, answers. */
void ledger_commit(struct ledger *ledger, ledger_answer_fn answer, ledger_note_fn note, void *ctx);
bool ledger_is_stopped(const struct ledger *ledger);
/* About once a second: publishes checkpoints and tiles, flushes the index. */
void ledger_tick(struct ledger *ledger);

#endif
