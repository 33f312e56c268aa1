/* Feeding and pinning. A row goes into its project's tail; a full tail becomes a run, a part in
 * memory; store_flush.c makes parts on disk of runs. A reader pins parts, runs and the tail as a
 * part, so there is one form to read, and an overlay of identity links. */
#include "store/store.h"

#include <stdlib.h>

#include "base/err.h"
#include "store/profile.h"
#include "store/store_flush.h"
#include "store/store_inside.h"
#include "sys/clock.h"

static struct stores *of_sink(struct sink *sink)
{
    return (struct stores *)sink;
}

static void lock(struct stores *stores)
{
    (void)pthread_mutex_lock(&stores->lock);
}

static void unlock(struct stores *stores)
{
    (void)pthread_mutex_unlock(&stores->lock);
}

/* ---- projects -------------------------------------------------------------------------------- */

static struct str project_key(const uint64_t *project)
{
    return str_of(project, sizeof(*project));
}

struct store *store_get(struct stores *stores, uint64_t project)
{
    const uint32_t *found = map_find(&stores->index, project_key(&project));
    if (found)
        return stores->items[*found];
    struct store *store = calloc(1, sizeof(*store));
    check(store != NULL);
    store->stores = stores;
    store->project = project;
    lock(stores);
    if (stores->count == stores->cap) {
        stores->cap = stores->cap ? stores->cap * 2 : 8;
        stores->items = realloc(stores->items, stores->cap * sizeof(struct store *));
        check(stores->items != NULL);
    }
    (void)map_put(&stores->index, project_key(&project), stores->count, NULL);
    stores->items[stores->count++] = store;
    unlock(stores);
    return store;
}

struct store *stores_find(struct stores *stores, uint64_t project)
{
    lock(stores);
    const uint32_t *found = map_find(&stores->index, project_key(&project));
    struct store *store = found ? stores->items[*found] : NULL;
    unlock(stores);
    return store;
}

void store_append_part(struct part_list *list, struct part *part)
{
    if (list->count == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 16;
        list->items = realloc(list->items, list->cap * sizeof(struct part *));
        check(list->items != NULL);
    }
    list->items[list->count++] = part;
}

void store_note_names(struct store *store, const struct part *part)
{
    for (uint32_t i = 0; i < part->event_count; i++)
        (void)names_admit_event(&store->names, part->events[i].name);
    for (uint32_t i = 0; i < part->property_count; i++)
        (void)names_admit_property(&store->names, part->properties[i].name);
}

static void release_list(struct part_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        part_read_unpin(list->items[i]);
    free(list->items);
}

static void destroy_store(struct store *store)
{
    persons_release(&store->persons);
    identity_release(&store->identity);
    profiles_release(&store->profiles);
    names_release(&store->names);
    release_list(&store->parts);
    release_list(&store->runs);
    tail_release(&store->tail);
    part_read_unpin(store->tail_part);
    identity_unpin_moves(store->moves);
    free(store);
}

/* ---- the sink -------------------------------------------------------------------------------- */

static struct part *encode_tail(struct store *store)
{
    struct part_write_head head = { .project = store->project, .arrival0 = store->tail_arrival0,
                                    .arrival1 = store->next_arrival,
                                    .links = store->tail_links };
    return tail_encode(&store->tail, &head);
}

static void drop_tail_part(struct store *store)
{
    part_read_unpin(store->tail_part);
    store->tail_part = NULL;
    store->tail_part_rows = 0;
}

void store_seal_tail(struct store *store)
{
    if (store->tail.row_count == 0)
        return;
    struct part *run = encode_tail(store);
    lock(store->stores);
    store_append_part(&store->runs, run);
    store->stores->waiting_bytes += run->len;
    drop_tail_part(store);
    tail_reset(&store->tail);
    unlock(store->stores);
}

static void add_event(struct store *store, const struct event *event)
{
    uint32_t person = persons_put(&store->persons, &event->person);
    uint32_t device = persons_put(&store->persons, &event->device);
    if (device && person)
        (void)identity_link(&store->identity, device, person);
    if (store->tail.row_count == 0) {
        store->tail_links = store->identity.count;
        store->tail_arrival0 = store->next_arrival;
    }
    tail_add(&store->tail, &store->names, event, identity_present(&store->identity, person),
             store->next_arrival++);
}

/* Names turned away become a count that the project's members see. */
static void count_names(struct store *store, int64_t at_ms)
{
    if (store->names.refused == 0)
        return;
    counts_add(&store->stores->counts,
               &(struct count){ .project = store->project, .protocol = STR("store"),
                                .reason = STR("too_many_names"), .n = store->names.refused,
                                .last_ms = at_ms });
    store->names.refused = 0;
}

static void note_waiting(struct stores *stores)
{
    stores->is_within = true;
    if (stores->waiting_since_ms == 0)
        stores->waiting_since_ms = clock_boot_ms();
}

