/* api/crew: bounds, one thread for each waiting job, and an end that leaves nothing undone. */
#include "api/crew.h"

#include <stdatomic.h>

#include "support/test.h"
#include "sys/clock.h"

struct gate {
    _Atomic bool is_open;
    _Atomic int inside;
    _Atomic int done;
};

static void pass_gate(void *arg)
{
    struct gate *gate = arg;
    gate->inside++;
    while (!gate->is_open)
        clock_sleep_ms(1);
    gate->done++;
}

static void wait_inside(struct gate *gate, int count)
{
    for (int i = 0; i < 2000 && gate->inside < count; i++)
        clock_sleep_ms(1);
    assert_int_equal(gate->inside, count);
}

static void test_crew__takes_as_much_as_it_may(void **state)
{
    (void)state;
    struct gate gate = { 0 };
    struct crew *crew = crew_create(3, 2);
    for (int i = 0; i < 5; i++)
        assert_true(crew_take(crew, pass_gate, &gate));
    assert_false(crew_take(crew, pass_gate, &gate));
    wait_inside(&gate, 3);
    assert_int_equal(crew_load(crew), 5);
    gate.is_open = true;
    crew_destroy(crew);
    assert_int_equal(gate.done, 5);
}

static void test_crew__has_room_again(void **state)
{
    (void)state;
    struct gate gate = { .is_open = true };
    struct crew *crew = crew_create(1, 0);
    for (int i = 1; i <= 200; i++) {
        assert_true(crew_take(crew, pass_gate, &gate));
        wait_inside(&gate, i);
        for (int t = 0; t < 2000 && crew_load(crew); t++)
            clock_sleep_ms(1);
    }
    assert_int_equal(crew_load(crew), 0);
    crew_destroy(crew);
    assert_int_equal(gate.done, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crew__takes_as_much_as_it_may),
        cmocka_unit_test(test_crew__has_room_again),
    };
    return RUN(tests);
}
