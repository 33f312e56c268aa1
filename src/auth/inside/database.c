/* Every principal (member, API key, uid of the host) has one number out of one sequence, never
 * given twice: it is what grants name, and what budgets will count. Secrets lie here as hashes
 * (auth/inside/secret.h); the project's token is public and lies in clear. Times are milliseconds
 * since 1970. */
#include "auth/inside/database.h"

#include "base/err.h"

static const char *const migrations[] = {
    "CREATE TABLE principal ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " kind TEXT NOT NULL CHECK (kind IN ('member', 'key', 'os')),"
    " made_ms INTEGER NOT NULL) STRICT;"

    "CREATE TABLE member ("
    " principal INTEGER PRIMARY KEY REFERENCES principal (id),"
    " name TEXT NOT NULL,"
    " role TEXT NOT NULL CHECK (role IN ('owner'))) STRICT;"

    "CREATE TABLE os_user ("
    " uid INTEGER PRIMARY KEY,"
    " principal INTEGER NOT NULL UNIQUE REFERENCES principal (id)) STRICT;"

    /* At most one. ends_ms is NULL until the first serve. */
    "CREATE TABLE owner_link ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " member INTEGER NOT NULL REFERENCES member (principal),"
    " hash BLOB NOT NULL CHECK (length(hash) = 32),"
    " made_ms INTEGER NOT NULL,"
    " ends_ms INTEGER) STRICT;"

    "CREATE TABLE login ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " member INTEGER NOT NULL REFERENCES member (principal),"
    " hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),"
    " entered_ms INTEGER NOT NULL,"
    " ends_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL) STRICT;"

    "CREATE TABLE project ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL,"
    " token TEXT NOT NULL UNIQUE,"
    " zone TEXT NOT NULL,"
    " phone_country TEXT NOT NULL,"
    " key_epoch INTEGER NOT NULL CHECK (key_epoch BETWEEN 1 AND 4294967295),"
    " week_start INTEGER NOT NULL CHECK (week_start BETWEEN 1 AND 7),"
    " window_days INTEGER NOT NULL CHECK (window_days BETWEEN 0 AND 36500),"
    " group_min INTEGER NOT NULL CHECK (group_min BETWEEN 1 AND 1000000),"
    " demo INTEGER NOT NULL CHECK (demo IN (0, 1))) STRICT;"

    "CREATE TABLE project_class ("
    " project INTEGER NOT NULL REFERENCES project (id),"
    " property TEXT NOT NULL,"
    " class TEXT NOT NULL CHECK (class IN ('open', 'quasi', 'personal', 'secret')),"
    " PRIMARY KEY (project, property)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE api_key ("
    " principal INTEGER PRIMARY KEY REFERENCES principal (id),"
    " project INTEGER NOT NULL REFERENCES project (id),"
    " key TEXT NOT NULL UNIQUE,"
    " hash BLOB NOT NULL CHECK (length(hash) = 32),"
    " rights INTEGER NOT NULL,"
    " used_ms INTEGER) STRICT;"

    "CREATE TABLE trusted_proxy (address TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;",

    /* Roles of many kinds, in projects: what was the one role is now a row in `access`, with the
     * rights it meant when it was given. The first owner's are owner and support (decision 14):
     * 222 = aggregate, unfolded, rows, reveal, approve, settings. */
    "ALTER TABLE member DROP COLUMN role;"
    "ALTER TABLE member ADD COLUMN is_owner INTEGER NOT NULL DEFAULT 0;"
    "UPDATE member SET is_owner = 1 WHERE principal = (SELECT min(principal) FROM member);"
    "ALTER TABLE member ADD COLUMN is_invited INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE member ADD COLUMN seen_ms INTEGER;"
    "ALTER TABLE member ADD COLUMN password TEXT;"
    "ALTER TABLE member ADD COLUMN totp BLOB;"       /* sealed */
    "ALTER TABLE member ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE principal ADD COLUMN frozen_ms INTEGER;"
    "ALTER TABLE principal ADD COLUMN ended_ms INTEGER;"

    "CREATE TABLE access ("
    " principal INTEGER NOT NULL REFERENCES member (principal),"
    " project INTEGER NOT NULL REFERENCES project (id),"
    " roles TEXT NOT NULL,"
    " rights INTEGER NOT NULL,"
    " PRIMARY KEY (principal, project)) STRICT, WITHOUT ROWID;"
    "INSERT INTO access SELECT member.principal, project.id, 'owner support', 222"
    " FROM member, project;"

    "CREATE TABLE passkey ("
    " id BLOB PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 256),"
    " member INTEGER NOT NULL REFERENCES member (principal),"
    " name TEXT NOT NULL,"
    " point BLOB NOT NULL CHECK (length(point) = 64),"
    " sign_count INTEGER NOT NULL,"
    " enrolled_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX passkey_member ON passkey (member);"

    /* Invitations and recoveries. */
    "CREATE TABLE link ("
    " hash BLOB PRIMARY KEY CHECK (length(hash) = 32),"
    " member INTEGER NOT NULL REFERENCES member (principal),"
    " ends_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    /* key: the browser's raw public key; empty = a login that signs nothing. told: the body of
     * LOGIN_SEEN, said again whenever the ledger starts. */
    "ALTER TABLE login ADD COLUMN level INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE login ADD COLUMN key_type INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE login ADD COLUMN key BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE login ADD COLUMN credential BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE login ADD COLUMN agent TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE login ADD COLUMN address TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE login ADD COLUMN told BLOB;"

    "ALTER TABLE api_key ADD COLUMN name TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE api_key ADD COLUMN expires_ms INTEGER;"
    "ALTER TABLE api_key ADD COLUMN addresses TEXT NOT NULL DEFAULT '';"

    /* Decisions that the ledger has and that are not in force yet. */
    "CREATE TABLE waiting ("
    " sequence INTEGER PRIMARY KEY,"
    " asker INTEGER NOT NULL,"
    " from_ms INTEGER NOT NULL,"
    " detail TEXT NOT NULL,"
    " made TEXT NOT NULL) STRICT;"

    "CREATE TABLE house ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " host TEXT NOT NULL) STRICT;"
    "INSERT INTO house (id, host) VALUES (1, 'localhost');",
};

int database_open(struct fs *fs, struct db **out)
{
    return db_open(fs, DATABASE_NAME, migrations, sizeof(migrations) / sizeof(migrations[0]), out);
}

int database_run(struct db_statement *s)
{
    int r = db_step(s);
    if (r != 1)
        return r;
    db_reset(s);
    return ERR_CORRUPT;
}
