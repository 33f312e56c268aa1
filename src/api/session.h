/* Signing in and out, who one is, and the project's name and zone: what the console asks auth. */
#ifndef API_SESSION_H
#define API_SESSION_H

#include "api/call.h"

void session_enter(struct call *call);          /* POST /api/enter {"link"} */
void session_me(struct call *call);             /* GET /api/me */
void session_leave(struct call *call);          /* POST /api/leave */
void session_change_project(struct call *call); /* PATCH /api/project {"project","name","zone"} */
void session_owner_link(struct call *call);     /* POST /api/owner-link, by the owner's uid */

#endif
