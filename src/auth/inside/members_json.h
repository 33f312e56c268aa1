/* The list of members and of what waits: all of it for those who decide, else one's own line. */
#ifndef AUTH_INSIDE_MEMBERS_JSON_H
#define AUTH_INSIDE_MEMBERS_JSON_H

#include "auth/inside/work.h"
#include "base/check.h"

int members_json_write(struct work *w, struct str *out) MUST_USE;

#endif
