/* The slow, obvious people: a list of plain events in order of arrival, and what each person is and
 * did, found by looking at all of them. Random work for the tests of people, timelines, exports. */
#ifndef TESTS_SUPPORT_PEOPLE_MODEL_H
#define TESTS_SUPPORT_PEOPLE_MODEL_H

#include "base/rand.h"
#include "store/store.h"
#include "support/temp.h"

enum { MODEL_NUMBERS = 60, MODEL_EVENTS = 800, MODEL_NAMES = 3, MODEL_PLANS = 4,
       MODEL_PROJECT = 7 };
#define MODEL_T0 INT64_C(1762171200000)

struct model_event {
    uint32_t name, person, device, plan;   /* plan 0: none */
    int64_t ms;
    uint64_t hash;
    bool has_mail;
    bool is_replaced;                      /* by a later twin */
};

struct people_model {
    struct temp temp;
    struct fs *fs;
    struct stores *stores;
    struct store *store;
    struct model_event events[MODEL_EVENTS];
    uint32_t count;
    uint32_t person_of[MODEL_NUMBERS];     /* 0 = not linked */
    bool has_devices[MODEL_NUMBERS];
    uint32_t links[MODEL_NUMBERS];         /* devices, in order */
    uint32_t link_count;
    uint32_t profile_plan[MODEL_NUMBERS];  /* of the present number; 0 = none */
};

extern const char *const model_names[MODEL_NAMES];
extern const char *const model_plans[MODEL_PLANS];

/* Random events, links, twins and profiles, fed to a store that flushes now and then. */
void people_model_open(struct people_model *model, uint64_t seed);
void people_model_close(struct people_model *model);
uint32_t people_model_present(const struct people_model *model, uint32_t number);
/* Indices of the person's events, ordered by (time, name); how many. */
uint32_t people_model_events(const struct people_model *model, uint32_t person,
                             uint32_t out[MODEL_EVENTS]);
/* The plan that is shown of the person; 0 = none. */
uint32_t people_model_plan(const struct people_model *model, uint32_t person);
/* The number behind a present code. */
uint32_t people_model_number(const struct people_model *model, uint32_t code);

#endif
