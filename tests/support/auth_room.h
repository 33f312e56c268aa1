/* auth's room as init leaves it, and auth over it, for unit tests: project 1 "Shop" in Asia/Riyadh,
 * key ROOM_API_KEY, owner's uid 1000, boot id of sevens. */
#ifndef TESTS_SUPPORT_AUTH_ROOM_H
#define TESTS_SUPPORT_AUTH_ROOM_H

#include "auth/inside/answers.h"
#include "auth/inside/auth.h"
#include "auth/inside/setup.h"
#include "support/disk.h"

#define ROOM_API_TOKEN "0123456789abcdef0123456789abcdef"
#define ROOM_API_KEY "k_0123456789abcdef0123456789abcdef"
#define ROOM_API_SECRET "SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS"
#define ROOM_OWNER_LINK "LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL"
enum { ROOM_OWNER_UID = 1000 };

struct auth_room {
    struct disk *disk;
    struct fs *fs;
    struct auth *auth;
    uint8_t secret_key[64];
    uint8_t public_key[32];
    struct bytes settings;      /* ingest's, as setup made them */
    struct arena arena;         /* of the answers, until close */
    struct auth_answer answer;  /* the last */
};

void auth_room_open(struct auth_room *room);
void auth_room_close(struct auth_room *room);
/* Closes auth and opens it again; with_crash: the power fails in between. */
void auth_room_restart(struct auth_room *room, bool with_crash);
/* Asks, and leaves the answer in room->answer; its type. */
enum auth_type auth_room_ask(struct auth_room *room, struct auth_request request);
/* As above, for what must be refused: the code, or "" when it was not. */
struct str auth_room_refusal(struct auth_room *room, struct auth_request request);
/* The request that brings a link, without a browser's key; valid while the room is open. */
struct auth_request auth_room_link(struct auth_room *room, struct str link);
/* Enters with the link: the cookie, in the arena; fails the test when it is refused. */
struct str auth_room_enter(struct auth_room *room, struct str link);
/* The member's roles in project 1, as if decided long ago. */
void auth_room_set_roles(struct auth_room *room, uint32_t member, const char *roles);
/* An ask of that kind for project 1: no refs, purpose support, limit 1, a question's hash. */
struct str auth_room_ask_text(struct auth_room *room, enum grant_kind kind);
/* A second project with a key of its own, "k_other", same secret. */
void auth_room_add_project(struct auth_room *room);

#endif
