/* Who one is, signing out, and the project's name and zone: what the console asks auth. */
#ifndef API_SESSION_H
#define API_SESSION_H

#include "api/call.h"

void session_me(struct call *call);             /* GET /api/me */
void session_leave(struct call *call);          /* POST /api/leave */
void session_change_project(struct call *call); /* PATCH /api/project {"project","name","zone"} */
void session_owner_link(struct call *call);     /* POST /api/owner-link, by the owner's uid */

/* Answers 200 with auth's `me` and what only web knows; with a cookie where one is given. */
void session_answer_me(struct call *call, struct str me, struct str cookie);

#endif
