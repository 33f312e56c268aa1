/* A member of an auth_room as a browser would be one: a proof key, a passkey, asks; and a ledger at
 * the far end of auth-ledger that takes or refuses what it is told. */
#ifndef TESTS_SUPPORT_AUTH_MEMBER_H
#define TESTS_SUPPORT_AUTH_MEMBER_H

#include <pthread.h>

#include "auth/wire/evidence.h"
#include "support/auth_room.h"
#include "support/authenticator.h"
#include "sys/link.h"

struct auth_ledger {
    struct link *link;
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    const char *refusal;       /* NULL: takes everything */
    int64_t delay_ms;          /* until a decision is in force */
    uint64_t sequence;
    uint32_t boots, logins, decisions;
    struct bytes detail, made, ask;   /* of the last decision or boot */
};

/* Over the room's auth, until stop. */
void auth_ledger_start(struct auth_ledger *ledger, struct auth_room *room);
void auth_ledger_stop(struct auth_ledger *ledger);

struct auth_member {
    struct auth_room *room;
    uint8_t secret[64], public_key[32];
    struct str cookie;
    uint8_t session[16];
    uint64_t counter;
    struct authenticator *passkey;   /* NULL: none */
    uint32_t count;                  /* its sign count */
};

void auth_member_create(struct auth_member *m, struct auth_room *room);
void auth_member_release(struct auth_member *m);
/* The code of the refusal, or "" and the answer in room->answer. */
struct str auth_member_enter(struct auth_member *m, struct str link);
struct str auth_member_call(struct auth_member *m, enum auth_call call, const char *body);
struct str auth_member_add_passkey(struct auth_member *m, const char *id);
struct str auth_member_login(struct auth_member *m);
/* An ask of that kind over the detail; with the passkey's word on it, or without. */
struct str auth_member_decide(struct auth_member *m, enum auth_call call, enum grant_kind kind,
                              const char *detail, bool is_asserted);
/* AUTHORIZE of an ask of that kind, signed. */
struct str auth_member_ask(struct auth_member *m, enum grant_kind kind);
/* The request of it, to spoil. */
struct auth_request auth_member_ask_request(struct auth_member *m, enum grant_kind kind);
/* All three: the owner came by the link, has a passkey and is logged in with it. */
struct auth_stand { struct auth_room room; struct auth_ledger ledger; struct auth_member owner; };

void auth_stand_open(struct auth_stand *s);
void auth_stand_close(struct auth_stand *s);

/* A text of the last answer's JSON: the string member of that name. */
struct str auth_member_said(struct auth_member *m, const char *name);

#endif
