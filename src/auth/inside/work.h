/* One request that is being answered: what every kind of answer needs. */
#ifndef AUTH_INSIDE_WORK_H
#define AUTH_INSIDE_WORK_H

#include <stdbool.h>

#include "auth/inside/askers.h"
#include "auth/inside/auth.h"
#include "auth/wire/auth_wire.h"
#include "auth/wire/evidence.h"
#include "base/arena.h"
#include "base/check.h"
#include "json/doc.h"

enum { WORK_BODY_MAX = 16 * 1024 };

struct work {
    struct auth *auth;
    const struct auth_request *request;
    struct arena *arena;
    struct auth_answer *answer;
    struct asker asker;
    struct evidence evidence;   /* after work_prove */
    uint8_t signature[64];
};

void work_refuse(struct work *w, const char *code);
/* Refuses for a negative r: `absent` is the code for ERR_NOT_FOUND; anything else is the database,
 * which has stopped then, but for a disk that was found full before anything was begun. */
bool work_passes(struct work *w, int r, const char *absent);
int work_begin(struct work *w) MUST_USE;
/* Commits for r = 0, else rolls back; what is left of r. */
int work_end(struct work *w, int r) MUST_USE;
/* The bytes move to the arena. */
struct str work_keep(struct work *w, struct bytes *text);
void work_answer(struct work *w, uint32_t status, struct str json);
/* Who asks; refused when it is nobody. */
bool work_identify(struct work *w);
/* With a cookie: the proof over `signed_text` holds and its counter is taken; refused otherwise. A
 * uid or a key signs nothing and passes. */
bool work_prove(struct work *w, struct str signed_text);
/* The body's JSON, an object; refused as invalid otherwise. The caller destroys it. */
bool work_read_body(struct work *w, struct json_doc **out);
/* The project that is meant, the asker's only or first where none is named, with their access.
 * Another's is as good as none. */
int work_find_project(struct work *w, uint64_t id, struct project *out,
                      struct access_entry *access) MUST_USE;
/* base64url of bytes, and back into the arena; ptr NULL when it is none or empty. */
struct str work_base64url(struct work *w, struct str bytes);
struct str work_unbase64(struct work *w, struct str text, size_t max);

#endif
