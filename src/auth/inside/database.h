/* auth's tables, in auth.db of its room (db/db.h). The schema grows by migrations: a step that was
 * released once never changes. */
#ifndef AUTH_INSIDE_DATABASE_H
#define AUTH_INSIDE_DATABASE_H

#include "base/check.h"
#include "db/db.h"
#include "sys/file.h"

#define DATABASE_NAME "auth.db"

/* fs: auth's room, which must outlive the database. */
int database_open(struct fs *fs, struct db **out) MUST_USE;
/* One step of a statement that gives no row; ERR_CORRUPT when it gives one. */
int database_run(struct db_statement *s) MUST_USE;

#endif
