/* Who sent a request to the console's address: the credentials in it, and whether a browser sent it
 * from our own page. */
#ifndef API_ASKER_H
#define API_ASKER_H

#include <stdbool.h>
#include <stdint.h>

#include "api/agent.h"
#include "auth/wire/auth_wire.h"
#include "base/arena.h"
#include "http/server.h"

#define ASKER_COOKIE_NAME "amana_login"

enum asker_kind { ASKER_COOKIE = 1, ASKER_KEY = 2, ASKER_UID = 4, ASKER_ANY = 7 };

struct asker {
    enum auth_by by;
    struct str cookie;   /* as auth_request takes them */
    struct str key;
    struct str secret;
    uint32_t uid;
    /* whoever it is */
    struct str address;  /* of the client, behind a proxy of this host */
    char agent[AGENT_TEXT_BYTES];
    struct str proof;    /* the header Amana-Proof, unread */
    struct str method;   /* as requested: the proof signs them */
    struct str path;
};

/* Everything but the credentials; by = nobody. Borrows from the request. */
void asker_note(const struct http_request *http, struct asker *out);

/* The credentials of one of the kinds (asker_kind, together), into an asker that was noted; a key
 * that was sent goes before a cookie, both before the uid behind our unix socket. False when there
 * are none. */
bool asker_find(const struct http_request *http, unsigned kinds, struct arena *arena,
                struct asker *out) MUST_USE;
/* What recent/ knows them by: SHA-256 over the kind and the credentials. */
void asker_hash(const struct asker *asker, uint8_t out[32]);
/* Puts all of it into a request to auth; strings borrow from the asker. */
void asker_put(const struct asker *asker, struct auth_request *request);
/* A cookie is sent by the browser whoever made it ask. What changes something therefore needs a
 * sign that our own page asked: an Origin that fits the Host, or, without one, Sec-Fetch-Site:
 * same-origin. */
bool asker_is_our_page(const struct http_request *http);
/* True where either header says that another page asks; a client that is no browser sends none. */
bool asker_is_foreign_page(const struct http_request *http);
/* The browser's own connection was https: X-Forwarded-Proto, believed from this host alone. */
bool asker_came_by_https(const struct http_request *http);

#endif
