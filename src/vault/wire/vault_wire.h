/* query → vault and web → vault.
 *
 * web-vault:  REVEAL → REVEALED or DENIED: the named fields of the named subjects, opened once,
 *             after the ledger wrote it down. FIND → FOUND or DENIED: the subjects that hold the
 *             ref of the grant (the looked-up text ended in auth).
 *
 * query-vault. Frames: type 1 INTAKE, body = one sealed batch ("AMSB", wall.md 3) as it stood in
 * the wal; answers: type 2 STORED, body = boot id 16 · sequence u64 of that batch (durable now, or
 * already before), or type 3 REFUSED, body = u32 vault_refusal. */
#ifndef VAULT_WIRE_VAULT_WIRE_H
#define VAULT_WIRE_VAULT_WIRE_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "event/ref.h"

enum vault_type {
    VAULT_INTAKE = 1, VAULT_STORED = 2, VAULT_REFUSED = 3,
    VAULT_REVEAL = 10, VAULT_FIND = 11, VAULT_REVEALED = 74, VAULT_FOUND = 75, VAULT_DENIED = 76,
};

enum { VAULT_REVEAL_SUBJECTS_MAX = 3000, VAULT_FOUND_MAX = 200, VAULT_VALUES_MAX = 65536 };

enum vault_refusal {
    VAULT_REFUSAL_MALFORMED = 1,  /* not a sealed batch */
    VAULT_REFUSAL_FORGED = 2,     /* the outer seal does not open */
    VAULT_REFUSAL_STOPPED = 3,    /* a write or sync failed; it stays stopped */
};

struct vault_stored {
    uint8_t boot_id[16];
    uint64_t sequence;
};

void vault_wire_encode_stored(const struct vault_stored *stored, struct bytes *body);
int vault_wire_decode_stored(struct str body, struct vault_stored *stored) MUST_USE;
void vault_wire_encode_refused(enum vault_refusal refusal, struct bytes *body);
int vault_wire_decode_refused(struct str body, enum vault_refusal *refusal) MUST_USE;

/* REVEAL and FIND (no refs: the grant bears the ref). All as web got it, unread. */
struct vault_ask {
    struct str grant, ask, evidence;
    const struct ref *refs;       /* sorted, distinct */
    uint32_t ref_count;
};

struct vault_value {
    uint32_t subject;             /* place in refs */
    uint32_t field;               /* place in the ask's fields */
    int64_t first_seen_ms, last_seen_ms;
    struct str text;              /* as it arrived: a string's content, else canonical JSON */
};

/* REVEALED: one status a subject (enum ledger_status), then the values, by subject, field and
 * last_seen, newest first. */
struct vault_revealed {
    uint64_t sequence;            /* the entry's number in the ledger */
    int64_t time_ms;
    const uint8_t *status;
    uint32_t subject_count;
    const struct vault_value *values;
    uint32_t value_count;
};

struct vault_found {
    uint64_t sequence;
    const struct ref *refs;       /* the subjects; none = a miss, which is an entry too */
    uint32_t ref_count;
};

/* DENIED: the ledger's codes (ledger/wire/ledger_wire.h), or the vault's own: "grant_…" (it checks
 * the grant as well), "malformed", "closed" (no ledger), "late", "many" (over VAULT_FOUND_MAX),
 * "stopped". */
struct vault_denied {
    struct str code;
    uint32_t left;
    uint64_t sequence;
};

void vault_wire_encode_ask(const struct vault_ask *ask, struct bytes *body);
int vault_wire_decode_ask(struct str body, struct arena *arena, struct vault_ask *out) MUST_USE;
void vault_wire_encode_revealed(const struct vault_revealed *m, struct bytes *body);
int vault_wire_decode_revealed(struct str body, struct arena *arena,
                               struct vault_revealed *out) MUST_USE;
void vault_wire_encode_found(const struct vault_found *m, struct bytes *body);
int vault_wire_decode_found(struct str body, struct arena *arena, struct vault_found *out) MUST_USE;
void vault_wire_encode_denied(const struct vault_denied *m, struct bytes *body);
int vault_wire_decode_denied(struct str body, struct vault_denied *out) MUST_USE;

#endif
