#include "store/profiles.h"

#include <stdlib.h>
#include <string.h>

#include "event/limits.h"

/* An arena fails only when less than this is left: it is more than any piece of an operation. */
enum { ARENA_SHORT_BYTES = 256 * 1024 };

void profiles_release(struct profiles *profiles)
{
    for (uint32_t i = 0; i < profiles->count; i++)
        free((void *)(uintptr_t)profiles->items[i].content.ptr);
    free(profiles->items);
    free(profiles->of_person);
    free(profiles->dirty);
    map_release(&profiles->of_group);
    profile_names_release(&profiles->names);
    *profiles = (struct profiles){ 0 };
}

static const struct profile *present(const struct profiles *profiles, uint32_t index)
{
    return profiles->items[index].content.len > 0 ? &profiles->items[index] : NULL;
}

const struct profile *profiles_find_person(const struct profiles *profiles, uint32_t code)
{
    if (code >= profiles->code_cap || profiles->of_person[code] == 0)
        return NULL;
    return present(profiles, profiles->of_person[code] - 1);
}

static void group_name(struct str key, struct str id, struct bytes *out)
{
    bytes_put_str(out, key);
    bytes_append_str(out, id);
}

const struct profile *profiles_find_group(const struct profiles *profiles, struct str key,
                                          struct str id)
{
    struct bytes name = { 0 };
    group_name(key, id, &name);
    const uint32_t *index = map_find(&profiles->of_group, bytes_str(&name));
    bytes_release(&name);
    return index ? present(profiles, *index) : NULL;
}

static struct profile *add(struct profiles *profiles)
{
    if (profiles->count == profiles->cap) {
        profiles->cap = profiles->cap ? profiles->cap + profiles->cap / 2 : 16;
        profiles->items = realloc(profiles->items, profiles->cap * sizeof(*profiles->items));
        check(profiles->items != NULL);
    }
    profiles->items[profiles->count] = (struct profile){ 0 };
    return &profiles->items[profiles->count++];
}

static struct profile *get_person(struct profiles *profiles, uint32_t code)
{
    if (code >= profiles->code_cap) {
        uint32_t grown = code + code / 2 + 64, cap = profiles->code_cap;
        check(code < INT32_MAX);
        profiles->of_person = realloc(profiles->of_person, grown * sizeof(*profiles->of_person));
        check(profiles->of_person != NULL);
        memset(profiles->of_person + cap, 0, (grown - cap) * sizeof(*profiles->of_person));
        profiles->code_cap = grown;
    }
    if (profiles->of_person[code])
        return &profiles->items[profiles->of_person[code] - 1];
    struct profile *profile = add(profiles);
    profile->code = code;
    profiles->of_person[code] = profiles->count;
    return profile;
}

static struct profile *get_group(struct profiles *profiles, struct str key, struct str id)
{
    struct bytes name = { 0 };
    bool is_new;
    group_name(key, id, &name);
    uint32_t index = *map_put(&profiles->of_group, bytes_str(&name), profiles->count, &is_new);
    if (is_new) {
        struct profile *profile = add(profiles);
        profile->group_key = arena_copy(&profiles->of_group.keys, key);
        profile->group_id = arena_copy(&profiles->of_group.keys, id);
        check(profile->group_key.ptr && profile->group_id.ptr);
    }
    bytes_release(&name);
    return &profiles->items[index];
}

static void set_content(struct profiles *profiles, struct profile *profile, struct str content)
{
    char *copy = NULL;
    if (content.len) {
        copy = malloc(content.len);
        check(copy != NULL);
        memcpy(copy, content.ptr, content.len);
    }
    profiles->content_bytes += content.len - profile->content.len;
    free((void *)(uintptr_t)profile->content.ptr);
    profile->content = str_of(copy, content.len);
}

static void mark(struct profiles *profiles, struct profile *profile)
{
    if (profile->is_dirty)
        return;
    if (profiles->dirty_count == profiles->dirty_cap) {
        profiles->dirty_cap = profiles->dirty_cap ? profiles->dirty_cap * 2 : 64;
        profiles->dirty = realloc(profiles->dirty, profiles->dirty_cap * sizeof(*profiles->dirty));
        check(profiles->dirty != NULL);
    }
    profiles->dirty[profiles->dirty_count++] = (uint32_t)(profile - profiles->items);
    profile->is_dirty = true;
}

