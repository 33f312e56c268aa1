/* Confinement of a child, in its first screen of code: dump-proof, no core, no new privileges, dies
 * with its parent, own ids. (Landlock and seccomp layers join here.) */
#ifndef SYS_SANDBOX_H
#define SYS_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

#include "sys/handed.h"

/* Undumpable, RLIMIT_CORE 0, no new privileges, ids dropped to handed uid and gid, PDEATHSIG after
 * that. Exits with a sentence on standard error when a layer fails. Prints nothing else. */
void sandbox_enter(const struct handed *handed);
/* The same for tools that stay who they are: undumpable, no core. */
void sandbox_harden(void);
/* Memory for keys: locked, not dumped, zeroed; freed with sandbox_key_free, which wipes. */
void *sandbox_key_alloc(size_t len);
void sandbox_key_free(void *ptr, size_t len);

#endif
