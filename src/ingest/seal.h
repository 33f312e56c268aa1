/* The last step of the pipeline: personal values become refs, and are sealed twice, for the ledger
 * inside and for the vault outside (wall.md 2 and 3). Nothing personal leaves this step in clear.
 *
 * A sealer is shared by all threads (it locks inside). A session belongs to one request, lies in
 * its arena, and is wiped with it (http/server wipes arenas and bodies). */
#ifndef INGEST_SEAL_H
#define INGEST_SEAL_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "ingest/record.h"

struct sealer;
struct seal_session;

struct sealer_keys {
    uint8_t vault_public[32];
    uint8_t ledger_public[32];
    uint8_t intake_secret[32];
};

/* boot_id: new at each start, in every batch header. */
struct sealer *sealer_create(const struct sealer_keys *keys, const uint8_t boot_id[16]);
void sealer_destroy(struct sealer *sealer);
/* A project's key K of an epoch, 32 bytes; copied into locked memory. Again = no change. */
void sealer_add_project_key(struct sealer *sealer, uint64_t project, uint32_t epoch,
                            const uint8_t key[32]);

/* Once a second: ends an epoch that is over and forgets what the cache holds too long, also when no
 * request comes. */
void sealer_tick(struct sealer *sealer);

struct seal_session *seal_session_begin(struct sealer *sealer, struct arena *arena);
/* The step: sets event.person, event.device, event.insert_hash or update.subject, and replaces
 * every personal value that classify marked or found. Drops count in request->dropped. */
void seal_step(struct ingest_request *request, struct record *record);
/* Appends each sealed batch of this session (at most LIMIT_SEALED_BATCH_BYTES each) with `each`. */
typedef void (*seal_batch_fn)(void *ctx, struct str batch);
void seal_session_finish(struct seal_session *session, seal_batch_fn each, void *ctx);
/* After the sync: what this session sealed need not be sealed again for ten minutes. Not called
 * when the disk refused. Wipes. Either way the session is gone with its arena. */
void seal_session_confirm(struct seal_session *session);

#endif
