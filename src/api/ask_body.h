/* The JSON around an ask (docs/formats/console-api.md): the ask's own text, which nobody changes on
 * its way, and what goes beside it. Pure. */
#ifndef API_ASK_BODY_H
#define API_ASK_BODY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "event/ref.h"
#include "json/doc.h"
#include "ledger/wire/ask.h"

enum {
    ASK_BODY_MAX_BYTES = 256 * 1024,
    ASK_BODY_REFS_MAX = 3000,
    ASK_BODY_LOOKUP_MAX = 1024,
    ASK_BODY_ASSERTION_MAX = 8192,
};

struct ask_body {
    struct json_doc *doc;      /* what the strings borrow from */
    struct str ask;
    struct str question;       /* "" when there is none */
    struct str lookup;         /* the text; it goes to auth alone */
    uint8_t lookup_kind;       /* enum ref_kind; 0 = no lookup */
    struct str assertion;      /* its JSON, in the arena; "" when there is none */
    const struct ref *refs;    /* in the arena; sorted and distinct */
    uint32_t ref_count;
};

/* ERR_INVALID: no JSON object, or a member that is there is not of its form. Release it then,
 * too. */
int ask_body_parse(struct str text, struct arena *arena, struct ask_body *out) MUST_USE;
/* Wipes what the document holds. */
void ask_body_release(struct ask_body *body);
/* The ask itself, with what it says about its company: the hash of the refs and of the question.
 * NULL, or the code of the refusal. */
const char *ask_body_judge(const struct ask_body *body, struct ask *out) MUST_USE;

#endif
