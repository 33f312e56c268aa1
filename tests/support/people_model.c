#include "support/people_model.h"

#include <stdlib.h>
#include <string.h>

#include "store/subjects.h"
#include "support/store_room.h"

const char *const model_names[MODEL_NAMES] = { "buy", "click", "view" };
const char *const model_plans[MODEL_PLANS] = { "", "Free", "Pro", "Team" };

static struct value text(const char *s)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(s) };
}

uint32_t people_model_present(const struct people_model *model, uint32_t number)
{
    return model->person_of[number] ? model->person_of[number] : number;
}

static void link_device(struct people_model *m, uint32_t device, uint32_t person)
{
    person = people_model_present(m, person);
    if (device == 0 || person == 0 || device == person || m->person_of[device] ||
        m->has_devices[device])
        return;
    m->person_of[device] = person;
    m->has_devices[person] = true;
    m->links[m->link_count++] = device;
}

static void feed(struct people_model *m, const struct model_event *e)
{
    struct property properties[3];
    struct event event = { .name = str_from(model_names[e->name]), .time_ms = e->ms,
                           .person = store_room_ref(e->person),
                           .device = store_room_ref(e->device), .insert_hash = e->hash,
                           .properties = properties };
    if (e->plan)
        properties[event.property_count++] = (struct property){ STR("plan"),
                                                                text(model_plans[e->plan]) };
    if (e->has_mail)
        properties[event.property_count++] = (struct property){
            STR("$email"), { .type = VALUE_REF, .as.sealed = { store_room_ref(500 + e->person),
                                                               REF_KIND_EMAIL } } };
    properties[event.property_count++] = (struct property){
        STR("amount"), { .type = VALUE_NUMBER, .as.number = m->count + 0.5 } };
    struct sink *sink = stores_sink(m->stores);
    check(sink->ops->events(sink, MODEL_PROJECT, &event, 1, e->ms) == 0);
}

static void add_random(struct people_model *m, struct rand *rand)
{
    struct model_event *e = &m->events[m->count];
    *e = (struct model_event){
        .name = (uint32_t)rand_below(rand, MODEL_NAMES),
        .person = (uint32_t)rand_below(rand, MODEL_NUMBERS),
        .ms = MODEL_T0 + (int64_t)rand_below(rand, 200) * 7 * 60000,
        .plan = (uint32_t)rand_below(rand, MODEL_PLANS),
        .hash = rand_below(rand, 3), .has_mail = rand_below(rand, 2) == 0,
    };
    if (rand_below(rand, 8) == 0)
        e->device = (uint32_t)rand_below(rand, MODEL_NUMBERS);
    link_device(m, e->device, e->person);
    feed(m, e);
    m->count++;
}

static void set_profile(struct people_model *m, struct rand *rand)
{
    uint32_t number = 1 + (uint32_t)rand_below(rand, MODEL_NUMBERS - 1);
    uint32_t plan = 1 + (uint32_t)rand_below(rand, MODEL_PLANS - 1);
    struct property property = { STR("plan"), text(model_plans[plan]) };
    struct profile_update update = { .op = PROFILE_SET, .subject = store_room_ref(number),
                                     .time_ms = MODEL_T0, .properties = &property,
                                     .property_count = 1 };
    struct sink *sink = stores_sink(m->stores);
    m->profile_plan[people_model_present(m, number)] = plan;
    check(sink->ops->updates(sink, MODEL_PROJECT, &update, 1) == 0);
}

static void flush(struct people_model *m)
{
    struct sink *sink = stores_sink(m->stores);
    check(sink->ops->advance(sink, (struct wal_position){ 1, m->count + 1 }) == 0);
    check(stores_flush(m->stores) == 0);
}

static void mark_twins(struct people_model *m)
{
    for (uint32_t i = 0; i < m->count; i++)
        for (uint32_t k = i + 1; k < m->count; k++) {
            const struct model_event *a = &m->events[i], *b = &m->events[k];
            if (a->hash && a->hash == b->hash && a->ms == b->ms && a->name == b->name &&
                people_model_present(m, a->person) == people_model_present(m, b->person))
                m->events[i].is_replaced = true;
        }
}

void people_model_open(struct people_model *m, uint64_t seed)
{
    struct rand rand;
    memset(m, 0, sizeof(*m));
    rand_init(&rand, seed);
    temp_make(&m->temp);
    m->fs = temp_fs(&m->temp);
    check(stores_open(m->fs, &m->stores) == 0);
    while (m->count < MODEL_EVENTS) {
        add_random(m, &rand);
        if (rand_below(&rand, 30) == 0)
            set_profile(m, &rand);
        if (rand_below(&rand, 150) == 0)
            flush(m);
    }
    mark_twins(m);
    m->store = stores_find(m->stores, MODEL_PROJECT);
}

void people_model_close(struct people_model *m)
{
    stores_close(m->stores);
    fs_destroy(m->fs);
    temp_remove(&m->temp);
}

static int compare(const void *a, const void *b, void *ctx)
{
    const struct people_model *m = ctx;
    const struct model_event *x = &m->events[*(const uint32_t *)a];
    const struct model_event *y = &m->events[*(const uint32_t *)b];
    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x < y ? -1 : x > y;
}

uint32_t people_model_events(const struct people_model *m, uint32_t person,
                             uint32_t out[MODEL_EVENTS])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->count; i++)
        if (!m->events[i].is_replaced && people_model_present(m, m->events[i].person) == person)
            out[n++] = i;
    qsort_r(out, n, sizeof(*out), compare, (void *)(uintptr_t)m);
    return n;
}

uint32_t people_model_plan(const struct people_model *m, uint32_t person)
{
    uint32_t list[MODEL_EVENTS], n = people_model_events(m, person, list);
    if (m->profile_plan[person])
        return m->profile_plan[person];
    while (n > 0)
        if (m->events[list[--n]].plan)
            return m->events[list[n]].plan;
    return 0;
}

uint32_t people_model_number(const struct people_model *m, uint32_t code)
{
    struct ref ref;
    uint32_t number = 1;
    check(subjects_copy(m->store, code, 1, &ref) == 1);
    for (struct ref own; number < MODEL_NUMBERS; number++) {
        own = store_room_ref(number);
        if (ref_equal(&own, &ref))
            break;
    }
    check(number < MODEL_NUMBERS);
    return number;
}
