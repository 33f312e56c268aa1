/* vault/inside/turn: one at a time, in the order in which they came. */
#include "vault/inside/turn.h"

#include "support/test.h"
#include "sys/clock.h"

enum { THREADS = 8, ROUNDS = 200 };

struct queue {
    struct turn turn;
    int order[THREADS];
    int count;
    _Atomic int inside;
};

struct comer {
    struct queue *queue;
    int number;
    pthread_t thread;
};

static void *come(void *arg)
{
    struct comer *comer = arg;
    turn_take(&comer->queue->turn);
    comer->queue->order[comer->queue->count++] = comer->number;
    turn_leave(&comer->queue->turn);
    return NULL;
}

static uint64_t tickets(struct queue *queue)
{
    (void)pthread_mutex_lock(&queue->turn.lock);
    uint64_t n = queue->turn.next;
    (void)pthread_mutex_unlock(&queue->turn.lock);
    return n;
}

static void test_turn__first_come_first_served(void **state)
{
    (void)state;
    struct queue queue = { .count = 0 };
    struct comer comers[THREADS];
    turn_init(&queue.turn);
    turn_take(&queue.turn);
    for (int i = 0; i < THREADS; i++) {
        comers[i] = (struct comer){ .queue = &queue, .number = i };
        assert_int_equal(pthread_create(&comers[i].thread, NULL, come, &comers[i]), 0);
        while (tickets(&queue) != (uint64_t)i + 2)
            clock_sleep_ms(1);
    }
    assert_int_equal(queue.count, 0);
    turn_leave(&queue.turn);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(comers[i].thread, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(queue.order[i], i);
    turn_release(&queue.turn);
}

static void *go_in_and_out(void *arg)
{
    struct queue *queue = arg;
    for (int i = 0; i < ROUNDS; i++) {
        turn_take(&queue->turn);
        assert_int_equal(queue->inside++, 0);
        queue->count++;
        queue->inside--;
        turn_leave(&queue->turn);
    }
    return NULL;
}

static void test_turn__never_two_at_once(void **state)
{
    (void)state;
    struct queue queue = { .count = 0 };
    pthread_t threads[THREADS];
    turn_init(&queue.turn);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, go_in_and_out, &queue), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(queue.count, THREADS * ROUNDS);
    turn_release(&queue.turn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turn__first_come_first_served),
        cmocka_unit_test(test_turn__never_two_at_once),
    };
    return RUN(tests);
}
