/* Passwords and the second factor, for those who cannot see people (wall.md 5.5): throttled before
 * anything is hashed, hashed without the lock, at most two at once. */
#ifndef AUTH_INSIDE_PASSWORDS_H
#define AUTH_INSIDE_PASSWORDS_H

#include "auth/inside/work.h"

enum { PASSWORDS_ALONE_MIN = 15, PASSWORDS_WITH_TOTP_MIN = 8, PASSWORDS_MAX = 256,
       PASSWORDS_AT_ONCE = 2 };

struct passwords_try { struct str name, password, totp; };

/* The member, and the level: 0 with a password alone, 1 with the second factor too. False: refused
 * (login, totp, throttled); a name that nobody has takes as long as a wrong password. */
bool passwords_check(struct work *w, const struct passwords_try *try, uint32_t *member,
                     uint8_t *level);
/* The asker's own. */
void passwords_set(struct work *w, struct str old, struct str new_password);
void passwords_totp_begin(struct work *w);
void passwords_totp_set(struct work *w, struct str code);
void passwords_totp_end(struct work *w, struct str code);

#endif
