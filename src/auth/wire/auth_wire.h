/* web → auth. Every request says who asks (a cookie, an API key with its secret, or the uid behind
 * web's unix socket); every answer is one of the types from AUTH_GRANTED on. Bodies are what
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
    /* 1 is nothing: a link comes with AUTH_CALL, as every way in does */
    AUTH_AUTHORIZE = 2,   /* ask_kind, ask_hash, project, rights: may they, and a grant for it */
    AUTH_ME = 3,          /* who am I, which projects */
    AUTH_LEAVE = 4,       /* ends the login session */
    AUTH_CHANGE_PROJECT = 5, /* project; name and zone where not empty: needs RIGHT_SETTINGS */
    AUTH_NEW_OWNER_LINK = 6, /* by the owner's uid only: another link, the former one is dead */
    AUTH_CALL = 7,        /* call, body: everything about logins, members, keys (JSON both ways) */
    /* answers */
    AUTH_GRANTED = 65,    /* grant, principal, project, rights, settings */
    AUTH_IS = 66,         /* me (of ME and CHANGE_PROJECT) */
    AUTH_DONE = 67,
    AUTH_LINKED = 68,     /* link */
    AUTH_REFUSED = 69,    /* code */
    AUTH_ANSWERED = 70,   /* status, json, and a cookie where a login began */
};

enum auth_by { AUTH_BY_COOKIE = 1, AUTH_BY_KEY = 2, AUTH_BY_UID = 3,
               AUTH_BY_NOBODY = 4 /* AUTH_CALL alone: the calls that begin a login */ };

/* What AUTH_CALL asks; docs/formats/console-api.md has the bodies, under the same words. */
enum auth_call {
    AUTH_LOGIN_BEGIN = 1, AUTH_LOGIN_PASSKEY, AUTH_LOGIN_PASSWORD, AUTH_LOGIN_LINK,
    AUTH_PASSKEY_BEGIN, AUTH_PASSKEY_ADD, AUTH_PASSKEY_END,
    AUTH_PASSWORD_SET, AUTH_TOTP_BEGIN, AUTH_TOTP_SET, AUTH_TOTP_END,
    AUTH_LOGINS_LIST, AUTH_LOGIN_END,
    AUTH_MEMBERS_LIST, AUTH_MEMBER_INVITE, AUTH_MEMBER_ROLES, AUTH_MEMBER_RECOVER, AUTH_MEMBER_END,
    AUTH_KEYS_LIST, AUTH_KEY_ADD, AUTH_KEY_END,
    AUTH_DECISION_APPROVE, AUTH_FREEZE, AUTH_UNFREEZE,
    AUTH_CALL_LAST = AUTH_UNFREEZE,
};

struct auth_request {
    enum auth_type type;
    enum auth_by by;
    struct str cookie;         /* 43 base64url characters */
    struct str key;            /* "k_…" */
    struct str secret;
    uint32_t uid;
    uint8_t ask_kind;          /* enum grant_kind. GRANT_QUESTION: ask_hash is of the question.
                                  All others: `ask` is the text, ask_hash is not looked at */
    uint8_t ask_hash[32];
    uint64_t project;          /* 0 = the asker's only or first one */
    uint64_t rights;           /* all of these are needed */
    struct str name;
    struct str zone;
    enum auth_call call;
    struct str body;           /* AUTH_CALL: the request's body as it came; at most 16 KiB */
    struct str ask;            /* the ask's text, also of decisions */
    struct str proof;          /* the header Amana-Proof; empty = none. With a cookie, everything
                                  but ME, LEAVE, AUTHORIZE of a question and the calls that only
                                  list needs one */
    struct str method, path;   /* as requested: the proof signs them */
    struct str assertion;      /* JSON {"id","auth_data","client_data","signature"} (base64url):
                                  level 3 */
    struct str lookup;         /* AUTHORIZE of find: the text; it ends in auth */
    uint8_t lookup_kind;       /* REF_KIND_ID, _EMAIL, _PHONE */
    struct str address;        /* of the client: throttling, keys' address lists, the ledger */
    struct str agent;          /* "Firefox 140 on Linux" at most 64 bytes, for lists of logins */
};

/* Codes of refusals: "login" (unknown or ended credentials: 401), "link" (used, old or unknown
 * link: 401), "proof" (401: none, wrong, used, too old), "role" (403), "level" (403: this needs a
 * passkey), "frozen" (403), "project" (404), "ask" (400: not canonical), "lookup" (400: not of that
 * kind), "throttled" (429), "invalid" (400), "closed" (503: the ledger is away), "io" (503). */
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
    struct str evidence;       /* GRANTED for an ask: goes along with the grant, unread */
    uint32_t status;           /* ANSWERED: HTTP */
    struct str json;           /* ANSWERED */
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
