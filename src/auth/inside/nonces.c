#include "auth/inside/nonces.h"

#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"

void nonces_init(struct nonces *n)
{
    memset(n, 0, sizeof(*n));
}

void nonces_make(struct nonces *n, uint32_t principal, uint64_t now_boot_ms,
                 uint8_t out[NONCES_BYTES])
{
    struct nonces_entry *entry = principal ? &n->members[n->member_at++ % NONCES_MEMBER_MAX]
                                           : &n->logins[n->login_at++ % NONCES_LOGIN_MAX];
    random_bytes(entry->nonce, sizeof(entry->nonce));
    entry->principal = principal;
    entry->ends_boot_ms = now_boot_ms + NONCES_LIFE_MS;
    memcpy(out, entry->nonce, NONCES_BYTES);
}

int nonces_take(struct nonces *n, uint32_t principal, struct str hex, uint64_t now_boot_ms,
                uint8_t out[NONCES_BYTES])
{
    struct nonces_entry *all = principal ? n->members : n->logins;
    uint32_t count = principal ? NONCES_MEMBER_MAX : NONCES_LOGIN_MAX;
    if (!str_to_hex_bytes(hex, out, NONCES_BYTES))
        return ERR_NOT_FOUND;
    for (uint32_t i = 0; i < count; i++)
        if (all[i].ends_boot_ms > now_boot_ms && all[i].principal == principal &&
            hash_equal(all[i].nonce, out, NONCES_BYTES)) {
            all[i].ends_boot_ms = 0;
            return 0;
        }
    return ERR_NOT_FOUND;
}
