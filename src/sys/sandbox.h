/* Confinement of a child, in its first screen of code, before its first thread: own ids, dies with
 * its parent, undumpable, no core, no new privileges, no network of its own, and then two walls of
 * the kernel's: landlock (which folders) and seccomp (which calls), from the program's profile.
 *
 * What is already open stays open: that is how links, listeners and the wal come in. Memory that
 * could be executed cannot be made any more, nor a process. A layer that this kernel does not have
 * is a warning, or the end under --strict (handed as "strict=1"). */
#ifndef SYS_SANDBOX_H
#define SYS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/handed.h"
#include "sys/sandbox_profile.h"

/* What holds for this process. Told to the supervisor with the ready word (sys/control.h). */
struct sandbox_layers {
    bool is_confined;       /* undumpable, no core, no new privileges: without them nobody runs */
    bool has_own_uid;
    bool has_no_network;    /* a network namespace with nothing in it; only root can make one */
    bool locks_keys;        /* memory for keys is never swapped */
    uint8_t landlock_abi;   /* 0 = no landlock */
    uint16_t seccomp_calls; /* how many calls are let through; 0 = no seccomp */
};

/* Prints the layers in one line. Exits with 3 and a sentence when a layer fails that every kernel
 * has, or any under --strict. */
void sandbox_enter(const struct handed *handed, const struct sandbox_profile *profile);
/* For the supervisor, before it starts anybody: no new privileges, files written below these two
 * directories only, no new sockets, none of the calls that no program of the house ever makes. Its
 * children inherit all of it and add their own. */
void sandbox_enter_supervisor(int data_fd, int keys_fd, bool is_strict);
/* The same for tools that stay who they are: undumpable, no core. */
void sandbox_harden(void);
struct sandbox_layers sandbox_layers(void);

/* Memory for keys: locked, not dumped, zeroed; freed with sandbox_key_free, which wipes. */
void *sandbox_key_alloc(size_t len);
void sandbox_key_free(void *ptr, size_t len);

#endif
