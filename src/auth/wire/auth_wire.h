/* web → auth. Every request says who asks (a cookie, an API key with its secret, or the uid behind
 * web's unix socket); every answer is one of the types from AUTH_ENTERED on. Bodies are what
 * encode and decode here say: fixed numbers, then length-counted strings, nothing else. */
#ifndef AUTH_WIRE_AUTH_WIRE_H
#define AUTH_WIRE_AUTH_WIRE_H

#include <stdint.h>

#include "auth/wire/grant.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum auth_type {
    /* requests */
    AUTH_ENTER = 1,       /* link: a one-time owner link becomes a login session */
    AUTH_AUTHORIZE = 2,   /* ask_kind, ask_hash, project, rights: may they, and a grant for it */
    AUTH_ME = 3,          /* who am I, which projects */
    AUTH_LEAVE = 4,       /* ends the login session */
    AUTH_CHANGE_PROJECT = 5, /* project; name and zone where not empty: needs RIGHT_SETTINGS */
    AUTH_NEW_OWNER_LINK = 6, /* by the owner's uid only: another link, the former one is dead */
    /* answers */
    AUTH_ENTERED = 64,    /* cookie, me */
    AUTH_GRANTED = 65,    /* grant, principal, project, rights, settings */
    AUTH_IS = 66,         /* me (of ME and CHANGE_PROJECT) */
    AUTH_DONE = 67,
    AUTH_LINKED = 68,     /* link */
    AUTH_REFUSED = 69,    /* code */
};

enum auth_by { AUTH_BY_COOKIE = 1, AUTH_BY_KEY = 2, AUTH_BY_UID = 3 };

struct auth_request {
    enum auth_type type;
    enum auth_by by;
    struct str cookie;         /* 43 base64url characters */
    struct str key;            /* "k_…" */
    struct str secret;
    uint32_t uid;
    struct str link;
    uint8_t ask_kind;          /* enum grant_kind; only GRANT_QUESTION is granted yet */
    uint8_t ask_hash[32];
    uint64_t project;          /* 0 = the asker's only or first one */
    uint64_t rights;           /* all of these are needed */
    struct str name;
    struct str zone;
};

/* Codes of refusals: "login" (unknown or ended credentials: 401), "link" (used, old or unknown
 * link: 401), "role" (403), "project" (404), "closed" (rows and everything about single people,
 * until the ledger exists: 403), "invalid" (400), "io" (503). */
struct auth_answer {
    enum auth_type type;
    struct str cookie;
    struct str link;
    struct str me;             /* JSON {"member":{"id","name","role"},"projects":[{"id","name",
                                  "token","zone","demo","week_start"}]} for the console */
    struct str grant;          /* GRANT_BYTES */
    uint32_t principal;
    uint64_t project;
    uint64_t rights;
    struct str settings;       /* JSON {"zone","week_start","group_min","classes":{name:class}} of
                                  the project */
    struct str code;
};

void auth_wire_encode_request(const struct auth_request *request, struct bytes *body);
/* `type` is the frame's. ERR_INVALID. Strings borrow from body. */
int auth_wire_decode_request(uint8_t type, struct str body, struct auth_request *out) MUST_USE;
void auth_wire_encode_answer(const struct auth_answer *answer, struct bytes *body);
int auth_wire_decode_answer(uint8_t type, struct str body, struct auth_answer *out) MUST_USE;

#endif
