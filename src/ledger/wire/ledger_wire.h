/* What the ledger is asked (wall.md 1, 5.5, 6). One table for all its links:
 *
 *   link          request      answer                       who starts it
 *   vault-ledger  RELEASE      RELEASED or REFUSED          a reveal
 *   vault-ledger  RECORD       RECORDED or REFUSED          a lookup, hit or miss
 *   query-ledger  RECORD       RECORDED or REFUSED          rows about single people
 *   query-ledger  CHECK        DONE or REFUSED              each chunk of an export
 *   query-ledger  READ         JSON                         the console's ledger page and line
 *   auth-ledger   BOOT         DONE or REFUSED              once, while the house log is empty
 *   auth-ledger   LOGIN_SEEN   DONE or REFUSED              a login with a proof key
 *   auth-ledger   DECIDE       DECIDED or REFUSED           everything that changes the roster
 *   ledger-auth   NOTE         DONE                         a principal was frozen or thawed
 *
 * Anything else closes the link. Bodies: fixed numbers, then counted parts; encode and decode here
 * are the format. A body over MSG_INLINE_MAX travels in a sealed memfd (sys/msg). */
#ifndef LEDGER_WIRE_LEDGER_WIRE_H
#define LEDGER_WIRE_LEDGER_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "event/ref.h"
#include "ledger/wire/ask.h"

enum ledger_type {
    LEDGER_RELEASE = 1, LEDGER_RECORD = 2, LEDGER_CHECK = 3, LEDGER_READ = 4,
    LEDGER_BOOT = 5, LEDGER_LOGIN_SEEN = 6, LEDGER_DECIDE = 7, LEDGER_NOTE = 8,
    LEDGER_RELEASED = 64, LEDGER_RECORDED = 65, LEDGER_JSON = 66, LEDGER_DONE = 67,
    LEDGER_DECIDED = 68, LEDGER_REFUSED = 69,
};

enum {
    LEDGER_REVEAL_SUBJECTS_MAX = 3000,
    LEDGER_TRIPLES_MAX = 65536,
    LEDGER_EVIDENCE_MAX = 4096,
    LEDGER_DETAIL_MAX = 8192,
    LEDGER_SHARE_BYTES = 32,
    LEDGER_CODE_MAX = 32,
};

/* One share that is wanted: which subject of refs, which field of the ask, which epoch's E. */
struct ledger_triple {
    uint32_t subject;
    uint8_t field;
    uint8_t epoch[32];
};

/* RELEASE (triples) and RECORD (rows, is_miss). Grant and evidence are what auth handed out, ask
 * and refs what the asker sent; the ledger checks all of it again. refs are sorted and distinct.
 * seen_size: the tree size of the checkpoint the asker of this frame saw last, 0 = none. */
struct ledger_release {
    struct str grant;             /* 256 bytes */
    struct str ask;
    struct str evidence;
    struct str question;          /* RECORD by query: the question's text, whose hash the ask bears
                                     (kept in section 4); empty otherwise */
    uint64_t seen_size;
    uint32_t rows;                /* RECORD: rows that will be given out */
    bool is_miss;                 /* RECORD of a lookup that found nobody; refs are empty then */
    const struct ref *refs;
    uint32_t ref_count;
    const struct ledger_triple *triples;
    uint32_t triple_count;
};

enum ledger_status { LEDGER_SUBJECT_OK = 0, LEDGER_SUBJECT_ERASED = 1, LEDGER_SUBJECT_UNKNOWN = 2 };

struct ledger_subject { uint8_t status; uint32_t number; };

/* RELEASED (subjects in the order of refs, shares in the order of triples; a share of a subject
 * that is not OK is zero) and RECORDED (receipt alone). The receipt is ledger/receipt.h's. */
struct ledger_released {
    struct str receipt;
    uint64_t sequence;            /* of the journal: the number people see, "Nº 48,214" */
    const struct ledger_subject *subjects;
    uint32_t subject_count;
    struct str shares;            /* 32 bytes each */
};

