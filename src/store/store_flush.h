/* Making it durable, and finding it again. The order of a flush: parts, sync, sync of their
 * folder; tables, sync; manifest (written beside, synced, renamed, folder synced); only then are
 * replaced files removed. Whatever moment it breaks at, the manifest in force lists files that are
 * whole; the rest is removed at the next start and the wal has it. */
#ifndef STORE_STORE_FLUSH_H
#define STORE_STORE_FLUSH_H

#include "base/check.h"
#include "store/store_inside.h"

/* Hold `feed`. Any failure is kept in stores->failed: it never writes again. */
int store_flush_all(struct stores *stores) MUST_USE;
/* Fills fresh stores from the disk; makes the first manifest when there is none. */
int store_flush_recover(struct stores *stores) MUST_USE;

#endif
