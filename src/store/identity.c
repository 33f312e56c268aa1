#include "store/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

void identity_release(struct identity *identity)
{
    free(identity->links);
    free(identity->person_of);
    free(identity->last_link);
    free(identity->before);
    *identity = (struct identity){ 0 };
}

uint32_t identity_present(const struct identity *identity, uint32_t code)
{
    if (code >= identity->code_cap || identity->person_of[code] == 0)
        return code;
    return identity->person_of[code];
}

static void reserve_code(struct identity *identity, uint32_t code)
{
    uint32_t cap = identity->code_cap;
    if (code < cap)
        return;
    check(code < INT32_MAX);
    uint32_t grown = cap + cap / 2 > code + 64 ? cap + cap / 2 : code + 64;
    identity->person_of = realloc(identity->person_of, grown * sizeof(*identity->person_of));
    identity->last_link = realloc(identity->last_link, grown * sizeof(*identity->last_link));
    check(identity->person_of && identity->last_link);
    memset(identity->person_of + cap, 0, (grown - cap) * sizeof(*identity->person_of));
    memset(identity->last_link + cap, 0, (grown - cap) * sizeof(*identity->last_link));
    identity->code_cap = grown;
}

bool identity_link(struct identity *identity, uint32_t device, uint32_t person)
{
    person = identity_present(identity, person);
    if (device == 0 || person == 0 || device == person)
        return false;
    reserve_code(identity, device > person ? device : person);
    if (identity->person_of[device] != 0 || identity->last_link[device] != 0)
        return false;
    if (identity->count == identity->cap) {
        identity->cap = identity->cap ? identity->cap + identity->cap / 2 : 64;
        identity->links = realloc(identity->links, identity->cap * sizeof(*identity->links));
        identity->before = realloc(identity->before, identity->cap * sizeof(*identity->before));
        check(identity->links && identity->before);
    }
    identity->before[identity->count] = identity->last_link[person];
    identity->links[identity->count++] = (struct identity_link){ device, person };
    identity->person_of[device] = person;
    identity->last_link[person] = identity->count;
    return true;
}

uint32_t identity_devices(const struct identity *identity, uint32_t person, uint32_t *out,
                          uint32_t max)
{
    uint32_t n = 0, first = person < identity->code_cap ? identity->last_link[person] : 0;
    for (uint32_t at = first; at != 0; at = identity->before[at - 1])
        n++;
    uint32_t i = n;
    for (uint32_t at = first; at != 0; at = identity->before[at - 1])
        if (--i < max)
            out[i] = identity->links[at - 1].device;
    return n;
}

static int compare_device(const void *a, const void *b)
{
    const struct identity_link *x = a, *y = b;
    return x->device < y->device ? -1 : x->device > y->device;
}

static int compare_person(const void *a, const void *b)
{
    const struct identity_link *x = a, *y = b;
    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    return compare_device(a, b);
}

struct moves *identity_moves(const struct identity *identity, uint32_t from)
{
    check(from <= identity->count);
    const uint32_t n = identity->count - from;
    struct moves *moves = calloc(1, sizeof(*moves) + (size_t)n * 2 * sizeof(moves->links[0]));
    check(moves != NULL);
    moves->pins = 1;
    moves->count = n;
    moves->by_device = moves->links;
    moves->by_person = moves->links + n;
    if (n > 0) {
        memcpy(moves->links, identity->links + from, n * sizeof(moves->links[0]));
        memcpy(moves->links + n, identity->links + from, n * sizeof(moves->links[0]));
        qsort(moves->links, n, sizeof(moves->links[0]), compare_device);
        qsort(moves->links + n, n, sizeof(moves->links[0]), compare_person);
    }
    return moves;
}

void identity_pin_moves(struct moves *moves)
{
    check(moves->pins++ > 0);
}

void identity_unpin_moves(struct moves *moves)
{
    if (moves && --moves->pins == 0)
        free(moves);
}

uint32_t identity_first_to(const struct moves *moves, uint32_t code)
{
    uint32_t lo = 0, hi = moves->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (moves->by_person[mid].person < code)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

uint32_t identity_first_from(const struct moves *moves, uint32_t code)
{
    uint32_t lo = 0, hi = moves->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (moves->by_device[mid].device < code)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}
