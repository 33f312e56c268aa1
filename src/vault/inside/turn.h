/* Whose turn it is at the vault's tables: first come, first served. A plain mutex goes to whoever
 * runs, and under a full link that is the intake again and again, while a reveal waits. */
#ifndef VAULT_INSIDE_TURN_H
#define VAULT_INSIDE_TURN_H

#include <pthread.h>
#include <stdint.h>

struct turn {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint64_t next;      /* the ticket of whoever comes */
    uint64_t now;       /* whose turn it is */
};

void turn_init(struct turn *turn);
void turn_release(struct turn *turn);
void turn_take(struct turn *turn);
void turn_leave(struct turn *turn);

#endif
