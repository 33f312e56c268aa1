/* The store against the slow, obvious one: random events, links, twins, late rows, profiles, with
 * flushes and starts in between; every scan must be equal. */
#include <stdlib.h>
#include <string.h>

#include "support/store_model.h"
#include "support/temp.h"
#include "support/test.h"

struct house {
    struct temp temp;
    struct fs *fs;
    struct stores *stores;
    struct store_work work;
};

static int setup(void **state)
{
    static struct house house;
    memset(&house, 0, sizeof(house));
    temp_make(&house.temp);
    house.fs = temp_fs(&house.temp);
    store_work_init(&house.work);
    *state = &house;
    return stores_open(house.fs, &house.stores);
}

static int teardown(void **state)
{
    struct house *house = *state;
    stores_close(house->stores);
    store_work_release(&house->work);
    fs_destroy(house->fs);
    temp_remove(&house->temp);
    return 0;
}

/* Closes without a flush and starts again: the follower replays from the position. */
static void restart(struct house *house)
{
    stores_close(house->stores);
    assert_int_equal(stores_open(house->fs, &house->stores), 0);
    assert_int_equal(store_work_feed(&house->work, house->stores,
                                     (uint32_t)stores_position(house->stores).offset,
                                     house->work.count), 0);
}

static void run(struct house *house, uint64_t seed, uint32_t steps, uint32_t step_ops)
{
    struct rand rand;
    rand_init(&rand, seed);
    for (uint32_t i = 0; i < steps; i++) {
        uint32_t before = house->work.count;
        store_work_add_random(&house->work, &rand, (uint32_t)rand_below(&rand, step_ops) + 1);
        assert_int_equal(store_work_feed(&house->work, house->stores, before,
                                         house->work.count), 0);
        if (rand_below(&rand, 2))
            assert_int_equal(stores_flush(house->stores), 0);
        if (rand_below(&rand, 5) == 0)
            restart(house);
        assert_true(store_model_agrees(&house->work, house->work.count, house->stores, &rand,
                                       6));
    }
}

static void test_store_model__small_steps(void **state)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        run(*state, seed, 30, 40);
        if (seed < 12) {
            teardown(state);
            assert_int_equal(setup(state), 0);
        }
    }
}

static void test_store_model__many_persons_cross_blocks(void **state)
{
    struct house *house = *state;
    house->work.person_max = STORE_WORK_NUMBERS - 1;
    run(house, 77, 12, 3000);
}

static void test_store_model__many_numbers_become_wide(void **state)
{
    struct house *house = *state;
    house->work.has_many_numbers = true;
    house->work.person_max = 300;
    run(house, 78, 5, 12000);
}

static void test_store_model__full_tails_become_runs(void **state)
{
    struct house *house = *state;
    struct rand rand;
    rand_init(&rand, 5);
    house->work.person_max = 900;
    store_work_add_random(&house->work, &rand, 80000);
    assert_int_equal(store_work_feed(&house->work, house->stores, 0, 80000), 0);
    assert_true(store_model_agrees(&house->work, 80000, house->stores, &rand, 5));
    assert_int_equal(stores_flush(house->stores), 0);
    assert_true(store_model_agrees(&house->work, 80000, house->stores, &rand, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_store_model__small_steps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store_model__many_persons_cross_blocks, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_store_model__many_numbers_become_wide, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_store_model__full_tails_become_runs, setup,
                                        teardown),
    };
    return RUN(tests);
}
