/* engine/engine: it answers what it is asked, over a store or over none, also to two at once. */
#include "engine/engine.h"

#include <pthread.h>

#include "support/asking.h"
#include "support/test.h"

#define QUESTION STR("{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","     \
                     "\"to\":\"2025-11-01\",\"show\":[{\"event\":\"A\",\"measure\":\"total\"}]}")

static void test_engine__answers_from_nothing_and_from_a_store(void **state)
{
    (void)state;
    struct asking asking;
    asking_open(&asking);
    assert_int_equal(asking_ask(&asking, QUESTION, NULL), 0);
    assert_int_equal(asking.result.series_count, 1);
    assert_true(asking.result.series[0].points[0] == 0);
    asking_feed_events(&asking, STR("{\"event\":\"A\",\"properties\":{\"time\":1761955200.25}}"));
    assert_int_equal(asking_ask(&asking, QUESTION, NULL), 0);
    assert_true(asking.result.series[0].points[0] == 1);
    assert_true(asking.result.until_ms == 1761955200250);
    engine_destroy(NULL);
    asking_close(&asking);
}

struct asker {
    struct asking own;          /* its arena and result alone are used */
    double sum;
};

static void *ask_often(void *arg)
{
    struct asker *asker = arg;
    for (int i = 0; i < 200; i++)
        if (asking_ask(&asker->own, QUESTION, NULL) == 0)
            asker->sum += asker->own.result.series[0].points[0];
    return NULL;
}

static void test_engine__two_may_ask_at_once(void **state)
{
    (void)state;
    struct asking asking;
    struct asker askers[2];
    pthread_t threads[2];
    asking_open(&asking);
    for (int i = 0; i < 50; i++)
        asking_feed_events(&asking, STR("{\"event\":\"A\",\"properties\":{\"time\":1761955200}}"));
    for (int i = 0; i < 2; i++) {
        askers[i] = (struct asker){ .own = asking };
        arena_init(&askers[i].own.arena, 0);
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &askers[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(askers[i].sum == 200 * 50);
        arena_release(&askers[i].own.arena);
    }
    asking_close(&asking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine__answers_from_nothing_and_from_a_store),
        cmocka_unit_test(test_engine__two_may_ask_at_once),
    };
    return RUN(tests);
}
