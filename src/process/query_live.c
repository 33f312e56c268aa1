#include "process/query_live.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"
#include "event/limits.h"
#include "sys/clock.h"

enum { PROJECTS_MAX = 1024, SDK_BYTES = 31, COUNTRY_BYTES = 7, CURSOR_TEXT = 64 };

struct entry {
    int64_t time_ms;
    int64_t received_ms;
    uint8_t name_len;
    uint8_t sdk_len;
    uint8_t country_len;
    char sdk[SDK_BYTES];
    char country[COUNTRY_BYTES];
    char name[LIMIT_NAME_BYTES];
};

struct ring {
    uint64_t project;
    uint64_t count;                        /* events ever noted */
    uint64_t counts;                       /* changes of the refusals */
    struct entry entries[QUERY_LIVE_KEPT]; /* event i lies at i % QUERY_LIVE_KEPT */
};

struct query_live {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    uint64_t life;
    uint64_t version;
    uint64_t counts_of_none;
    uint32_t ring_count;
    struct ring *rings[PROJECTS_MAX];
};

struct query_live *query_live_create(void)
{
    struct query_live *live = calloc(1, sizeof(*live));
    check(live != NULL);
    random_bytes(&live->life, sizeof(live->life));
    check(pthread_mutex_init(&live->lock, NULL) == 0);
    clock_cond_init(&live->wake);
    return live;
}

void query_live_destroy(struct query_live *live)
{
    if (!live)
        return;
    for (uint32_t i = 0; i < live->ring_count; i++)
        free(live->rings[i]);
    (void)pthread_mutex_destroy(&live->lock);
    (void)pthread_cond_destroy(&live->wake);
    free(live);
}

static void lock(struct query_live *live)
{
    (void)pthread_mutex_lock(&live->lock);
}

static void unlock(struct query_live *live)
{
    (void)pthread_mutex_unlock(&live->lock);
}

static struct ring *find_ring(struct query_live *live, uint64_t project)
{
    for (uint32_t i = 0; i < live->ring_count; i++)
        if (live->rings[i]->project == project)
            return live->rings[i];
    return NULL;
}

static struct ring *get_ring(struct query_live *live, uint64_t project)
{
    struct ring *ring = find_ring(live, project);
    if (ring || live->ring_count == PROJECTS_MAX)
        return ring;
    ring = calloc(1, sizeof(*ring));
    check(ring != NULL);
    ring->project = project;
    live->rings[live->ring_count++] = ring;
    return ring;
}

static void news(struct query_live *live)
{
    live->version++;
    (void)pthread_cond_broadcast(&live->wake);
}

/* ---- noting --------------------------------------------------------------------------------- */

static uint8_t hold(char *to, size_t max, struct str text)
{
    struct str cut = str_truncate_utf8(text, max);
    memcpy(to, cut.ptr, cut.len);
    return (uint8_t)cut.len;
}

/* A text of that name; a sealed value shows nothing. */
static struct str text_of(const struct event *event, struct str name)
{
    struct property *p = event_find_property(event->properties, event->property_count, name);
    return p && p->value.type == VALUE_STRING ? p->value.as.string : STR("");
}

static void note(struct ring *ring, const struct event *event, int64_t received_ms)
{
    struct entry *entry = &ring->entries[ring->count++ % QUERY_LIVE_KEPT];
    struct str country = text_of(event, STR("mp_country_code"));
    if (country.len == 0)
        country = text_of(event, STR("$country_code"));
    entry->time_ms = event->time_ms;
    entry->received_ms = received_ms;
    entry->name_len = hold(entry->name, sizeof(entry->name), event->name);
    entry->sdk_len = hold(entry->sdk, sizeof(entry->sdk), text_of(event, STR("mp_lib")));
    entry->country_len = hold(entry->country, sizeof(entry->country), country);
}

void query_live_note(struct query_live *live, uint64_t project, const struct event *events,
                     uint32_t count, int64_t received_ms)
{
    lock(live);
    struct ring *ring = get_ring(live, project);
    uint32_t first = count > QUERY_LIVE_KEPT ? count - QUERY_LIVE_KEPT : 0;
    for (uint32_t i = first; ring && i < count; i++)
        note(ring, &events[i], received_ms);
    news(live);
    unlock(live);
}

