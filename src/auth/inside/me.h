/* What somebody is told about themselves: /api/me, and every answer that begins a login. */
#ifndef AUTH_INSIDE_ME_H
#define AUTH_INSIDE_ME_H

#include "auth/inside/work.h"
#include "base/check.h"
#include "base/str.h"

/* Of w->asker. */
int me_write(struct work *w, struct str *out) MUST_USE;

#endif
