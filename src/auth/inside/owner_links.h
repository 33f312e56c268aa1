/* The owner's one-time link: the way in until there are passwords and passkeys. At most one is
 * alive. The database has its hash; its text lies in the file `owner-link` of auth's room, so that
 * `amana serve` can print it whole, and is gone the moment it was used, replaced or is over.
 * docs/decisions/0012-random-secrets-as-hashes.md says what that file costs. */
#ifndef AUTH_INSIDE_OWNER_LINKS_H
#define AUTH_INSIDE_OWNER_LINKS_H

#include <stdint.h>

#include "base/check.h"
#include "base/str.h"
#include "db/db.h"
#include "sys/file.h"

#define OWNER_LINKS_LIFE_MS ((int64_t)24 * 60 * 60 * 1000)
#define OWNER_LINKS_FILE "owner-link"

struct owner_links {
    struct fs *fs;
    struct db *db;
    struct db_statement *put, *find, *end, *serve;
};

void owner_links_init(struct owner_links *links, struct db *db, struct fs *fs);
/* In a transaction: the one living link from now on. ends_ms 0: its 24 h begin with the first
 * serve. */
int owner_links_put(struct owner_links *links, uint32_t member, struct str text, int64_t now_ms,
                    int64_t ends_ms) MUST_USE;
/* After its commit. */
int owner_links_write_file(struct owner_links *links, struct str text) MUST_USE;
/* In a transaction: a living link is used up and names its member; after the commit the file must
 * go too (owner_links_remove_file). ERR_NOT_FOUND: used, over or unknown, all alike. */
int owner_links_use(struct owner_links *links, struct str text, int64_t now_ms,
                    uint32_t *member) MUST_USE;
void owner_links_remove_file(struct owner_links *links);
/* At auth's start: the first serve starts the 24 hours, and a file that belongs to no living link
 * (a crash between commit and removal) is removed. */
int owner_links_start(struct owner_links *links, int64_t now_ms) MUST_USE;
/* Now and then: a link that is over is forgotten, with its file. */
int owner_links_expire(struct owner_links *links, int64_t now_ms) MUST_USE;

#endif
