/* engine/people: pages, filters and ranges of random projects against the slow obvious list. */
#include "engine/people.h"

#include "support/people_model.h"
#include "support/test.h"

enum { PROJECTS = 12, ASKS = 15 };

struct expected { uint32_t number; uint32_t events; int64_t first_ms, last_ms; uint32_t plan; };

struct random_ask { uint32_t plan; uint32_t did; bool has_range; int64_t from_ms, to_ms; };

static uint32_t expect(const struct people_model *m, const struct random_ask *ask,
                       struct expected out[MODEL_NUMBERS])
{
    uint32_t n = 0;
    for (uint32_t p = 1; p < MODEL_NUMBERS; p++) {
        uint32_t list[MODEL_EVENTS], count = people_model_events(m, p, list);
        bool did = ask->did == MODEL_NAMES && !ask->has_range;
        for (uint32_t i = 0; i < count; i++) {
            const struct model_event *e = &m->events[list[i]];
            did |= (ask->did == MODEL_NAMES || e->name == ask->did) &&
                   (!ask->has_range || (e->ms >= ask->from_ms && e->ms < ask->to_ms));
        }
        uint32_t plan = people_model_plan(m, p);
        if (count == 0 || !did || (ask->plan && plan != ask->plan))
            continue;
        out[n++] = (struct expected){ p, count, m->events[list[0]].ms,
                                      m->events[list[count - 1]].ms, plan };
    }
    return n;
}

static const struct expected *find(const struct expected *list, uint32_t count, uint32_t number)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i].number == number)
            return &list[i];
    return NULL;
}

static void check_row(const struct people_model *m, const struct people_row *row,
                      const struct expected *list, uint32_t count)
{
    const struct expected *e = find(list, count, people_model_number(m, row->code));
    check(e != NULL);
    assert_int_equal(row->events, e->events);
    assert_true(row->first_ms == e->first_ms && row->last_ms == e->last_ms);
    const struct value *plan = &row->facts.values[1];
    if (!m->profile_plan[e->number])
        assert_true(e->plan ? plan->type == VALUE_STRING &&
                                  str_equal(plan->as.string, str_from(model_plans[e->plan]))
                            : plan->type == VALUE_NULL);
}

/* All pages, one after another; each person once, in order. */
static void walk(const struct people_model *m, const struct random_ask *random, struct rand *rand)
{
    struct expected list[MODEL_NUMBERS];
    uint32_t count = expect(m, random, list), seen = 0;
    struct arena arena;
    struct people_place after;
    struct selector_error error;
    arena_init(&arena, 0);
    struct people_ask ask = {
        .did = random->did < MODEL_NAMES ? str_from(model_names[random->did]) : STR(""),
        .has_did = random->did < MODEL_NAMES || random->has_range, .from_ms = INT64_MIN,
        .to_ms = INT64_MAX, .limit = 1 + (uint32_t)rand_below(rand, 30), .arena = &arena,
        .threads = 1 + (uint32_t)rand_below(rand, 2) };
    if (random->has_range) {
        ask.from_ms = random->from_ms;
        ask.to_ms = random->to_ms;
    }
    if (random->plan)
        check(selector_parse(arena_printf(&arena, "user[\"plan\"] == \"%s\"",
                                          model_plans[random->plan]),
                             &arena, &ask.where, &error) == 0);
    struct people_page page = { .has_more = true };
    for (bool is_first = true; page.has_more; is_first = false) {
        ask.after = is_first ? NULL : &after;
        assert_int_equal(people_answer(m->store, &ask, &page), 0);
        assert_int_equal(page.total, count);
        assert_true(page.count <= ask.limit && (page.count == ask.limit || !page.has_more));
        for (uint32_t i = 0; i < page.count; i++) {
            struct people_place place = { page.rows[i].last_ms, page.rows[i].code };
            check_row(m, &page.rows[i], list, count);
            assert_true((is_first && i == 0) || place.last_ms < after.last_ms ||
                        (place.last_ms == after.last_ms && place.code > after.code));
            after = place;
            seen++;
        }
    }
    assert_int_equal(seen, count);
    arena_release(&arena);
}

static void test_people__agree_with_the_obvious_list(void **state)
{
    (void)state;
    struct rand rand;
    uint32_t found = 0;
    rand_init(&rand, 77);
    for (uint64_t seed = 1; seed <= PROJECTS; seed++) {
        static struct people_model m;
        people_model_open(&m, seed);
        for (uint32_t i = 0; i < ASKS; i++) {
            struct expected list[MODEL_NUMBERS];
            struct random_ask ask = {
                .plan = (uint32_t)rand_below(&rand, MODEL_PLANS),
                .did = (uint32_t)rand_below(&rand, MODEL_NAMES + 1),
                .has_range = rand_below(&rand, 2) == 0,
                .from_ms = MODEL_T0 + (int64_t)rand_below(&rand, 200) * 7 * 60000 };
            ask.to_ms = ask.from_ms + 1 + (int64_t)rand_below(&rand, 40) * 7 * 60000;
            found += expect(&m, &ask, list);
            walk(&m, &ask, &rand);
        }
        people_model_close(&m);
    }
    assert_true(found > 500);
}

static void test_people__too_many_operands_are_refused(void **state)
{
    (void)state;
    static struct people_model m;
    struct arena arena;
    struct selector_error error;
    struct people_page page;
    struct bytes text = { 0 };
    arena_init(&arena, 0);
    people_model_open(&m, 1);
    for (int i = 0; i <= PEOPLE_OPERANDS_MAX; i++)
        bytes_printf(&text, "%sdefined(user[\"p%d\"])", i ? " or " : "", i);
    struct people_ask ask = { .limit = 10, .arena = &arena };
    check(selector_parse(bytes_str(&text), &arena, &ask.where, &error) == 0);
    assert_true(people_answer(m.store, &ask, &page) < 0);
    bytes_release(&text);
    people_model_close(&m);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_people__agree_with_the_obvious_list),
        cmocka_unit_test(test_people__too_many_operands_are_refused),
    };
    return RUN(tests);
}
