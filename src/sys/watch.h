/* Waiting until somebody writes into a directory (inotify), so that who follows files neither polls
 * nor comes late. Where the kernel gives no watch, waits are short sleeps instead. */
#ifndef SYS_WATCH_H
#define SYS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct watch;

enum { WATCH_BLIND_MS = 10 }; /* the longest sleep without the kernel's help */

/* Over the files directly in an open directory, which stays the caller's. Never NULL. */
struct watch *watch_create(int dir_fd);
void watch_destroy(struct watch *watch);       /* NULL is fine */
/* Returns when something was written or made there since the last call, after watch_wake, or when
 * timeout_ms are over. True for the first two. One thread waits. */
bool watch_wait(struct watch *watch, uint32_t timeout_ms);
void watch_wake(struct watch *watch);          /* from any thread */

#endif
