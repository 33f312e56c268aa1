/* A crew: threads that wait for other programs, so that the threads that read requests never do. A
 * thread is made when a job finds none idle, and stays. */
#ifndef API_CREW_H
#define API_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct crew;

typedef void (*crew_fn)(void *job);

/* At most threads_max jobs under way and waiting_max waiting for a thread. */
struct crew *crew_create(uint32_t threads_max, uint32_t waiting_max);
/* Ends after the jobs it took. */
void crew_destroy(struct crew *crew);
/* False: as much as it takes is under way and waiting; the job stays the caller's. */
bool crew_take(struct crew *crew, crew_fn run, void *job) MUST_USE;
/* Jobs under way and waiting. */
uint32_t crew_load(struct crew *crew);

#endif