static void fold(struct profiles_change *change, struct str old,
                 const struct profile_update *const *updates, uint32_t *count)
{
    uint32_t n = 0;
    arena_init(&change->arena, LIMIT_REQUEST_ARENA_BYTES);
    profile_open(&change->work, old, &change->arena);
    while (n < *count) {
        profile_fold(&change->work, updates[n++]);
        if (change->arena.used > LIMIT_REQUEST_ARENA_BYTES - ARENA_SHORT_BYTES)
            break;
    }
    *count = n;
}

/* The memory that the operations share ends sooner than what each would have alone. One that may
 * have met the end is left for the next run: those before it are folded again, without it. */
uint32_t profiles_prepare(const struct profiles *profiles, uint32_t code,
                          const struct profile_update *const *updates, uint32_t count,
                          struct profiles_change *change)
{
    *change = (struct profiles_change){ .code = code, .group_key = updates[0]->group_key,
                                        .group_id = updates[0]->group_id };
    const struct profile *profile = code ? profiles_find_person(profiles, code)
                                         : profiles_find_group(profiles, change->group_key,
                                                               change->group_id);
    struct str old = profile ? profile->content : (struct str){ 0 };
    uint32_t done = count;
    fold(change, old, updates, &done);
    if (done > 1 && change->arena.used > LIMIT_REQUEST_ARENA_BYTES - ARENA_SHORT_BYTES) {
        profile_release(&change->work);
        arena_release(&change->arena);
        done--;
        fold(change, old, updates, &done);
    }
    (void)profile_encode(&change->work, &change->content);
    return done;
}

void profiles_commit(struct profiles *profiles, struct profiles_change *change)
{
    const struct profile_work *work = &change->work;
    struct profile *profile = change->code ? get_person(profiles, change->code)
                                           : get_group(profiles, change->group_key,
                                                       change->group_id);
    profile_names_change(&profiles->names, change->code ? NULL : &change->group_key, work->before,
                         (struct property_list){ work->properties, work->count });
    set_content(profiles, profile, bytes_str(&change->content));   /* frees what was borrowed */
    mark(profiles, profile);
    profile_release(&change->work);
    arena_release(&change->arena);
    bytes_release(&change->content);
}

void profiles_apply(struct profiles *profiles, uint32_t code, const struct profile_update *update)
{
    struct profiles_change change;
    (void)profiles_prepare(profiles, code, &update, 1, &change);
    profiles_commit(profiles, &change);
}

void profiles_put(struct profiles *profiles, const struct profile *from)
{
    struct profile *profile = from->code
                                  ? get_person(profiles, from->code)
                                  : get_group(profiles, from->group_key, from->group_id);
    set_content(profiles, profile, from->content);
}

void profiles_note_names(struct profiles *profiles)
{
    struct profile_work work;
    struct arena arena;
    arena_init(&arena, 0);
    profile_names_release(&profiles->names);
    for (uint32_t i = 0; i < profiles->count; i++) {
        const struct profile *profile = &profiles->items[i];
        if (profile->content.len == 0)
            continue;
        profile_open(&work, profile->content, &arena);
        profile_names_change(&profiles->names, profile->code ? NULL : &profile->group_key,
                             (struct property_list){ 0 }, work.before);
        profile_release(&work);
        if (arena.used > 1 << 20)
            arena_release(&arena);
        else
            arena_reset(&arena);
    }
    arena_release(&arena);
}

const struct profile *profiles_dirty(const struct profiles *profiles, uint32_t index)
{
    return index < profiles->dirty_count ? &profiles->items[profiles->dirty[index]] : NULL;
}

void profiles_clean(struct profiles *profiles)
{
    for (uint32_t i = 0; i < profiles->dirty_count; i++)
        profiles->items[profiles->dirty[i]].is_dirty = false;
    profiles->dirty_count = 0;
}
