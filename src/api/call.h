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
#include "http/static.h"
#include "json/doc.h"
#include "query/wire/query_wire.h"
#include "sys/file.h"
#include "sys/link.h"

enum { CALL_BODY_MAX_BYTES = 256 * 1024, CALL_PARAM_MAX_BYTES = 1024,
       CALL_HEADERS_MAX = 8 };

struct health;
struct route;

/* What all calls share. */
struct console {
    struct link *auth;
    struct link *query;
    struct link *vault;
    struct recent *recent;
    struct static_files *files;
    struct health *health;
    struct fs *log;            /* the logs' public files; NULL: there are none */
    uint32_t owner_uid;
    uint16_t ingest_port;
};

struct call {
    struct console *console;
    const struct route *route;
    struct http_request *http;
    struct arena *arena;       /* the request's */
    struct asker asker;        /* by = nobody on public routes */
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

/* What the ledger says beside a code. */
struct call_note {
    bool has_left;
    uint32_t left;             /* of the budget that refused */
    uint64_t entry;            /* of the refusal; 0 = none */
};

/* Each answers the request; the call is over then. */
void call_answer(struct call *call, unsigned status, struct str json);
void call_answer_as(struct call *call, unsigned status, const char *content_type, struct str body);
void call_answer_cookie(struct call *call, struct str json, const char *set_cookie);
void call_refuse(struct call *call, const struct call_error *error);
void call_refuse_noted(struct call *call, const struct call_error *error,
                       const struct call_note *note);

/* The headers of every answer of the API, for those that are not a text at once; into
 * headers[CALL_HEADERS_MAX], how many. */
uint32_t call_headers(unsigned status, const char *content_type, struct http_header *headers);

/* The error for a code of auth's, the vault's or the ledger's refusals, and for an asker without
 * credentials ("login"). */
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

/* Asks query: true with *out (borrows from *buf), which may be an error in query's own words; false
 * when it is away. */
bool call_ask_query(const struct console *console, const struct query_question *question,
                    uint32_t timeout_ms, struct bytes *buf, struct query_answer *out) MUST_USE;

#endif
