/* How the world is made. Organisations get a country, a plan and a size (few are large). A person
 * belongs to one, came on some day from somewhere, and either stays or leaves after a while. Each
 * person's doings come from a generator of their own, seeded by their number, so that more days or
 * people change nobody else:
 *
 *   before joining    up to two visits of a device alone: pages, prices, the docs
 *   joining           Sign up, which links the device to the person
 *   milestones        Create key, First call, Invite member, Upgrade plan: each leaks
 *   visits            on working days, in the hours of their country: Log in, then pages,
 *                     playground, docs, logs …, with exponential gaps of 45 s
 *
 * One in seven never joins. On the launch day, and less so in the week after, everybody comes more
 * often and more people join. */
#include "cli/sample_world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/time.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define HOUR_MS ((int64_t)60 * 60 * 1000)
#define NEVER_MS INT64_MAX

enum { GAP_MEAN_MS = 45000, VISIT_EVENTS_MAX = 40, ORGANISATION_SIZE_MEAN = 12 };

enum kind {
    PAGE_VIEWED, LOG_IN, RUN_PLAYGROUND, VIEW_DOCS, SEARCH_DOCS, VIEW_LOGS, EXPORT_USAGE,
    ROTATE_KEY, OPEN_TICKET, SIGN_UP, CREATE_KEY, FIRST_CALL, INVITE_MEMBER, UPGRADE_PLAN,
};

