#include "store/subjects.h"

#include <string.h>

#include "base/err.h"
#include "store/profile.h"
#include "store/store_inside.h"

static void lock(struct store *store)
{
    (void)pthread_mutex_lock(&store->stores->lock);
}

static void unlock(struct store *store)
{
    (void)pthread_mutex_unlock(&store->stores->lock);
}

uint32_t subjects_find(struct store *store, const struct ref *ref)
{
    lock(store);
    uint32_t code = identity_present(&store->identity, persons_find(&store->persons, ref));
    unlock(store);
    return code;
}

uint32_t subjects_present(struct store *store, uint32_t code)
{
    lock(store);
    uint32_t present = code <= store->persons.count ? identity_present(&store->identity, code)
                                                    : 0;
    unlock(store);
    return present;
}

uint32_t subjects_copy(struct store *store, uint32_t first, uint32_t max, struct ref *out)
{
    check(first > 0);
    lock(store);
    uint32_t n = first <= store->persons.count ? store->persons.count - first + 1 : 0;
    n = n < max ? n : max;
    if (n > 0)
        memcpy(out, store->persons.refs + first - 1, n * sizeof(*out));
    unlock(store);
    return n;
}

/* Hold the lock. */
static int copy_subjects(const struct store *store, uint32_t code, struct arena *arena,
                         struct ref **out, uint32_t *count)
{
    if (code == 0 || code > store->persons.count)
        return ERR_NOT_FOUND;
    uint32_t n = identity_devices(&store->identity, code, NULL, 0);
    uint32_t *devices = arena_try(arena, (n + 1u) * sizeof(*devices));
    *out = arena_try(arena, (n + 1u) * sizeof(**out));
    if (!devices || !*out)
        return ERR_NOMEM;
    (void)identity_devices(&store->identity, code, devices, n);
    (*out)[0] = store->persons.refs[code - 1];
    for (uint32_t i = 0; i < n; i++)
        (*out)[i + 1] = store->persons.refs[devices[i] - 1];
    *count = n + 1;
    return 0;
}

int subjects_of(struct store *store, uint32_t code, struct arena *arena, struct ref **out,
                uint32_t *count)
{
    lock(store);
    int r = copy_subjects(store, code, arena, out, count);
    unlock(store);
    return r;
}

static int decode_profile(struct str content, struct arena *arena, struct property **out,
                          uint32_t *count)
{
    struct bytes_reader reader = bytes_reader_over(content);
    uint32_t left = UINT32_MAX, n = 0;
    struct property property;
    while (profile_next(&reader, &left, arena, &property))
        n++;
    *out = arena_try(arena, (n + 1u) * sizeof(**out));
    if (!*out)
        return ERR_NOMEM;
    reader = bytes_reader_over(content);
    left = UINT32_MAX;
    *count = 0;
    while (*count < n && profile_next(&reader, &left, arena, &(*out)[*count]))
        (*count)++;
    return 0;
}

int subjects_profile(struct store *store, uint32_t code, struct arena *arena,
                     struct property **out, uint32_t *count)
{
    struct str content = { 0 };
    bool is_there = false;
    lock(store);
    const struct profile *profile = profiles_find_person(&store->profiles, code);
    if (profile) {
        is_there = true;
        content = arena_copy(arena, profile->content);
    }
    unlock(store);
    *out = NULL;
    *count = 0;
    if (!is_there)
        return 0;
    return content.ptr ? decode_profile(content, arena, out, count) : ERR_NOMEM;
}
