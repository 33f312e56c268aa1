/* Someone asked for what we refuse: a value, counted per reason and shown, never logged as an
 * error, never with the content. */
#ifndef EVENT_REFUSAL_H
#define EVENT_REFUSAL_H

#include <stdbool.h>

#include "base/str.h"

enum refusal_reason {
    REFUSAL_NONE = 0,
#define REFUSAL(name, text) REFUSAL_##name,
#include "event/refusal.def"
#undef REFUSAL
    REFUSAL_COUNT
};

struct refusal {
    enum refusal_reason reason; /* REFUSAL_NONE: admitted */
    struct str field;           /* which member, by a name of ours or the record's property name */
};

const char *refusal_name(enum refusal_reason reason); /* "token_missing"; "none" for 0 */
const char *refusal_text(enum refusal_reason reason); /* one English sentence */
enum refusal_reason refusal_find(struct str name);    /* REFUSAL_NONE when unknown */

#endif