static int take_events(struct sink *sink, uint64_t project, const struct event *events,
                       uint32_t count, int64_t received_ms)
{
    struct stores *stores = of_sink(sink);
    (void)pthread_mutex_lock(&stores->feed);
    int r = stores->failed;
    if (r == 0 && count > 0) {
        struct store *store = store_get(stores, project);
        for (uint32_t i = 0; i < count;) {
            lock(stores);
            for (uint32_t n = 0; i < count && n < 256 && !tail_is_full(&store->tail); n++)
                add_event(store, &events[i++]);
            unlock(stores);
            if (tail_is_full(&store->tail))
                store_seal_tail(store);
        }
        lock(stores);
        count_names(store, received_ms);
        unlock(stores);
        stores->waiting_rows += count;
        note_waiting(stores);
    }
    (void)pthread_mutex_unlock(&stores->feed);
    return r;
}

/* Whose profile the update is for: of a person (code), of a group (0), of nobody. Hold the lock. */
static bool find_subject(struct store *store, const struct profile_update *update, uint32_t *code)
{
    *code = 0;
    if (update->group_key.len > 0)
        return true;
    *code = persons_put(&store->persons, &update->subject);
    if (!(update->flags & PROFILE_IGNORE_ALIAS))
        *code = identity_present(&store->identity, *code);
    return *code != 0;
}

/* The updates of one call by profile: each profile's in their order, profiles in order of their
 * first. Profiles do not depend on each other, so the result is that of taking one after another,
 * and a large profile is decoded once however the updates alternate. */
struct runs {
    struct map index;        /* code, or 0 and group → its run */
    struct run { uint32_t code; uint32_t first; uint32_t last; uint32_t count; } *items;
    uint32_t count;
    uint32_t *next;          /* update → the next of its run */
    const struct profile_update **list;   /* of the run under way */
    struct bytes key;
};

static void add_to_run(struct runs *runs, const struct profile_update *updates, uint32_t at,
                       uint32_t code)
{
    bool is_new;
    bytes_reset(&runs->key);
    bytes_put_u32(&runs->key, code);
    if (code == 0) {
        bytes_put_str(&runs->key, updates[at].group_key);
        bytes_append_str(&runs->key, updates[at].group_id);
    }
    struct run *run = &runs->items[*map_put(&runs->index, bytes_str(&runs->key), runs->count,
                                            &is_new)];
    if (is_new) {
        *run = (struct run){ .code = code, .first = at };
        runs->count++;
    } else {
        runs->next[run->last] = at;
    }
    run->last = at;
    run->count++;
}

/* Folds without the lock: readers wait only while the result is put in. */
static void apply_run(struct store *store, const struct runs *runs, const struct run *run,
                      const struct profile_update *updates)
{
    for (uint32_t i = 0, at = run->first; i < run->count; i++, at = runs->next[at])
        runs->list[i] = &updates[at];
    for (uint32_t done = 0; done < run->count;) {
        struct profiles_change change;
        done += profiles_prepare(&store->profiles, run->code, runs->list + done,
                                 run->count - done, &change);
        lock(store->stores);
        profiles_commit(&store->profiles, &change);
        unlock(store->stores);
    }
}

static void apply_updates(struct store *store, const struct profile_update *updates,
                          uint32_t count)
{
    struct runs runs = { 0 };
    runs.items = calloc(count, sizeof(*runs.items));
    runs.next = calloc(count, sizeof(*runs.next));
    runs.list = calloc(count, sizeof(struct profile_update *));
    check(runs.items && runs.next && runs.list);
    lock(store->stores);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code;
        if (find_subject(store, &updates[i], &code))
            add_to_run(&runs, updates, i, code);
    }
    unlock(store->stores);
    for (uint32_t i = 0; i < runs.count; i++)
        apply_run(store, &runs, &runs.items[i], updates);
    free(runs.items);
    free(runs.next);
    free(runs.list);
    map_release(&runs.index);
    bytes_release(&runs.key);
}

static int take_updates(struct sink *sink, uint64_t project,
                        const struct profile_update *updates, uint32_t count)
{
    struct stores *stores = of_sink(sink);
    (void)pthread_mutex_lock(&stores->feed);
    int r = stores->failed;
    if (r == 0 && count > 0) {
        apply_updates(store_get(stores, project), updates, count);
        note_waiting(stores);
    }
    (void)pthread_mutex_unlock(&stores->feed);
    return r;
}

static int take_counts(struct sink *sink, uint64_t project, struct str protocol,
                       struct str reason, uint64_t n, int64_t at_ms)
{
    struct stores *stores = of_sink(sink);
    (void)pthread_mutex_lock(&stores->feed);
    int r = stores->failed;
    if (r == 0) {
        lock(stores);
        counts_add(&stores->counts, &(struct count){ .project = project, .protocol = protocol,
                                                     .reason = reason, .n = n,
                                                     .last_ms = at_ms });
        unlock(stores);
        note_waiting(stores);
    }
    (void)pthread_mutex_unlock(&stores->feed);
    return r;
}

