/* What the supervisor handed to a child: descriptors by name, and a few words, in argv[1] as
 * "control=3,listen=4,data=5,keys=6,uid=61501". The first thing each *_main.c reads.
 *
 * Every child gets: control (SEQPACKET to the supervisor), data (a directory, its own room of the
 * data directory), keys (a directory, its own folder of the keys; already open), uid and gid (ids
 * to drop to; absent = stay). Links come by relink messages over control, also the first time. */
#ifndef SYS_HANDED_H
#define SYS_HANDED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct handed {
    const char *text;
};

/* From main's arguments; prints what is wrong and exits with 2 when there are none. */
void handed_init(struct handed *handed, int argc, char **argv);
/* The number behind the name; check()s that it is there. */
int handed_get(const struct handed *handed, const char *name);
bool handed_find(const struct handed *handed, const char *name, int *out);

#endif
