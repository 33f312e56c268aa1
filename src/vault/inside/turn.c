#include "vault/inside/turn.h"

#include "base/check.h"

void turn_init(struct turn *turn)
{
    *turn = (struct turn){ .next = 0 };
    check(pthread_mutex_init(&turn->lock, NULL) == 0);
    check(pthread_cond_init(&turn->moved, NULL) == 0);
}

void turn_release(struct turn *turn)
{
    check(turn->now == turn->next);
    (void)pthread_cond_destroy(&turn->moved);
    (void)pthread_mutex_destroy(&turn->lock);
}

void turn_take(struct turn *turn)
{
    (void)pthread_mutex_lock(&turn->lock);
    uint64_t ticket = turn->next++;
    while (turn->now != ticket)
        (void)pthread_cond_wait(&turn->moved, &turn->lock);
    (void)pthread_mutex_unlock(&turn->lock);
}

void turn_leave(struct turn *turn)
{
    (void)pthread_mutex_lock(&turn->lock);
    check(turn->now < turn->next);
    turn->now++;
    (void)pthread_cond_broadcast(&turn->moved);
    (void)pthread_mutex_unlock(&turn->lock);
}
