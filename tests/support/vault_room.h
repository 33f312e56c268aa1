/* A vault on a disk in memory, and both neighbours of it: batches sealed as wall.md 3 says, from
 * its formulas and not with ingest's code, and the ledger's key, which alone opens what is inside. */
#ifndef TESTS_SUPPORT_VAULT_ROOM_H
#define TESTS_SUPPORT_VAULT_ROOM_H

#include <stdbool.h>

#include "base/bytes.h"
#include "event/ref.h"
#include "support/disk.h"
#include "vault/inside/intake.h"

#define VAULT_ROOM_PROJECT 7

struct vault_room {
    struct disk *disk;
    struct fs *data;
    struct fs *keys;          /* another view of the same disk */
    struct intake *intake;    /* NULL: closed */
    struct intake_secrets secrets;
    uint8_t vault_public[32];
    uint8_t ledger_secret[32];
    uint8_t ledger_public[32];
    uint8_t e[32];            /* of the running seal epoch */
};

struct vault_room_value {
    uint32_t subject;         /* any number: its ref is made from it */
    const char *property;
    const char *text;
    int64_t seen_ms;
};

void vault_room_init(struct vault_room *room);
void vault_room_release(struct vault_room *room);
int vault_room_open(struct vault_room *room);
/* The process is gone: what is not synced lies in the kernel's memory. */
void vault_room_kill(struct vault_room *room);
/* The power fails, too. */
void vault_room_crash(struct vault_room *room, uint64_t seed);

struct ref vault_room_subject(uint32_t number);
struct ref vault_room_ref(const struct vault_room_value *value);
/* Appends the batch: boot id all 9, the epoch's E, that sequence. */
void vault_room_seal(const struct vault_room *room, const struct vault_room_value *values,
                     uint32_t count, uint64_t sequence, struct bytes *out);
/* The same around a given record list. */
void vault_room_seal_records(const struct vault_room *room, struct str records, uint32_t count,
                             uint64_t sequence, struct bytes *out);
/* The ledger's share for a field of a subject in an epoch; ctx is the room. */
void vault_room_share(void *ctx, const struct ref *subject, struct str property,
                      const uint8_t epoch[32], uint8_t out[32]);
/* One batch as a group of its own; true when it is stored. */
bool vault_room_take(struct vault_room *room, struct str batch);

/* From the files of a closed vault: the row, its share, and with the ledger's key the text. 0 when
 * it is exactly the value's. */
int vault_room_check(struct vault_room *room, const struct vault_room_value *value);
/* How many of those are not; all when the files do not open. */
uint32_t vault_room_missing(struct vault_room *room, const struct vault_room_value *values,
                            uint32_t count);
/* How many of the first `stored` are not, and of the rest have a row that does not open; all when the
 * files do not open. */
uint32_t vault_room_damaged(struct vault_room *room, const struct vault_room_value *values,
                            uint32_t stored, uint32_t count);

#endif