/* CHECK: may this principal go on receiving? */
struct ledger_check { uint32_t principal; uint32_t project; uint8_t ask_hash[32]; };

/* READ: JSON in, JSON out; docs/formats/console-api.md has the forms ("entries", "entry", "looked",
 * "budget", "line"). The grant is of kind question over exactly `text`. */
struct ledger_read { struct str grant; struct str text; };

/* LOGIN_SEEN: which key signs for which login session. assertion as in evidence; its challenge
 * covers nonce and key. Without one the level is 0 or 1 and only a demo project's people open. */
struct ledger_login {
    uint32_t principal;
    uint8_t level;                /* 0 link or password, 1 TOTP, 2 passkey */
    uint8_t login_session[16];
    uint8_t key_type;             /* enum evidence_key */
    struct str public_key;
    struct str nonce;             /* auth's */
    struct str credential_id;
    struct str auth_data, client_data, signature;
    int64_t ends_ms;
    struct str address;           /* of the client, for section 2 */
};

/* BOOT and DECIDE carry JSON details; BOOT has no ask. docs/formats/roster.md has the forms.
 * DECIDE's ask (kind enrol, raise, approve, freeze or unfreeze) names SHA-256(detail) as question;
 * a member's first credential comes without ask and grant. */
struct ledger_decision {
    struct str grant;
    struct str ask;
    struct str evidence;
    struct str detail;            /* as the asker wrote it */
    struct str made;              /* JSON by auth of what it made for it: {"principal":5,
                                     "secret_sha256":hex} of a new member or key; else empty */
};

struct ledger_decided { uint64_t sequence; int64_t in_force_ms; };

/* Codes, in the order of the checks (first failure wins): ask_malformed, grant_signature,
 * grant_ask, grant_old, grant_boot, grant_spent, stopped, principal_unknown, frozen, right,
 * proof, level, purpose, assertion, too_new, subjects, field, erased, limit, budget, misses,
 * project_budget, export_values, invalid. */
struct ledger_refused {
    struct str code;
    uint32_t left;                /* of the budget that refused */
    uint64_t sequence;            /* of the refusal's entry; 0 = counted only */
};

/* NOTE */
struct ledger_note { uint32_t principal; bool is_frozen; };

void ledger_wire_encode_release(const struct ledger_release *m, struct bytes *body);
int ledger_wire_decode_release(struct str body, struct arena *arena,
                               struct ledger_release *out) MUST_USE;
void ledger_wire_encode_released(const struct ledger_released *m, struct bytes *body);
int ledger_wire_decode_released(struct str body, struct arena *arena,
                                struct ledger_released *out) MUST_USE;
void ledger_wire_encode_check(const struct ledger_check *m, struct bytes *body);
int ledger_wire_decode_check(struct str body, struct ledger_check *out) MUST_USE;
void ledger_wire_encode_read(const struct ledger_read *m, struct bytes *body);
int ledger_wire_decode_read(struct str body, struct ledger_read *out) MUST_USE;
void ledger_wire_encode_login(const struct ledger_login *m, struct bytes *body);
int ledger_wire_decode_login(struct str body, struct ledger_login *out) MUST_USE;
void ledger_wire_encode_decision(const struct ledger_decision *m, struct bytes *body);
int ledger_wire_decode_decision(struct str body, struct ledger_decision *out) MUST_USE;
void ledger_wire_encode_decided(const struct ledger_decided *m, struct bytes *body);
int ledger_wire_decode_decided(struct str body, struct ledger_decided *out) MUST_USE;
void ledger_wire_encode_refused(const struct ledger_refused *m, struct bytes *body);
int ledger_wire_decode_refused(struct str body, struct ledger_refused *out) MUST_USE;
void ledger_wire_encode_note(const struct ledger_note *m, struct bytes *body);
int ledger_wire_decode_note(struct str body, struct ledger_note *out) MUST_USE;

#endif
