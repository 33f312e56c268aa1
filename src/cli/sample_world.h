/* The sample world: an API platform's web console, its organisations and people, and what they do.
 * Seeded and repeatable: the same seed and first day give the same world. Everything is made up;
 * the shape is what a product team sees: visits with gaps of seconds, a weekly rhythm that follows
 * each country's weekend, funnels that leak, people who stay or leave, a launch day. */
#ifndef CLI_SAMPLE_WORLD_H
#define CLI_SAMPLE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rand.h"
#include "cli/sample_names.h"

enum { SAMPLE_DAYS = 90, SAMPLE_LAUNCH_DAYS_AGO = 21 };

enum sample_plan { SAMPLE_FREE, SAMPLE_PRO, SAMPLE_TEAM };

struct sample_organisation {
    char name[SAMPLE_NAME_MAX];
    char domain[SAMPLE_NAME_MAX];
    uint32_t country;
    enum sample_plan plan;
    uint32_t people;
};

struct sample_person {
    char name[SAMPLE_NAME_MAX];
    char email[2 * SAMPLE_NAME_MAX + 16];
    char phone[32];
    uint32_t organisation;
    uint32_t country;
    int64_t joined_ms;          /* signed up then; before the first day: an older customer */
    int64_t left_ms;            /* does nothing afterwards */
    double visits_a_day;        /* on a working day */
    uint8_t browser;
    uint8_t system;
    uint8_t source;             /* where they came from */
    uint8_t language;           /* of the SDK they use */
};

struct sample_event {
    int64_t time_ms;
    uint32_t person;
    uint16_t kind;              /* of sample_world.c's table */
    bool is_anonymous;          /* before signing up: only the device is known */
    uint32_t detail;            /* random bits from which its properties follow */
};

struct sample_world {
    int64_t first_ms;           /* midnight UTC of the first day */
    int64_t now_ms;
    struct sample_organisation *organisations;
    uint32_t organisation_count;
    struct sample_person *people;
    uint32_t person_count;
    struct sample_event *events;   /* by time */
    uint32_t event_count;
    uint32_t event_cap;
};

/* The world up to now_ms; released by sample_world_release. */
void sample_world_init(struct sample_world *world, uint64_t seed, uint32_t people,
                       uint32_t organisations, int64_t now_ms);
void sample_world_release(struct sample_world *world);
/* A moment of now: some person, as likely as the hour has them at work, does something. */
struct sample_event sample_world_moment(const struct sample_world *world, struct rand *rand,
                                        int64_t now_ms);
/* The event's name, and the page it stands for (NULL where a server sent it). */
const char *sample_world_kind_name(uint16_t kind);
const char *sample_world_kind_path(const struct sample_event *event);

#endif
