/* Sealed batches from the wal, through the outer box into the vault's tables: each subject gets a
 * share of its own, each value is wrapped under it. Batches are taken in groups: many adds, one
 * finish, which syncs new shares first, then commits the rows; only after it may anybody be told
 * "stored". The first failed write or sync is the end: everything is refused as stopped.
 *
 * One thread at a time. */
#ifndef VAULT_INSIDE_INTAKE_H
#define VAULT_INSIDE_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "sys/file.h"
#include "vault/inside/key_store.h"
#include "vault/inside/value_table.h"
#include "vault/wire/vault_wire.h"

enum { INTAKE_GROUP_MAX = 64 };

struct intake_secrets {
    uint8_t vault[32];      /* sk_V */
    uint8_t intake[32];     /* K_iv */
    uint8_t custody[32];
};

struct intake;

/* data: vault.db; keys: the key store, made on the first start. Both outlive the intake.
 * ERR_CORRUPT when they do not belong together: rows whose shares are not there. */
int intake_open(struct fs *data, struct fs *keys, const struct intake_secrets *secrets,
                struct intake **out) MUST_USE;
void intake_close(struct intake *intake);      /* NULL is fine; what is not finished is gone */

/* True: *stored names the batch, and it may be answered after intake_finish. False: *refusal. */
bool intake_add(struct intake *intake, struct str batch, struct vault_stored *stored,
                enum vault_refusal *refusal) MUST_USE;
/* The group has to be finished before another batch. */
bool intake_is_full(const struct intake *intake);
/* 0: everything added is durable. Else nothing of it is known, and the intake is stopped. */
int intake_finish(struct intake *intake) MUST_USE;
bool intake_is_stopped(const struct intake *intake);
/* For who has the turn, between two groups; they stay the intake's. */
struct value_table *intake_table(struct intake *intake);
struct key_store *intake_store(struct intake *intake);

#endif