void query_live_note_counts(struct query_live *live, uint64_t project)
{
    lock(live);
    struct ring *ring = project ? get_ring(live, project) : NULL;
    if (ring)
        ring->counts++;
    else
        live->counts_of_none++;
    news(live);
    unlock(live);
}

/* ---- asking --------------------------------------------------------------------------------- */

static struct query_live_cursor newest(const struct query_live *live, const struct ring *ring)
{
    return (struct query_live_cursor){
        .life = live->life, .events = ring ? ring->count : 0,
        .counts = live->counts_of_none + (ring ? ring->counts : 0),
    };
}

bool query_live_parse(const struct query_live *live, struct str text,
                      struct query_live_cursor *out)
{
    struct str rest = text, part;
    uint8_t life[8];
    char hex[17];
    if (!str_next(&rest, '-', &part) || !str_to_hex_bytes(part, life, sizeof(life)))
        return false;
    (void)snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)live->life);
    if (!str_equal(part, str_from(hex)))
        return false;
    out->life = live->life;
    return str_next(&rest, '-', &part) && str_to_u64(part, &out->events) &&
           str_next(&rest, '-', &part) && str_to_u64(part, &out->counts) && rest.ptr == NULL;
}

bool query_live_has_news(struct query_live *live, uint64_t project,
                         const struct query_live_cursor *after)
{
    lock(live);
    struct query_live_cursor now = newest(live, find_ring(live, project));
    unlock(live);
    return now.events != after->events || now.counts != after->counts;
}

static void write_entry(struct json_write *w, const struct entry *entry)
{
    json_write_begin_object(w);
    json_write_key(w, "time");
    json_write_i64(w, entry->time_ms);
    json_write_key(w, "received");
    json_write_i64(w, entry->received_ms);
    json_write_key(w, "event");
    json_write_str(w, str_of(entry->name, entry->name_len));
    json_write_key(w, "sdk");
    json_write_str(w, str_of(entry->sdk, entry->sdk_len));
    json_write_key(w, "country");
    json_write_str(w, str_of(entry->country, entry->country_len));
    json_write_end_object(w);
}

/* The number of the first event to show. */
static uint64_t first_shown(const struct ring *ring, const struct query_live_cursor *after,
                            bool is_first)
{
    uint64_t oldest = ring->count > QUERY_LIVE_KEPT ? ring->count - QUERY_LIVE_KEPT : 0;
    if (after)
        return after->events < oldest ? oldest : after->events;
    if (is_first && ring->count > QUERY_LIVE_FIRST)
        return ring->count - QUERY_LIVE_FIRST;
    return is_first ? 0 : ring->count;
}

void query_live_write(struct query_live *live, uint64_t project,
                      const struct query_live_cursor *after, bool is_first, struct json_write *w)
{
    char text[CURSOR_TEXT];
    lock(live);
    const struct ring *ring = find_ring(live, project);
    struct query_live_cursor now = newest(live, ring);
    (void)snprintf(text, sizeof(text), "%016llx-%llu-%llu", (unsigned long long)now.life,
                   (unsigned long long)now.events, (unsigned long long)now.counts);
    json_write_key(w, "cursor");
    json_write_text(w, text);
    json_write_key(w, "events");
    json_write_begin_array(w);
    for (uint64_t i = ring ? first_shown(ring, after, is_first) : 0; ring && i < ring->count; i++)
        write_entry(w, &ring->entries[i % QUERY_LIVE_KEPT]);
    json_write_end_array(w);
    unlock(live);
}

/* ---- waiting -------------------------------------------------------------------------------- */

void query_live_wait(struct query_live *live, uint64_t *version, uint32_t timeout_ms)
{
    struct timespec until = clock_cond_until(timeout_ms);
    lock(live);
    while (live->version == *version &&
           pthread_cond_timedwait(&live->wake, &live->lock, &until) == 0)
        ;
    *version = live->version;
    unlock(live);
}

void query_live_poke(struct query_live *live)
{
    lock(live);
    news(live);
    unlock(live);
}
