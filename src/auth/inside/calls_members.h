/* Members and what is decided about them. */
#ifndef AUTH_INSIDE_CALLS_MEMBERS_H
#define AUTH_INSIDE_CALLS_MEMBERS_H

#include "auth/inside/work.h"

void calls_members_list(struct work *w);
void calls_members_invite(struct work *w);
void calls_members_roles(struct work *w);
void calls_members_recover(struct work *w);
void calls_members_end(struct work *w);       /* members and keys */
void calls_members_approve(struct work *w);
void calls_members_freeze(struct work *w);
void calls_members_unfreeze(struct work *w);

#endif
