/* Nonces that a browser signs: made here, good once, for five minutes, in memory. Bounded: the
 * oldest makes room, and those of strangers who log in never push out a member's. */
#ifndef AUTH_INSIDE_NONCES_H
#define AUTH_INSIDE_NONCES_H

#include <stdint.h>

#include "base/check.h"
#include "base/str.h"

#define NONCES_LIFE_MS ((uint64_t)5 * 60 * 1000)
enum { NONCES_BYTES = 16, NONCES_LOGIN_MAX = 4096, NONCES_MEMBER_MAX = 256 };

struct nonces_entry {
    uint8_t nonce[NONCES_BYTES];
    uint32_t principal;   /* 0 = of a login */
    uint64_t ends_boot_ms;
};

struct nonces {
    struct nonces_entry logins[NONCES_LOGIN_MAX], members[NONCES_MEMBER_MAX];
    uint32_t login_at, member_at;
};

void nonces_init(struct nonces *nonces);
/* principal: who enrols something, or 0 for a login. */
void nonces_make(struct nonces *nonces, uint32_t principal, uint64_t now_boot_ms,
                 uint8_t out[NONCES_BYTES]);
/* Takes the nonce in hex, and it is used up. ERR_NOT_FOUND. */
int nonces_take(struct nonces *nonces, uint32_t principal, struct str hex, uint64_t now_boot_ms,
                uint8_t out[NONCES_BYTES]) MUST_USE;

#endif
