#include "ledger/inside/pins.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "crypto/hash.h"

enum { WORDS = PINS_GRANT_WINDOW / 64 };

struct pins {
    struct map index;            /* login session → place */
    struct pin *pins;
    uint32_t count, cap;
    uint8_t boot_id[16];
    bool has_boot_id;
    uint64_t highest;
    uint64_t used[WORDS];        /* bit c % 4,096 stands for counter c */
};

struct pins *pins_create(void)
{
    struct pins *pins = calloc(1, sizeof(*pins));
    check(pins != NULL);
    return pins;
}

void pins_destroy(struct pins *pins)
{
    if (!pins)
        return;
    map_release(&pins->index);
    free(pins->pins);
    free(pins);
}

void pins_passkey(struct str credential_id, uint8_t out[16])
{
    uint8_t hash[HASH_SHA256_BYTES];
    hash_sha256(credential_id, hash);
    memcpy(out, hash, 16);
}

static void rebuild(struct pins *pins, int64_t now_ms)
{
    uint32_t kept = 0;
    map_reset(&pins->index);
    for (uint32_t i = 0; i < pins->count; i++) {
        if (pins->pins[i].ends_ms <= now_ms)
            continue;
        pins->pins[kept] = pins->pins[i];
        (void)map_put(&pins->index, str_of(pins->pins[kept].login_session, 16), kept, NULL);
        kept++;
    }
    pins->count = kept;
}

bool pins_put(struct pins *pins, const struct pin *pin, int64_t now_ms)
{
    const uint32_t *at = map_find(&pins->index, str_of(pin->login_session, 16));
    if (at) {
        pins->pins[*at] = *pin;
        return true;
    }
    if (pins->count == pins->cap) {
        rebuild(pins, now_ms);
        if (pins->count == PINS_MAX)
            return false;
    }
    if (pins->count == pins->cap) {
        pins->cap = pins->cap ? pins->cap * 2 : 64;
        struct pin *all = realloc(pins->pins, pins->cap * sizeof(*all));
        check(all != NULL);
        pins->pins = all;
    }
    pins->pins[pins->count] = *pin;
    (void)map_put(&pins->index, str_of(pin->login_session, 16), pins->count, NULL);
    pins->count++;
    return true;
}

struct pin *pins_find(struct pins *pins, const uint8_t login_session[16], int64_t now_ms)
{
    const uint32_t *at = map_find(&pins->index, str_of(login_session, 16));
    return at && pins->pins[*at].ends_ms > now_ms ? &pins->pins[*at] : NULL;
}

bool pins_use_proof(struct pin *pin, uint64_t counter)
{
    if (counter == 0)
        return false;
    if (counter > pin->highest) {
        uint64_t by = counter - pin->highest;
        pin->window = by >= PINS_PROOF_WINDOW ? 0 : pin->window << by;
        pin->window |= 1;
        pin->highest = counter;
        return true;
    }
    uint64_t behind = pin->highest - counter;
    if (behind >= PINS_PROOF_WINDOW || (pin->window >> behind & 1))
        return false;
    pin->window |= (uint64_t)1 << behind;
    return true;
}

static void forget(struct pins *pins, uint64_t counter)
{
    pins->used[counter / 64 % WORDS] &= ~((uint64_t)1 << (counter % 64));
}

bool pins_use_grant(struct pins *pins, const uint8_t boot_id[16], uint64_t counter)
{
    if (!pins->has_boot_id || memcmp(pins->boot_id, boot_id, 16) != 0) {
        memcpy(pins->boot_id, boot_id, 16);
        memset(pins->used, 0, sizeof(pins->used));
        pins->has_boot_id = true;
        pins->highest = 0;
    }
    if (counter + PINS_GRANT_WINDOW <= pins->highest)
        return false;
    if (counter > pins->highest + PINS_GRANT_WINDOW)
        memset(pins->used, 0, sizeof(pins->used));
    else
        for (uint64_t c = pins->highest + 1; c <= counter; c++)
            forget(pins, c);
    if (counter > pins->highest)
        pins->highest = counter;
    uint64_t *word = &pins->used[counter / 64 % WORDS], bit = (uint64_t)1 << (counter % 64);
    bool is_new = !(*word & bit);
    *word |= bit;
    return is_new;
}

