/* AUTH_CALL: everything about logins, members and keys, JSON both ways. One table says of each call
 * who may make it and whether the browser must sign it. */
#ifndef AUTH_INSIDE_CALLS_H
#define AUTH_INSIDE_CALLS_H

#include "auth/inside/work.h"

void calls_answer(struct work *w);

#endif