/* weight: how often it stands in the middle of a visit. */
static const struct {
    const char *name;
    const char *path;
    double weight;
} kinds[] = {
    [PAGE_VIEWED] = { "Page viewed", NULL, 46 },
    [LOG_IN] = { "Log in", "/login", 0 },
    [RUN_PLAYGROUND] = { "Run playground", "/playground", 15 },
    [VIEW_DOCS] = { "View docs", "/docs", 13 },
    [SEARCH_DOCS] = { "Search docs", "/docs/search", 8 },
    [VIEW_LOGS] = { "View logs", "/logs", 11 },
    [EXPORT_USAGE] = { "Export usage", "/usage", 3 },
    [ROTATE_KEY] = { "Rotate key", "/keys", 1.6 },
    [OPEN_TICKET] = { "Open ticket", "/support", 0.8 },
    [SIGN_UP] = { "Sign up", "/signup", 0 },
    [CREATE_KEY] = { "Create key", "/keys", 1 },
    [FIRST_CALL] = { "First call", NULL, 0 },
    [INVITE_MEMBER] = { "Invite member", "/members", 0.6 },
    [UPGRADE_PLAN] = { "Upgrade plan", "/billing", 0 },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static double exponential(struct rand *rand, double mean)
{
    return -mean * log(1 - rand_unit(rand));
}

/* ---- organisations and people --------------------------------------------------------------- */

static void slug(const char *name, char *out, size_t cap)
{
    size_t len = 0;
    for (const char *c = name; *c && len + 1 < cap; c++)
        out[len++] = *c == ' ' ? '-' : *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    out[len] = '\0';
}

static uint32_t pick_country(struct rand *rand)
{
    uint32_t count, total = 0;
    const struct sample_country *countries = sample_names_countries(&count);
    for (uint32_t i = 0; i < count; i++)
        total += countries[i].weight;
    uint64_t at = rand_below(rand, total);
    uint32_t i = 0;
    while (at >= countries[i].weight)
        at -= countries[i++].weight;
    return i;
}

static void make_organisations(struct sample_world *world, struct rand *rand)
{
    for (uint32_t i = 0; i < world->organisation_count; i++) {
        struct sample_organisation *o = &world->organisations[i];
        char name[SAMPLE_NAME_MAX - 16];
        double plan = rand_unit(rand);
        sample_names_organisation(i, o->name);
        slug(o->name, name, sizeof(name));
        (void)snprintf(o->domain, sizeof(o->domain), "%s.example", name);
        o->country = pick_country(rand);
        o->plan = plan < 0.58 ? SAMPLE_FREE : plan < 0.87 ? SAMPLE_PRO : SAMPLE_TEAM;
    }
}

/* The launch: how much busier than usual a moment is. */
static double launch_factor(const struct sample_world *world, int64_t ms)
{
    int64_t launch = world->first_ms + (SAMPLE_DAYS - SAMPLE_LAUNCH_DAYS_AGO) * DAY_MS;
    double days = (double)(ms - launch) / (double)DAY_MS;
    return days < 0 ? 1 : 1 + 1.5 * exp(-days / 2.2);
}

/* Seven in ten come inside the ninety days, more of them later, and more still at the launch. */
static int64_t pick_joining(const struct sample_world *world, struct rand *rand)
{
    if (rand_unit(rand) < 0.14)
        return NEVER_MS;
    if (rand_unit(rand) < 0.3)
        return world->first_ms - (int64_t)exponential(rand, 120 * (double)DAY_MS);
    for (;;) {
        /* Density 0.5 + part: three times as many at the end as at the beginning. */
        double part = sqrt(0.25 + 2 * rand_unit(rand)) - 0.5;
        int64_t at = world->first_ms + (int64_t)(part * (double)(world->now_ms - world->first_ms));
        if (rand_unit(rand) * 2.5 < launch_factor(world, at))
            return at;
    }
}

static void make_person(struct sample_world *world, uint32_t number, struct rand *rand)
{
    uint32_t count;
    const struct sample_country *countries = sample_names_countries(&count);
    struct sample_person *p = &world->people[number];
    /* Squared: the first organisations are the largest. */
    double where = rand_unit(rand) * rand_unit(rand);
    p->organisation = (uint32_t)(where * world->organisation_count);
    struct sample_organisation *o = &world->organisations[p->organisation];
    o->people++;
    p->country = rand_unit(rand) < 0.9 ? o->country : pick_country(rand);
    char latin[SAMPLE_NAME_MAX];
    sample_names_person(rand, p->country, p->name, latin);
    (void)snprintf(p->email, sizeof(p->email), "%s%u@%s", latin, number % 97, o->domain);
    (void)snprintf(p->phone, sizeof(p->phone), "%s%07u", countries[p->country].calling,
                   (unsigned)rand_below(rand, 10000000));
    p->joined_ms = pick_joining(world, rand);
    bool stays = rand_unit(rand) < (o->plan == SAMPLE_FREE ? 0.35 : 0.75);
    p->left_ms = stays || p->joined_ms == NEVER_MS
                     ? NEVER_MS
                     : p->joined_ms + (int64_t)exponential(rand, 34 * (double)DAY_MS);
    p->visits_a_day = 0.06 + exponential(rand, o->plan == SAMPLE_FREE ? 0.11 : 0.26);
    p->browser = (uint8_t)rand_below(rand, 100);
    p->system = (uint8_t)rand_below(rand, 100);
    p->source = (uint8_t)rand_below(rand, 100);
    p->language = (uint8_t)rand_below(rand, 4);
}

/* ---- what they do --------------------------------------------------------------------------- */

static void add_event(struct sample_world *world, struct rand *rand, uint32_t person,
                      enum kind kind, int64_t ms)
{
    const struct sample_person *p = &world->people[person];
    if (ms < world->first_ms || ms >= world->now_ms)
        return;
    if (world->event_count == world->event_cap) {
        world->event_cap = world->event_cap ? world->event_cap * 2 : 65536;
        world->events = realloc(world->events, world->event_cap * sizeof(*world->events));
        check(world->events != NULL);
    }
    world->events[world->event_count++] = (struct sample_event){
        .time_ms = ms, .person = person, .kind = (uint16_t)kind, .is_anonymous = ms < p->joined_ms,
        .detail = (uint32_t)rand_u64(rand) };
}

static enum kind pick_kind(struct rand *rand)
{
    double total = 0;
    for (int i = 0; i < KINDS; i++)
        total += kinds[i].weight;
    double at = rand_unit(rand) * total;
    int i = 0;
    while (i + 1 < KINDS && at >= kinds[i].weight)
        at -= kinds[i++].weight;
    return (enum kind)i;
}

/* A visit of somebody who is known: the moment after its last event. */
static int64_t visit(struct sample_world *world, struct rand *rand, uint32_t person, int64_t at)
{
    uint32_t events = 2 + (uint32_t)exponential(rand, 5);
    if (rand_unit(rand) < 0.5)
        add_event(world, rand, person, LOG_IN, at);
    for (uint32_t i = 0; i < events && i < VISIT_EVENTS_MAX; i++) {
        at += 1000 + (int64_t)exponential(rand, GAP_MEAN_MS);
        add_event(world, rand, person, i == 0 ? PAGE_VIEWED : pick_kind(rand), at);
    }
    return at;
}

/* A visit of a device: pages, and maybe the docs. */
static void visit_unknown(struct sample_world *world, struct rand *rand, uint32_t person,
                          int64_t at)
{
    uint32_t events = 1 + (uint32_t)exponential(rand, 2.2);
    for (uint32_t i = 0; i < events && i < VISIT_EVENTS_MAX; i++) {
        add_event(world, rand, person, rand_unit(rand) < 0.75 ? PAGE_VIEWED : VIEW_DOCS, at);
        at += 1000 + (int64_t)exponential(rand, GAP_MEAN_MS);
    }
}

/* A moment of a day at which people of that country are at work. */
static int64_t hour_of_work(struct rand *rand, const struct sample_country *country,
                            int64_t day_ms)
{
    double hour = 13.2 + 2.6 * (rand_unit(rand) + rand_unit(rand) + rand_unit(rand) - 1.5) * 1.6;
    return day_ms + (int64_t)(hour * (double)HOUR_MS) -
           (int64_t)country->offset_minutes * 60 * 1000;
}

static bool is_rest_day(const struct sample_country *country, int64_t day_ms)
{
    int weekday = time_weekday(day_ms / DAY_MS);  /* 0 = Monday */
    return country->rests_friday ? weekday == 4 || weekday == 5 : weekday >= 5;
}

/* Sign up and what follows it; each step loses some. */
static void join(struct sample_world *world, struct rand *rand, uint32_t person)
{
    const struct sample_person *p = &world->people[person];
    double plan = world->organisations[p->organisation].plan == SAMPLE_FREE ? 0.8 : 1;
    int64_t at = p->joined_ms;
    visit_unknown(world, rand, person, at - (int64_t)exponential(rand, 6 * 60 * 1000));
    if (rand_unit(rand) < 0.4)
        visit_unknown(world, rand, person, at - (int64_t)exponential(rand, 3 * (double)DAY_MS));
    add_event(world, rand, person, SIGN_UP, at);
    if (rand_unit(rand) >= 0.72 * plan)
        return;
    at += 60000 + (int64_t)exponential(rand, 5 * (double)HOUR_MS);
    add_event(world, rand, person, CREATE_KEY, at);
    if (rand_unit(rand) >= 0.78 * plan)
        return;
    at += 60000 + (int64_t)exponential(rand, 18 * (double)HOUR_MS);
    add_event(world, rand, person, FIRST_CALL, at);
    if (rand_unit(rand) < 0.38)
        add_event(world, rand, person, INVITE_MEMBER,
                  at + (int64_t)exponential(rand, 4 * (double)DAY_MS));
    if (rand_unit(rand) < (plan < 1 ? 0.06 : 0.34))
        add_event(world, rand, person, UPGRADE_PLAN,
                  at + (int64_t)exponential(rand, 11 * (double)DAY_MS));
}

static void live(struct sample_world *world, struct rand *rand, uint32_t person)
{
    uint32_t count;
    const struct sample_person *p = &world->people[person];
    const struct sample_country *country = &sample_names_countries(&count)[p->country];
    if (p->joined_ms == NEVER_MS) {
        int64_t span = world->now_ms - world->first_ms;
        visit_unknown(world, rand, person,
                      world->first_ms + (int64_t)(rand_unit(rand) * (double)span));
        return;
    }
    if (p->joined_ms >= world->first_ms)
        join(world, rand, person);
    for (int64_t day = world->first_ms; day < world->now_ms; day += DAY_MS) {
        double chance = p->visits_a_day * launch_factor(world, day + DAY_MS / 2) *
                        (is_rest_day(country, day) ? 0.2 : 1);
        int64_t at = hour_of_work(rand, country, day);
        bool comes = rand_unit(rand) < chance;
        if (!comes || at <= p->joined_ms || at >= p->left_ms)
            continue;
        at = visit(world, rand, person, at);
        if (rand_unit(rand) < 0.25)
            (void)visit(world, rand, person, at + 2 * HOUR_MS);
    }
}

static int by_time(const void *a, const void *b)
{
    const struct sample_event *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return x->person < y->person ? -1 : x->person > y->person;
}

void sample_world_init(struct sample_world *world, uint64_t seed, uint32_t people,
                       uint32_t organisations, int64_t now_ms)
{
    struct rand rand;
    *world = (struct sample_world){
        .now_ms = now_ms, .organisation_count = organisations, .person_count = people,
        .first_ms = (now_ms / DAY_MS - SAMPLE_DAYS) * DAY_MS };
    world->organisations = calloc(organisations, sizeof(*world->organisations));
    world->people = calloc(people, sizeof(*world->people));
    check(world->organisations && world->people);
    rand_init(&rand, seed);
    make_organisations(world, &rand);
    for (uint32_t i = 0; i < people; i++) {
        rand_init(&rand, hash_mix_u64(seed + 1 + i));
        make_person(world, i, &rand);
        live(world, &rand, i);
    }
    if (world->event_count)
        qsort(world->events, world->event_count, sizeof(*world->events), by_time);
}

void sample_world_release(struct sample_world *world)
{
    free(world->organisations);
    free(world->people);
    free(world->events);
    *world = (struct sample_world){ 0 };
}

struct sample_event sample_world_moment(const struct sample_world *world, struct rand *rand,
                                        int64_t now_ms)
{
    struct sample_event event = { .time_ms = now_ms, .detail = (uint32_t)rand_u64(rand) };
    event.person = (uint32_t)rand_below(rand, world->person_count);
    const struct sample_person *p = &world->people[event.person];
    event.is_anonymous = p->joined_ms > now_ms;
    event.kind = (uint16_t)(event.is_anonymous ? PAGE_VIEWED : pick_kind(rand));
    return event;
}

const char *sample_world_kind_name(uint16_t kind)
{
    check(kind < KINDS);
    return kinds[kind].name;
}

/* The page that an event stands for; NULL where a server sent it. */
const char *sample_world_kind_path(const struct sample_event *event)
{
    static const char *const pages[] = { "/overview", "/usage", "/keys", "/playground", "/docs",
                                         "/billing", "/members", "/settings" };
    static const char *const fronts[] = { "/", "/pricing", "/docs", "/blog/sdk-2", "/signup" };
    if (event->kind != PAGE_VIEWED)
        return kinds[event->kind].path;
    return event->is_anonymous ? fronts[event->detail % 5] : pages[event->detail % 8];
}
