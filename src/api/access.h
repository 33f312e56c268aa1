/* Logins, passkeys, members, keys, decisions, freezing: auth's business, to which a request goes as
 * it came. Web adds who asks and from where, and makes a cookie of what auth hands out. */
#ifndef API_ACCESS_H
#define API_ACCESS_H

#include "api/call.h"

enum { ACCESS_BODY_MAX_BYTES = 16 * 1024 };

/* The route's auth_call. */
void access_call(struct call *call);

#endif