static int take_advance(struct sink *sink, struct wal_position position)
{
    struct stores *stores = of_sink(sink);
    (void)pthread_mutex_lock(&stores->feed);
    int r = stores->failed;
    if (r == 0) {
        note_waiting(stores);      /* the wal may go only once the position is durable */
        stores->position = position;
        stores->is_within = false;
    }
    (void)pthread_mutex_unlock(&stores->feed);
    return r;
}

static const struct sink_ops sink_ops = {
    .events = take_events, .updates = take_updates, .counts = take_counts,
    .advance = take_advance,
};

/* ---- life ------------------------------------------------------------------------------------ */

int stores_open(struct fs *fs, struct stores **out)
{
    struct stores *stores = calloc(1, sizeof(*stores));
    check(stores != NULL);
    stores->sink.ops = &sink_ops;
    stores->fs = fs;
    stores->tables_slack = STORE_TABLES_SLACK;
    check(pthread_mutex_init(&stores->feed, NULL) == 0);
    check(pthread_mutex_init(&stores->lock, NULL) == 0);
    int r = store_flush_recover(stores);
    if (r != 0) {
        stores_close(stores);
        stores = NULL;
    }
    *out = stores;
    return r;
}

void stores_close(struct stores *stores)
{
    if (!stores)
        return;
    for (uint32_t i = 0; i < stores->count; i++)
        destroy_store(stores->items[i]);
    free(stores->items);
    map_release(&stores->index);
    counts_release(&stores->counts);
    journal_close(&stores->tables);
    (void)pthread_mutex_destroy(&stores->feed);
    (void)pthread_mutex_destroy(&stores->lock);
    free(stores);
}

struct sink *stores_sink(struct stores *stores)
{
    return &stores->sink;
}

struct wal_position stores_position(const struct stores *stores)
{
    pthread_mutex_t *mutex = (pthread_mutex_t *)(uintptr_t)&stores->lock;
    (void)pthread_mutex_lock(mutex);
    struct wal_position position = stores->durable;
    (void)pthread_mutex_unlock(mutex);
    return position;
}

int stores_flush(struct stores *stores)
{
    (void)pthread_mutex_lock(&stores->feed);
    int r = store_flush_all(stores);
    (void)pthread_mutex_unlock(&stores->feed);
    return r;
}

int stores_tick(struct stores *stores)
{
    (void)pthread_mutex_lock(&stores->feed);
    int r = stores->failed;
    bool is_enough = stores->waiting_rows >= STORE_FLUSH_ROWS ||
                     stores->waiting_bytes >= STORE_FLUSH_BYTES;
    bool is_old = stores->waiting_since_ms != 0 &&
                  clock_boot_ms() - stores->waiting_since_ms >= STORE_FLUSH_AFTER_MS;
    if (r == 0 && !stores->is_within && (is_enough || is_old))
        r = store_flush_all(stores);
    (void)pthread_mutex_unlock(&stores->feed);
    return r;
}

/* ---- pins ------------------------------------------------------------------------------------ */

static void add_pinned(struct store_pin *pin, struct part *part, uint32_t *links)
{
    part_read_pin(part);
    pin->parts[pin->part_count++] = part;
    if (part->links < *links)
        *links = part->links;
    if (part->last_ms > pin->until_ms)
        pin->until_ms = part->last_ms;
}

void store_pin_locked(struct store *store, struct store_pin *pin)
{
    uint32_t links = store->identity.count;
    *pin = (struct store_pin){ .person_count = store->persons.count + 1 };
    pin->parts = calloc(store->parts.count + store->runs.count + 1, sizeof(struct part *));
    check(pin->parts != NULL);
    for (uint32_t i = 0; i < store->parts.count; i++)
        add_pinned(pin, store->parts.items[i], &links);
    for (uint32_t i = 0; i < store->runs.count; i++)
        add_pinned(pin, store->runs.items[i], &links);
    if (store->tail.row_count > 0) {
        if (!store->tail_part || store->tail_part_rows != store->tail.row_count) {
            drop_tail_part(store);
            store->tail_part = encode_tail(store);
            store->tail_part_rows = store->tail.row_count;
        }
        add_pinned(pin, store->tail_part, &links);
    }
    if (!store->moves || store->moves_from != links ||
        store->moves_to != store->identity.count) {
        identity_unpin_moves(store->moves);
        store->moves = identity_moves(&store->identity, links);
        store->moves_from = links;
        store->moves_to = store->identity.count;
    }
    identity_pin_moves(store->moves);
    pin->moves = store->moves;
}

void store_unpin(struct store_pin *pin)
{
    for (uint32_t i = 0; i < pin->part_count; i++)
        part_read_unpin(pin->parts[i]);
    free(pin->parts);
    identity_unpin_moves(pin->moves);
    *pin = (struct store_pin){ 0 };
}
