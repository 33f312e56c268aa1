/* A vault with values in it, a stand-in ledger behind it, and asks with grants as auth signs them. */
#ifndef TESTS_SUPPORT_OPENING_ROOM_H
#define TESTS_SUPPORT_OPENING_ROOM_H

#include "auth/wire/grant.h"
#include "ledger/wire/ask.h"
#include "support/ledger_stand.h"
#include "support/vault_room.h"
#include "vault/inside/opening.h"

enum { OPENING_PRINCIPAL = 12, OPENING_SUBJECTS_MAX = 3000 };

struct opening_room {
    struct vault_room vault;
    struct turn turn;
    struct link *link;
    struct ledger_stand ledger;
    struct opening *opening;
    uint8_t auth_secret[64], auth_public[32];
    uint8_t boot_id[16];
    uint64_t batch;              /* the last one's sequence */
};

void opening_room_open(struct opening_room *room);
void opening_room_close(struct opening_room *room);
/* The program anew over the same disk; the ledger stays. with_crash: the power fails in between. */
void opening_room_restart(struct opening_room *room, bool with_crash);
/* Values as ingest would have sent them. */
void opening_room_put(struct opening_room *room, const struct vault_room_value *values,
                      uint32_t count);

/* One request. Change ask, refs or grant and make it anew, or change its bytes. */
struct opening_ask {
    struct ask ask;
    struct grant grant;
    struct ref refs[OPENING_SUBJECTS_MAX];
    struct bytes text;
    uint8_t grant_bytes[GRANT_BYTES];
    struct vault_ask wire;       /* borrows from the above */
};

/* A reveal of fields (already escaped and sorted) of those subjects, whose refs are sorted here. */
void opening_ask_reveal(const struct opening_room *room, const char *const *fields,
                        uint32_t field_count, const uint32_t *subjects, uint32_t count,
                        struct opening_ask *out);
void opening_ask_find(const struct opening_room *room, const struct ref *ref,
                      struct opening_ask *out);
/* Text, hashes and grant from ask and refs; counts are those of the ask. */
void opening_ask_make(const struct opening_room *room, struct opening_ask *ask);
void opening_ask_sign(const struct opening_room *room, struct opening_ask *ask);
void opening_ask_release(struct opening_ask *ask);
/* Where the subject stands among the refs. */
uint32_t opening_ask_place(const struct opening_ask *ask, uint32_t subject);

#endif
