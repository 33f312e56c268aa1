/* What members do about themselves: passkeys, password, second factor, logins. */
#ifndef AUTH_INSIDE_CALLS_OWN_H
#define AUTH_INSIDE_CALLS_OWN_H

#include "auth/inside/work.h"

void calls_own_passkey_begin(struct work *w);
void calls_own_passkey_add(struct work *w);
void calls_own_passkey_end(struct work *w);
void calls_own_password(struct work *w);
void calls_own_totp_begin(struct work *w);
void calls_own_totp_set(struct work *w);
void calls_own_totp_end(struct work *w);
void calls_own_logins(struct work *w);
void calls_own_login_end(struct work *w);

#endif
