#include "store/profiles.h"

#include <stdlib.h>
#include <string.h>

#include "event/limits.h"
#include "store/profile.h"

void profiles_release(struct profiles *profiles)
{
    for (uint32_t i = 0; i < profiles->count; i++)
        free((void *)(uintptr_t)profiles->items[i].content.ptr);
    free(profiles->items);
    free(profiles->of_person);
    free(profiles->dirty);
    map_release(&profiles->of_group);
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

void profiles_apply(struct profiles *profiles, uint32_t code, const struct profile_update *update)
{
    struct bytes content = { 0 };
    struct arena arena;
    struct profile *profile = code ? get_person(profiles, code)
                                   : get_group(profiles, update->group_key, update->group_id);
    arena_init(&arena, LIMIT_REQUEST_ARENA_BYTES);
    bool exists = profile_apply(profile->content, update, &arena, &content);
    set_content(profiles, profile, exists ? bytes_str(&content) : (struct str){ 0 });
    mark(profiles, profile);
    arena_release(&arena);
    bytes_release(&content);
}

void profiles_put(struct profiles *profiles, const struct profile *from)
{
    struct profile *profile = from->code
                                  ? get_person(profiles, from->code)
                                  : get_group(profiles, from->group_key, from->group_id);
    set_content(profiles, profile, from->content);
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
