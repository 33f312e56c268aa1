/* One request to the console's address on its way through the routes, and how it is answered: JSON,
 * never stored by anybody, errors as {"error":{"code","at","message"}} with the codes that the
 * console has words for. */
#ifndef API_CALL_H
#define API_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "api/asker.h"
#include "api/crew.h"
#include "api/recent.h"
#include "base/bytes.h"
#include "base/check.h"
#include "http/server.h"
#include "json/doc.h"
#include "sys/link.h"

enum { CALL_BODY_MAX_BYTES = 256 * 1024, CALL_PARAM_MAX_BYTES = 1024 };

/* What all calls share. */
struct console {
    struct link *auth;
    struct link *query;
    struct recent *recent;
    uint32_t owner_uid;
    uint16_t ingest_port;
};

struct call {
    struct console *console;
    struct http_request *http;
    struct arena *arena;       /* the request's */
    struct asker asker;        /* unset for public routes */
    bool is_https;
    bool is_mixpanel;          /* refusals in Mixpanel's form (mixpanel-api.md 2) */
};

/* A refusal: code from the console's list, at a JSON pointer or NULL. */
struct call_error {
    unsigned status;
    const char *code;
    const char *at;
    const char *message;
};

/* Each answers the request; the call is over then. */
void call_answer(struct call *call, unsigned status, struct str json);
void call_answer_as(struct call *call, unsigned status, const char *content_type, struct str body);
void call_answer_cookie(struct call *call, struct str json, const char *set_cookie);
void call_refuse(struct call *call, const struct call_error *error);

/* The error for a code of auth's refusals (auth_wire.h), and for an asker without credentials
 * ("login"). */
struct call_error call_error_of(struct str code);
/* The error for a peer that is away or does not answer in time. */
struct call_error call_error_away(void);

/* A parameter of the query string: decoded, "" when absent. False when it is over
 * CALL_PARAM_MAX_BYTES: refused already. */
bool call_param(struct call *call, const char *name, struct str *out) MUST_USE;
/* The body as a JSON object; false when it is none: refused already. */
bool call_json(struct call *call, struct json_doc **out) MUST_USE;
/* Asks auth for the asker: 0 with *out (borrows from *buf), or the error to refuse with. */
bool call_ask_auth(const struct console *console, const struct auth_request *request,
                   struct bytes *buf, struct auth_answer *out, struct call_error *error) MUST_USE;

#endif
