#include "store/tables.h"

#include "base/err.h"
#include "event/limits.h"
#include "store/profile.h"

enum { RECORD_PERSONS = 1, RECORD_LINKS, RECORD_PERSON, RECORD_GROUP, RECORD_COUNT };
enum { FRAME_BYTES = 4 * 1024 * 1024, BATCH = 65536 };

/* ---- writing --------------------------------------------------------------------------------- */

struct writer {
    struct journal *journal;
    struct bytes frame;
};

static int cut(struct writer *w, size_t at_least)
{
    if (w->frame.len == 0 || w->frame.len < at_least)
        return 0;
    int r = journal_append(w->journal, bytes_str(&w->frame));
    bytes_reset(&w->frame);
    return r;
}

static void put_head(struct writer *w, uint8_t type, uint64_t project)
{
    bytes_put_u8(&w->frame, type);
    bytes_put_u64(&w->frame, project);
}

static int put_persons(struct writer *w, const struct store *store, uint32_t from)
{
    int r = 0;
    for (uint32_t at = from; at < store->persons.count && r == 0; at += BATCH) {
        uint32_t n = store->persons.count - at < BATCH ? store->persons.count - at : BATCH;
        put_head(w, RECORD_PERSONS, store->project);
        bytes_put_u32(&w->frame, at);
        bytes_put_u32(&w->frame, n);
        bytes_append(&w->frame, store->persons.refs + at, n * sizeof(struct ref));
        r = cut(w, FRAME_BYTES);
    }
    return r;
}

static int put_links(struct writer *w, const struct store *store, uint32_t from)
{
    int r = 0;
    for (uint32_t at = from; at < store->identity.count && r == 0; at += BATCH) {
        uint32_t n = store->identity.count - at < BATCH ? store->identity.count - at : BATCH;
        put_head(w, RECORD_LINKS, store->project);
        bytes_put_u32(&w->frame, at);
        bytes_put_u32(&w->frame, n);
        for (uint32_t i = at; i < at + n; i++) {
            bytes_put_u32(&w->frame, store->identity.links[i].device);
            bytes_put_u32(&w->frame, store->identity.links[i].person);
        }
        r = cut(w, FRAME_BYTES);
    }
    return r;
}

static int put_profile(struct writer *w, uint64_t project, const struct profile *profile)
{
    put_head(w, profile->code ? RECORD_PERSON : RECORD_GROUP, project);
    if (profile->code) {
        bytes_put_u32(&w->frame, profile->code);
    } else {
        bytes_put_str(&w->frame, profile->group_key);
        bytes_put_str(&w->frame, profile->group_id);
    }
    bytes_put_str(&w->frame, profile->content);
    return cut(w, FRAME_BYTES);
}

static int put_profiles(struct writer *w, const struct store *store, bool whole)
{
    const struct profile *profile;
    int r = 0;
    if (!whole) {
        for (uint32_t i = 0; r == 0 && (profile = profiles_dirty(&store->profiles, i)); i++)
            r = put_profile(w, store->project, profile);
        return r;
    }
    for (uint32_t i = 0; i < store->profiles.count && r == 0; i++)
        if (store->profiles.items[i].content.len > 0)
            r = put_profile(w, store->project, &store->profiles.items[i]);
    return r;
}

static int put_counts(struct writer *w, const struct counts *counts, bool whole)
{
    int r = 0;
    for (uint32_t i = 0; i < counts->count && r == 0; i++) {
        const struct count *count = &counts->items[i];
        if (!whole && !count->is_dirty)
            continue;
        put_head(w, RECORD_COUNT, count->project);
        bytes_put_str(&w->frame, count->protocol);
        bytes_put_str(&w->frame, count->reason);
        bytes_put_u64(&w->frame, count->n);
        bytes_put_u64(&w->frame, (uint64_t)count->last_ms);
        r = cut(w, FRAME_BYTES);
    }
    return r;
}

int tables_append(struct stores *stores, struct journal *journal, bool whole)
{
    struct writer w = { .journal = journal };
    int r = 0;
    for (uint32_t i = 0; i < stores->count && r == 0; i++) {
        const struct store *store = stores->items[i];
        r = put_persons(&w, store, whole ? 0 : store->durable_persons);
        if (r == 0)
            r = put_links(&w, store, whole ? 0 : store->durable_links);
        if (r == 0)
            r = put_profiles(&w, store, whole);
    }
    if (r == 0)
        r = put_counts(&w, &stores->counts, whole);
    if (r == 0)
        r = cut(&w, 1);
    bytes_release(&w.frame);
    return r;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void load_persons(struct bytes_reader *r, struct store *store)
{
    uint32_t first = bytes_get_u32(r), n = bytes_get_u32(r);
    if (first != store->persons.count)
        r->failed = true;
    for (uint32_t i = 0; i < n && !r->failed; i++) {
        struct ref ref;
        struct str raw = bytes_get_raw(r, sizeof(ref.bytes));
        for (size_t k = 0; k < raw.len; k++)
            ref.bytes[k] = (uint8_t)raw.ptr[k];
        if (!r->failed && persons_put(&store->persons, &ref) != first + i + 1)
            r->failed = true;
    }
}

static void load_links(struct bytes_reader *r, struct store *store)
{
    uint32_t first = bytes_get_u32(r), n = bytes_get_u32(r);
    if (first != store->identity.count)
        r->failed = true;
    for (uint32_t i = 0; i < n && !r->failed; i++) {
        uint32_t device = bytes_get_u32(r), person = bytes_get_u32(r);
        if (r->failed || device > store->persons.count || person > store->persons.count ||
            identity_present(&store->identity, person) != person ||
            !identity_link(&store->identity, device, person))
            r->failed = true;
    }
}

static void load_profile(struct bytes_reader *r, struct store *store, bool is_person)
{
    struct profile profile = { 0 };
    struct arena arena;
    if (is_person) {
        profile.code = bytes_get_u32(r);
    } else {
        profile.group_key = bytes_get_str(r);
        profile.group_id = bytes_get_str(r);
    }
    profile.content = bytes_get_str(r);
    arena_init(&arena, LIMIT_REQUEST_ARENA_BYTES);
    if (r->failed || (is_person && (profile.code == 0 || profile.code > store->persons.count)) ||
        (profile.content.len > 0 && !profile_is_sound(profile.content, &arena)))
        r->failed = true;
    else
        profiles_put(&store->profiles, &profile);
    arena_release(&arena);
}

static void load_count(struct bytes_reader *r, struct stores *stores, uint64_t project)
{
    struct count count = { .project = project };
    count.protocol = bytes_get_str(r);
    count.reason = bytes_get_str(r);
    count.n = bytes_get_u64(r);
    count.last_ms = (int64_t)bytes_get_u64(r);
    if (!r->failed)
        counts_put(&stores->counts, &count);
}

int tables_load(void *ctx, struct str payload)
{
    struct stores *stores = ctx;
    struct bytes_reader r = bytes_reader_over(payload);
    while (bytes_left(&r) > 0) {
        uint8_t type = bytes_get_u8(&r);
        uint64_t project = bytes_get_u64(&r);
        if (r.failed || type < RECORD_PERSONS || type > RECORD_COUNT)
            return ERR_CORRUPT;
        if (type == RECORD_COUNT) {
            load_count(&r, stores, project);
            continue;
        }
        struct store *store = store_get(stores, project);
        if (type == RECORD_PERSONS)
            load_persons(&r, store);
        else if (type == RECORD_LINKS)
            load_links(&r, store);
        else
            load_profile(&r, store, type == RECORD_PERSON);
    }
    return r.failed ? ERR_CORRUPT : 0;
}
