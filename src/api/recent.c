#include "api/recent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"

struct entry {
    uint8_t who[RECENT_WHO_BYTES];
    uint64_t asked;
    uint64_t project;
    uint64_t until_ms;          /* CLOCK_BOOTTIME; 0 = free */
    struct bytes settings;
};

struct recent {
    pthread_mutex_t lock;
    struct entry entries[RECENT_MAX];
};

struct recent *recent_create(void)
{
    struct recent *recent = calloc(1, sizeof(*recent));
    check(recent != NULL);
    check(pthread_mutex_init(&recent->lock, NULL) == 0);
    return recent;
}

void recent_destroy(struct recent *recent)
{
    if (!recent)
        return;
    for (uint32_t i = 0; i < RECENT_MAX; i++)
        bytes_release(&recent->entries[i].settings);
    (void)pthread_mutex_destroy(&recent->lock);
    explicit_bzero(recent, sizeof(*recent));
    free(recent);
}

static struct entry *find(struct recent *recent, const uint8_t *who, uint64_t asked)
{
    for (uint32_t i = 0; i < RECENT_MAX; i++) {
        struct entry *e = &recent->entries[i];
        if (e->until_ms && e->asked == asked && memcmp(e->who, who, RECENT_WHO_BYTES) == 0)
            return e;
    }
    return NULL;
}

static struct entry *oldest(struct recent *recent)
{
    struct entry *found = &recent->entries[0];
    for (uint32_t i = 1; i < RECENT_MAX; i++)
        if (recent->entries[i].until_ms < found->until_ms)
            found = &recent->entries[i];
    return found;
}

void recent_note(struct recent *recent, const uint8_t who[RECENT_WHO_BYTES], uint64_t asked,
                 uint64_t project, struct str settings)
{
    if (settings.len > RECENT_SETTINGS_MAX_BYTES)
        return; /* a few of these would be all our memory; they wait for auth instead */
    (void)pthread_mutex_lock(&recent->lock);
    struct entry *e = find(recent, who, asked);
    if (!e)
        e = oldest(recent);
    memcpy(e->who, who, RECENT_WHO_BYTES);
    e->asked = asked;
    e->project = project;
    e->until_ms = clock_boot_ms() + RECENT_LIFE_MS;
    if (!str_equal(bytes_str(&e->settings), settings)) {
        bytes_release(&e->settings);
        bytes_append_str(&e->settings, settings);
    }
    (void)pthread_mutex_unlock(&recent->lock);
}

bool recent_find(struct recent *recent, const uint8_t who[RECENT_WHO_BYTES], uint64_t asked,
                 uint64_t *project, struct bytes *settings)
{
    (void)pthread_mutex_lock(&recent->lock);
    const struct entry *e = find(recent, who, asked);
    bool is_found = e && clock_boot_ms() < e->until_ms;
    if (is_found) {
        *project = e->project;
        bytes_append_str(settings, bytes_str(&e->settings));
    }
    (void)pthread_mutex_unlock(&recent->lock);
    return is_found;
}

void recent_forget(struct recent *recent, const uint8_t who[RECENT_WHO_BYTES])
{
    (void)pthread_mutex_lock(&recent->lock);
    for (uint32_t i = 0; i < RECENT_MAX; i++)
        if (memcmp(recent->entries[i].who, who, RECENT_WHO_BYTES) == 0)
            recent->entries[i].until_ms = 0;
    (void)pthread_mutex_unlock(&recent->lock);
}
