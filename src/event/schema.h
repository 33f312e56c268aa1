/* The classes of properties, and the names that decide a class by themselves (DESIGN 3.3). */
#ifndef EVENT_SCHEMA_H
#define EVENT_SCHEMA_H

#include <stdbool.h>

#include "base/str.h"

enum schema_class {
    SCHEMA_UNKNOWN = 0, /* the name does not decide: each value is judged alone */
    SCHEMA_OPEN,
    SCHEMA_QUASI,       /* place, browser, OS, referrer host, organisation ids: useful, coarse */
    SCHEMA_PERSONAL,    /* sealed */
    SCHEMA_SECRET,      /* dropped and counted */
};

const char *schema_class_name(enum schema_class c);         /* "open", "unknown", … */
bool schema_class_find(struct str name, enum schema_class *out);
/* True for the closed list of person ids of wall.md 2 ("distinct_id", "$user_id", …). */
bool schema_is_person_id(struct str property);

#endif
