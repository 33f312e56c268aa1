/* SQLite's way to the disk: a VFS over one struct fs. Locks are none (a database is open once, in
 * one process, and the supervisor's lock guards the directory); the journal is a plain file; what
 * SQLite would keep in temporary files is refused, since temp_store is MEMORY.
 *
 * The first write, sync, truncation or removal that fails makes the VFS dead: what is on the disk
 * is unknown from then on, so it refuses everything that would change it. A hot journal stays, and
 * the next open rolls it back. */
#ifndef DB_DB_VFS_H
#define DB_DB_VFS_H

#include <stdbool.h>

#include "sys/file.h"

enum { DB_VFS_NAME_MAX = 64, DB_VFS_PATH_MAX = 256 };

struct db_vfs;

/* Registers a VFS with SQLite; fs must outlive it. Never NULL. */
struct db_vfs *db_vfs_create(struct fs *fs);
void db_vfs_destroy(struct db_vfs *vfs);              /* after its database is closed */
/* Before the database of that name is opened: syncs it, then its journal, then the directory. A
 * killed process leaves its last writes in the kernel's memory only; a transaction whose journal is
 * gone there, and not on the disk, reads as committed, and the power takes it back. */
int db_vfs_settle(struct db_vfs *vfs, const char *name) MUST_USE;
const char *db_vfs_name(const struct db_vfs *vfs);
bool db_vfs_is_dead(const struct db_vfs *vfs);
void db_vfs_kill(struct db_vfs *vfs);                 /* trouble that SQLite saw and we did not */
/* The first ERR_* that the disk answered, for when SQLite's code says less; 0 = none. */
int db_vfs_trouble(const struct db_vfs *vfs);

#endif
