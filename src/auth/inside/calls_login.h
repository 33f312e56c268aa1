/* The four ways in: a link, a passkey, a password, and the nonce before the last two. */
#ifndef AUTH_INSIDE_CALLS_LOGIN_H
#define AUTH_INSIDE_CALLS_LOGIN_H

#include "auth/inside/work.h"

void calls_login_begin(struct work *w);
void calls_login_link(struct work *w);
void calls_login_passkey(struct work *w);
void calls_login_password(struct work *w);

#endif
