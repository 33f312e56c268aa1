#include "ledger/inside/shares.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "sys/sandbox.h"

enum { WAYS = 4, SETS = SHARES_EPOCHS_KEPT / WAYS };

/* k_ledger(E) costs an X25519; a person's values share few epochs. A small cache with sets of
 * four. */
struct slot {
    uint8_t epoch[32];
    uint8_t key[32];
    bool is_there;
};

struct secrets {
    uint8_t secret[32];
    uint8_t public_key[32];
    struct slot slots[SETS][WAYS];
};

struct shares {
    struct secrets *secrets;   /* locked */
    uint32_t turn;
};

struct shares *shares_create(const uint8_t secret[32])
{
    struct shares *shares = calloc(1, sizeof(*shares));
    check(shares != NULL);
    shares->secrets = sandbox_key_alloc(sizeof(*shares->secrets));
    memcpy(shares->secrets->secret, secret, 32);
    seal_public(secret, shares->secrets->public_key);
    return shares;
}

void shares_destroy(struct shares *shares)
{
    if (!shares)
        return;
    sandbox_key_free(shares->secrets, sizeof(*shares->secrets));
    free(shares);
}

static int find_key(struct shares *shares, const uint8_t epoch[32], const uint8_t **key)
{
    struct slot *set = shares->secrets->slots[(epoch[0] | (uint32_t)epoch[1] << 8) % SETS];
    uint8_t exchanged[SEAL_KEY_BYTES];
    for (int i = 0; i < WAYS; i++)
        if (set[i].is_there && memcmp(set[i].epoch, epoch, sizeof(set[i].epoch)) == 0) {
            *key = set[i].key;
            return 0;
        }
    int r = seal_exchange(shares->secrets->secret, epoch, exchanged);
    if (r != 0)
        return r;
    struct slot *slot = &set[shares->turn++ % WAYS];
    const struct str parts[] = { STR("amana/ledger-key/1"), str_of(epoch, 32),
                                 str_of(shares->secrets->public_key, 32) };
    hash_framed(exchanged, parts, 3, slot->key, sizeof(slot->key));
    hash_wipe(exchanged, sizeof(exchanged));
    memcpy(slot->epoch, epoch, sizeof(slot->epoch));
    slot->is_there = true;
    *key = slot->key;
    return 0;
}

int shares_make(struct shares *shares, const uint8_t epoch[32], uint64_t project,
                const struct ref *subject, struct str property, uint8_t out[SHARES_BYTES])
{
    const uint8_t *key;
    uint8_t number[8];
    int r = find_key(shares, epoch, &key);
    if (r != 0)
        return r;
    for (int i = 0; i < 8; i++)
        number[i] = (uint8_t)(project >> (8 * i));
    const struct str parts[] = { STR("amana/share/1"), str_of(number, sizeof(number)),
                                 str_of(subject->bytes, sizeof(subject->bytes)), property };
    hash_framed(key, parts, 4, out, SHARES_BYTES);
    return 0;
}
