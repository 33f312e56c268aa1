/* A ledger on a disk in memory, with all that asks it: an auth that signs grants, members with
 * browsers' keys and passkeys, an API key; and vault, query and auth at its links. */
#ifndef TESTS_SUPPORT_LEDGER_ROOM_H
#define TESTS_SUPPORT_LEDGER_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/wire/evidence.h"
#include "auth/wire/grant.h"
#include "ledger/inside/ledger.h"
#include "ledger/receipt.h"
#include "support/authenticator.h"

#define LEDGER_ROOM_SECRET "the secret of the key"

/* Projects 7 and 8 (demo) are the first tenant's, 9 is the second's. Who is there from the start: */
enum ledger_room_who {
    ROOM_OWNER,       /* 1: settings, approve, rows, reveal in 7 and 8 */
    ROOM_SUPPORT,     /* 2: rows and reveal in 7, 8 and 9 */
    ROOM_ANALYST,     /* 3: rows in 7 */
    ROOM_SECOND,      /* 4: settings and approve in 7 */
    ROOM_KEY,         /* 5: an API key with rows in 7 */
    ROOM_NEW,         /* 20: nobody, until somebody makes it a member */
    ROOM_PEOPLE,
};

enum { LEDGER_ROOM_ANSWERS = 256, LEDGER_ROOM_REFS = 6000 };

struct ledger_room_member {
    uint32_t principal;
    uint8_t proof_secret[64], proof_public[32];
    uint8_t session[16];
    uint64_t counter;            /* of the last proof */
    struct authenticator *passkey;
};

struct ledger_room_answer {
    bool is_there;
    uint8_t type;
    struct bytes body;
};

struct ledger_room {
    struct fs *fs;
    uint64_t segment_bytes;      /* of the journal: small, so that tests come to its ends */
    uint8_t auth_secret[64], auth_public[32], log_secret[64], log_public[32];
    uint8_t secret[32], boot_id[16];
    uint64_t grants;             /* counter of the last one */
    struct ledger_room_member members[ROOM_PEOPLE];
    struct ref refs[LEDGER_ROOM_REFS];        /* sorted */
    struct ledger *ledger;
    struct ledger_room_answer answers[LEDGER_ROOM_ANSWERS];
    uint32_t tokens;             /* of this group */
    struct ledger_note notes[16];
    uint32_t note_count;
};

/* fs stays the caller's. */
void ledger_room_init(struct ledger_room *room, struct fs *fs);
void ledger_room_release(struct ledger_room *room);
int ledger_room_open(struct ledger_room *room) MUST_USE;
/* Opened, booted, everybody but ROOM_NEW with a passkey and logged in with it. */
void ledger_room_begin(struct ledger_room *room);
/* init over a disk of its own, and begin; finish frees the disk, too. */
void ledger_room_start(struct ledger_room *room);
void ledger_room_finish(struct ledger_room *room);
void ledger_room_close(struct ledger_room *room);

/* One request, filled in with what is right; a test changes what it likes before the next step. */
struct ledger_room_request {
    struct ledger_room_member *member;
    struct ask ask;
    struct bytes text;
    struct grant grant;
    struct evidence evidence;
    uint8_t signature[64];
    struct authenticator_said said;
    const struct ref *refs;
    uint32_t ref_count;
    const struct ledger_triple *triples;
    uint32_t triple_count;
    uint32_t rows;
    bool is_miss;
    struct str question;         /* or a decision's detail */
    struct str made;
    uint64_t seen_size;
};

/* refs[from, from + count) of the room; none: the ask names nobody. */
void ledger_room_ask(struct ledger_room *room, enum ledger_room_who who, enum grant_kind kind,
                     uint32_t from, uint32_t count, struct ledger_room_request *out);
/* The ask's text, the grant for it, the proof; with_passkey: and the passkey's word. */
void ledger_room_sign(struct ledger_room *room, struct ledger_room_request *r, bool with_passkey);
/* The frame's type and body, and whose link it goes over. */
uint8_t ledger_room_encode(const struct ledger_room *room, const struct ledger_room_request *r,
                           enum ledger_side *side, struct bytes *body);
/* Into the group, over the link that takes such requests. The token. */
uint32_t ledger_room_send(struct ledger_room *room, struct ledger_room_request *r);
void ledger_room_request_release(struct ledger_room_request *r);
uint32_t ledger_room_take(struct ledger_room *room, enum ledger_side side, uint8_t type,
                          const struct bytes *body);
void ledger_room_commit(struct ledger_room *room);
/* Of the group that was committed last: "" or the code of the refusal. */
const char *ledger_room_code(struct ledger_room *room, uint32_t token);
void ledger_room_refused(struct ledger_room *room, uint32_t token, struct ledger_refused *out);

/* All of it in one: an ask as it should be, committed; the code. */
const char *ledger_room_try(struct ledger_room *room, enum ledger_room_who who,
                            enum grant_kind kind, uint32_t from, uint32_t count);
/* The same for a decision (with the passkey's word): sequence and time in force where it is
 * wanted. */
const char *ledger_room_decide(struct ledger_room *room, enum ledger_room_who who,
                               enum grant_kind kind, const char *detail, const char *made,
                               struct ledger_decided *out);
const char *ledger_room_boot(struct ledger_room *room);
const char *ledger_room_enrol_first(struct ledger_room *room, enum ledger_room_who who);
const char *ledger_room_login(struct ledger_room *room, enum ledger_room_who who, uint8_t level);
/* The JSON that the member reads; the text is a question. */
void ledger_room_read(struct ledger_room *room, enum ledger_room_who who, const char *text,
                      struct bytes *json);

#endif
