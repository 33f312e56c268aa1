/* How a sealed value is opened, and how a lookup is answered: never before the ledger has written
 * it down (wall.md 6). The vault checks the grant itself, asks the ledger for one share for each
 * field of each subject and epoch, believes the entry by its proof, opens exactly what was named,
 * and keeps nothing.
 *
 * One ask before the ledger at a time: a receipt proves that the log grew from what was seen last,
 * and two in flight would both grow from the same. What was seen last is written down at most a
 * second later; a crash in between forgets that second. */
#ifndef VAULT_INSIDE_OPENING_H
#define VAULT_INSIDE_OPENING_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "sys/link.h"
#include "vault/inside/intake.h"
#include "vault/inside/turn.h"
#include "vault/wire/vault_wire.h"

struct opening;

struct opening_config {
    struct intake *intake;         /* its tables, between two groups */
    struct turn *turn;
    struct link *ledger;           /* the asking end of vault-ledger */
    uint8_t auth_public[32];
    uint8_t log_public[32];
    const char *origin;            /* of the log */
};

int opening_create(const struct opening_config *config, struct opening **out) MUST_USE;
void opening_destroy(struct opening *opening);     /* NULL is fine */
/* The auth that lives now; from another thread. */
void opening_set_auth_boot(struct opening *opening, const uint8_t boot_id[16]);

/* Each appends the body of the answer, whose type is in *type. What is appended is secret.
 * ERR_CRYPTO: the ledger's receipt does not hold, nothing was opened, and the program must end;
 * ERR_IO, ERR_CORRUPT: the tables failed, the same. A lookup that finds over VAULT_FOUND_MAX is
 * written down as one that shows nobody, then denied as "many". */
int opening_reveal(struct opening *opening, const struct vault_ask *ask, uint8_t *type,
                   struct bytes *body) MUST_USE;
int opening_find(struct opening *opening, const struct vault_ask *ask, uint8_t *type,
                 struct bytes *body) MUST_USE;
/* Writes down what was seen last, if that has changed. */
int opening_save(struct opening *opening) MUST_USE;

#endif
