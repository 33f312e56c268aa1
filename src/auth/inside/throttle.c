#include "auth/inside/throttle.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/random.h"

enum { ADDRESSES = 0, NAMES = 1, FORGET_MS = 60 * 60 * 1000, FIRST_WAIT_MS = 1000,
       NAME_BYTES = 256 };

void throttle_init(struct throttle *t)
{
    memset(t, 0, sizeof(*t));
    random_bytes(t->key, sizeof(t->key));
}

static struct throttle_cell *cell_of(struct throttle *t, int which, struct str text)
{
    return &t->cells[which][hash_sip64(t->key, text) % THROTTLE_CELLS];
}

/* Names are found whatever the case of their letters, and so they are one here. */
static struct throttle_cell *cell_of_name(struct throttle *t, struct str name)
{
    char folded[NAME_BYTES];
    size_t len = name.len < sizeof(folded) ? name.len : sizeof(folded);
    for (size_t i = 0; i < len; i++) {
        char c = name.ptr[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return cell_of(t, NAMES, str_of(folded, len));
}

static bool may_try(struct throttle_cell *cell, uint64_t now)
{
    if (now - cell->last_boot_ms > FORGET_MS)
        *cell = (struct throttle_cell){ .last_boot_ms = now };
    return now >= cell->next_boot_ms;
}

/* 1, 2, 4 … seconds after the free ones. */
static void count(struct throttle_cell *cell, uint64_t now)
{
    cell->last_boot_ms = now;
    if (++cell->tries < THROTTLE_FREE)
        return;
    uint32_t doublings = cell->tries - THROTTLE_FREE;
    uint64_t wait = doublings >= 20 ? THROTTLE_WAIT_MAX_MS
                                    : (uint64_t)FIRST_WAIT_MS << doublings;
    cell->next_boot_ms = now + (wait < THROTTLE_WAIT_MAX_MS ? wait : THROTTLE_WAIT_MAX_MS);
}

bool throttle_try(struct throttle *t, struct str address, struct str name, uint64_t now_boot_ms)
{
    struct throttle_cell *from = cell_of(t, ADDRESSES, address), *to = cell_of_name(t, name);
    bool may_from = may_try(from, now_boot_ms), may_to = may_try(to, now_boot_ms);
    if (!may_from || !may_to)
        return false;
    count(from, now_boot_ms);
    count(to, now_boot_ms);
    return true;
}

void throttle_forgive(struct throttle *t, struct str name)
{
    *cell_of_name(t, name) = (struct throttle_cell){ 0 };
}
