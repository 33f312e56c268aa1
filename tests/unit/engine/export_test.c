/* engine/export: the set and every row of random projects against the slow obvious list, in pieces
 * of every size, and of one moment. */
#include "engine/export.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "support/people_model.h"
#include "support/store_room.h"
#include "support/test.h"

enum { PROJECTS = 12 };

struct taken {
    const struct people_model *model;
    bool is_given[MODEL_EVENTS];
    uint32_t rows;
    uint32_t each;          /* ends the piece after so many; 0 = never */
    uint32_t in_piece;
};

static int take(void *ctx, const struct export_row *row)
{
    struct taken *taken = ctx;
    const struct property *amount =
        event_find_property((struct property *)(uintptr_t)row->properties, row->property_count,
                            STR("amount"));
    uint32_t index = (uint32_t)amount->value.as.number;
    const struct model_event *e = &taken->model->events[index];
    assert_false(taken->is_given[index]);
    assert_true(row->time_ms == e->ms);
    assert_true(str_equal(row->name, str_from(model_names[e->name])));
    assert_int_equal(people_model_number(taken->model, row->person),
                     people_model_present(taken->model, e->person));
    taken->is_given[index] = true;
    taken->rows++;
    return ++taken->in_piece == taken->each;
}

static bool is_wanted(const struct model_event *e, const struct export_ask *ask, uint32_t plan)
{
    return !e->is_replaced && e->person != 0 && e->ms >= ask->from_ms && e->ms < ask->to_ms &&
           (ask->event_count == 0 || e->name == 1) && (!plan || e->plan == plan);
}

static void check_export(const struct people_model *m, struct rand *rand)
{
    static const struct str click = { "click", 5 };
    struct taken taken = { .model = m, .each = (uint32_t)rand_below(rand, 9) };
    uint32_t plan = (uint32_t)rand_below(rand, MODEL_PLANS), rows = 0, persons, seen = 0;
    bool has[MODEL_NUMBERS] = { false };
    struct export_set *set;
    char where[64] = "";
    struct export_ask ask = { .from_ms = MODEL_T0 + (int64_t)rand_below(rand, 50) * 420000,
                              .to_ms = MODEL_T0 + (int64_t)(100 + rand_below(rand, 101)) * 420000,
                              .events = &click, .event_count = rand_below(rand, 2) == 0,
                              .persons_max = 1000 };
    if (plan)
        (void)snprintf(where, sizeof(where), "properties[\"plan\"] == \"%s\"",
                       model_plans[plan]);
    ask.where = str_from(where);
    for (uint32_t i = 0; i < m->count; i++)
        if (is_wanted(&m->events[i], &ask, plan)) {
            rows++;
            has[people_model_present(m, m->events[i].person)] = true;
        }
    assert_int_equal(export_open(m->store, &ask, &set), 0);
    memset(where, 0, sizeof(where)); /* the set has its own */
    assert_int_equal(export_rows(set), rows);
    const uint32_t *codes = export_persons(set, &persons);
    for (uint32_t i = 0; i < persons; i++)
        assert_true(has[people_model_number(m, codes[i])]);
    for (uint32_t p = 0; p < MODEL_NUMBERS; p++)
        seen += has[p];
    assert_int_equal(seen, persons);
    /* What comes afterwards is not in it. */
    store_room_event(m->stores, MODEL_PROJECT, "click", 3, 0, MODEL_T0 + 51 * 420000, 0);
    int r;
    while ((r = export_next(set, 7, take, &taken)) > 0)
        taken.in_piece = 0;
    assert_int_equal(r, 0);
    assert_int_equal(taken.rows, rows);
    for (uint32_t i = 0; i < m->count; i++)
        assert_int_equal(taken.is_given[i], is_wanted(&m->events[i], &ask, plan));
    export_close(set);
}

static void test_export__agrees_with_the_obvious_list(void **state)
{
    (void)state;
    struct rand rand;
    rand_init(&rand, 5);
    for (uint64_t seed = 201; seed < 201 + PROJECTS; seed++) {
        static struct people_model m;
        people_model_open(&m, seed);
        check_export(&m, &rand);
        people_model_close(&m);
    }
}

static void test_export__is_bounded_in_people_and_rows(void **state)
{
    (void)state;
    static struct people_model m;
    struct export_set *set;
    struct taken taken = { .model = &m };
    uint32_t persons;
    people_model_open(&m, 1);
    struct export_ask ask = { .from_ms = 0, .to_ms = INT64_MAX, .persons_max = 3 };
    assert_int_equal(export_open(m.store, &ask, &set), ERR_TOO_LARGE);
    assert_null(set);
    ask.persons_max = 1000;
    ask.limit = 10;
    assert_int_equal(export_open(m.store, &ask, &set), 0);
    assert_int_equal(export_rows(set), 10);
    (void)export_persons(set, &persons);
    assert_true(persons < 10);
    assert_int_equal(export_next(set, 1000, take, &taken), 0);
    assert_int_equal(taken.rows, 10);
    assert_int_equal(export_next(set, 1000, take, &taken), 0);
    assert_int_equal(taken.rows, 10);
    export_close(set);
    people_model_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export__agrees_with_the_obvious_list),
        cmocka_unit_test(test_export__is_bounded_in_people_and_rows),
    };
    return RUN(tests);
}
