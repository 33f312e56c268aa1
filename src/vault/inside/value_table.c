#include "vault/inside/value_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "db/db.h"

static const char *const migrations[] = {
    "CREATE TABLE subject ("
    "  project INTEGER NOT NULL,"
    "  s BLOB NOT NULL CHECK (length(s) = 16),"
    "  slot INTEGER NOT NULL UNIQUE CHECK (slot >= 0),"
    "  PRIMARY KEY (project, s)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE value ("
    "  slot INTEGER NOT NULL REFERENCES subject (slot),"
    "  p BLOB NOT NULL,"
    "  r BLOB NOT NULL CHECK (length(r) = 16),"
    "  e BLOB NOT NULL CHECK (length(e) = 32),"
    "  first_seen INTEGER NOT NULL,"
    "  last_seen INTEGER NOT NULL CHECK (last_seen >= first_seen),"
    "  box BLOB NOT NULL,"
    "  PRIMARY KEY (slot, p, r)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE intake ("
    "  boot_id BLOB PRIMARY KEY CHECK (length(boot_id) = 16),"
    "  stored BLOB NOT NULL) STRICT, WITHOUT ROWID;",
    /* Version 2: lookups by ref, and what was seen of the ledger. */
    "CREATE INDEX value_by_ref ON value (r);"
    "CREATE TABLE seen ("
    "  size INTEGER PRIMARY KEY CHECK (size > 0),"
    "  root BLOB NOT NULL CHECK (length(root) = 32)) STRICT;",
};

struct value_table {
    struct db *db;
    struct db_statement *slot_end, *find_subject, *add_subject;
    struct db_statement *see, *widen, *add, *find;
    struct db_statement *each, *holders, *read_seen, *add_seen, *end_seen;
    struct db_statement *read_window, *write_window;
};

/* Refs come in no order: with SQLite's 2 MB a group's pages leave the cache before its commit, each
 * at the price of a sync. */
static int take_cache(struct db *db)
{
    struct db_statement *s = db_prepare(db, "PRAGMA cache_size = -65536");
    db_reset(s);
    int r = db_step(s);
    db_reset(s);
    return r < 0 ? r : 0;
}

static void prepare_answers(struct value_table *t, struct db *db)
{
    t->each = db_prepare(db, "SELECT r, e, first_seen, last_seen, box FROM value "
                             "WHERE slot = ?1 AND p = ?2 ORDER BY last_seen DESC, r");
    /* The ref first, always: a planner without statistics would rather walk all subjects. */
    t->holders = db_prepare(db, "SELECT DISTINCT subject.s FROM value INDEXED BY value_by_ref "
                                "CROSS JOIN subject ON subject.slot = value.slot "
                                "WHERE value.r = ?1 AND subject.project = ?2 LIMIT ?3");
    t->read_seen = db_prepare(db, "SELECT size, root FROM seen ORDER BY size");
    t->add_seen = db_prepare(db, "INSERT INTO seen (size, root) VALUES (?1, ?2)");
    t->end_seen = db_prepare(db, "DELETE FROM seen WHERE size = ?1");
}

int value_table_open(struct fs *fs, struct value_table **out)
{
    struct db *db = NULL;
    int r = db_open(fs, VALUE_TABLE_NAME, migrations, sizeof(migrations) / sizeof(migrations[0]),
                    &db);
    if (r == 0)
        r = take_cache(db);
    if (r != 0) {
        db_close(db);
        return r;
    }
    struct value_table *t = calloc(1, sizeof(*t));
    check(t != NULL);
    t->db = db;
    t->slot_end = db_prepare(db, "SELECT coalesce(max(slot) + 1, 0) FROM subject");
    t->find_subject = db_prepare(db, "SELECT slot FROM subject WHERE project = ?1 AND s = ?2");
    t->add_subject = db_prepare(db, "INSERT INTO subject (project, s, slot) VALUES (?1, ?2, ?3)");
    t->see = db_prepare(db, "SELECT first_seen, last_seen FROM value "
                            "WHERE slot = ?1 AND p = ?2 AND r = ?3");
    t->add = db_prepare(db, "INSERT INTO value (slot, p, r, e, first_seen, last_seen, box) "
                            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    t->widen = db_prepare(db, "UPDATE value SET first_seen = min(first_seen, ?4), "
                              "last_seen = max(last_seen, ?5) "
                              "WHERE slot = ?1 AND p = ?2 AND r = ?3");
    t->find = db_prepare(db, "SELECT e, first_seen, last_seen, box FROM value "
                             "WHERE slot = ?1 AND p = ?2 AND r = ?3");
    t->read_window = db_prepare(db, "SELECT stored FROM intake WHERE boot_id = ?1");
    t->write_window = db_prepare(db, "INSERT INTO intake (boot_id, stored) VALUES (?1, ?2) "
                                     "ON CONFLICT (boot_id) DO UPDATE SET stored = ?2");
    prepare_answers(t, db);
    *out = t;
    return 0;
}

void value_table_close(struct value_table *table)
{
    if (!table)
        return;
    db_close(table->db);
    free(table);
}

int value_table_begin(struct value_table *table)
{
    return db_begin(table->db);
}

int value_table_commit(struct value_table *table)
{
    return db_commit(table->db);
}

/* A row or ERR_NOT_FOUND; the caller resets after reading. */
static int step_row(struct db_statement *s)
{
    int r = db_step(s);
    return r == 1 ? 0 : r == 0 ? ERR_NOT_FOUND : r;
}

int value_table_slot_end(struct value_table *table, uint64_t *out)
{
    struct db_statement *s = table->slot_end;
    db_reset(s);
    int r = step_row(s);
    if (r == 0)
        *out = (uint64_t)db_get_i64(s, 0);
    db_reset(s);
    return r;
}

int value_table_find_subject(struct value_table *table, uint64_t project, const struct ref *subject,
                             uint64_t *slot)
{
    struct db_statement *s = table->find_subject;
    db_reset(s);
    db_bind_i64(s, 1, (int64_t)project);
    db_bind_blob(s, 2, str_of(subject->bytes, 16));
    int r = step_row(s);
    if (r == 0)
        *slot = (uint64_t)db_get_i64(s, 0);
    db_reset(s);
    return r;
}

int value_table_add_subject(struct value_table *table, uint64_t project, const struct ref *subject,
                            uint64_t slot)
{
    struct db_statement *s = table->add_subject;
    db_reset(s);
    db_bind_i64(s, 1, (int64_t)project);
    db_bind_blob(s, 2, str_of(subject->bytes, 16));
    db_bind_i64(s, 3, (int64_t)slot);
    return db_step(s);
}

static void bind_key(struct db_statement *s, const struct value_row *row)
{
    db_reset(s);
    db_bind_i64(s, 1, (int64_t)row->slot);
    db_bind_blob(s, 2, row->property);
    db_bind_blob(s, 3, str_of(row->ref.bytes, 16));
}

int value_table_see(struct value_table *table, const struct value_row *row)
{
    struct db_statement *s = table->see;
    bind_key(s, row);
    int r = step_row(s);
    bool is_within = r == 0 && db_get_i64(s, 0) <= row->first_seen_ms &&
                     db_get_i64(s, 1) >= row->last_seen_ms;
    db_reset(s);
    if (r != 0 || is_within)
        return r;
    s = table->widen;
    bind_key(s, row);
    db_bind_i64(s, 4, row->first_seen_ms);
    db_bind_i64(s, 5, row->last_seen_ms);
    return db_step(s);
}

int value_table_add(struct value_table *table, const struct value_row *row)
{
    struct db_statement *s = table->add;
    bind_key(s, row);
    db_bind_blob(s, 4, str_of(row->epoch, 32));
    db_bind_i64(s, 5, row->first_seen_ms);
    db_bind_i64(s, 6, row->last_seen_ms);
    db_bind_blob(s, 7, row->box);
    return db_step(s);
}

int value_table_find(struct value_table *table, struct value_row *row)
{
    struct db_statement *s = table->find;
    bind_key(s, row);
    int r = step_row(s);
    if (r == 0 && db_get_bytes(s, 0).len != sizeof(row->epoch))
        r = ERR_CORRUPT;
    if (r != 0)
        return r;
    memcpy(row->epoch, db_get_bytes(s, 0).ptr, sizeof(row->epoch));
    row->first_seen_ms = db_get_i64(s, 1);
    row->last_seen_ms = db_get_i64(s, 2);
    row->box = db_get_bytes(s, 3);
    return 0;
}

/* ---- what reveals and lookups read ----------------------------------------------------------- */

static int read_row(struct db_statement *s, struct value_row *row)
{
    struct str ref = db_get_bytes(s, 0), epoch = db_get_bytes(s, 1);
    if (ref.len != sizeof(row->ref.bytes) || epoch.len != sizeof(row->epoch))
        return ERR_CORRUPT;
    memcpy(row->ref.bytes, ref.ptr, sizeof(row->ref.bytes));
    memcpy(row->epoch, epoch.ptr, sizeof(row->epoch));
    row->first_seen_ms = db_get_i64(s, 2);
    row->last_seen_ms = db_get_i64(s, 3);
    row->box = db_get_bytes(s, 4);
    return 0;
}

int value_table_each(struct value_table *table, uint64_t slot, struct str property,
                     value_table_each_fn each, void *ctx)
{
    struct db_statement *s = table->each;
    struct value_row row = { .slot = slot, .property = property };
    int r;
    db_reset(s);
    db_bind_i64(s, 1, (int64_t)slot);
    db_bind_blob(s, 2, property);
    while ((r = db_step(s)) == 1) {
        r = read_row(s, &row);
        if (r == 0)
            r = each(ctx, &row);
        if (r != 0)
            break;
    }
    db_reset(s);
    return r;
}

int value_table_find_holders(struct value_table *table, uint64_t project, const struct ref *ref,
                             uint32_t max, struct ref *out, uint32_t *count)
{
    struct db_statement *s = table->holders;
    int r;
    *count = 0;
    db_reset(s);
    db_bind_blob(s, 1, str_of(ref->bytes, 16));
    db_bind_i64(s, 2, (int64_t)project);
    db_bind_i64(s, 3, max);
    while ((r = db_step(s)) == 1) {
        struct str subject = db_get_bytes(s, 0);
        check(*count < max);
        if (subject.len != sizeof(out->bytes)) {
            r = ERR_CORRUPT;
            break;
        }
        memcpy(out[(*count)++].bytes, subject.ptr, sizeof(out->bytes));
    }
    db_reset(s);
    return r;
}

int value_table_read_seen(struct value_table *table, uint32_t max, struct value_seen *out,
                          uint32_t *count)
{
    struct db_statement *s = table->read_seen;
    int r;
    *count = 0;
    db_reset(s);
    while ((r = db_step(s)) == 1) {
        struct str root = db_get_bytes(s, 1);
        if (*count == max || root.len != sizeof(out->root)) {
            r = ERR_CORRUPT;
            break;
        }
        out[*count].size = (uint64_t)db_get_i64(s, 0);
        memcpy(out[(*count)++].root, root.ptr, sizeof(out->root));
    }
    db_reset(s);
    return r;
}

int value_table_add_seen(struct value_table *table, const struct value_seen *seen)
{
    struct db_statement *s = table->add_seen;
    db_reset(s);
    db_bind_i64(s, 1, (int64_t)seen->size);
    db_bind_blob(s, 2, str_of(seen->root, sizeof(seen->root)));
    return db_step(s);
}

int value_table_end_seen(struct value_table *table, uint64_t size)
{
    struct db_statement *s = table->end_seen;
    db_reset(s);
    db_bind_i64(s, 1, (int64_t)size);
    return db_step(s);
}

/* ---- replay ---------------------------------------------------------------------------------- */

int value_table_read_window(struct value_table *table, const uint8_t boot_id[16],
                            struct replay_window *out)
{
    struct db_statement *s = table->read_window;
    *out = (struct replay_window){ 0 };
    db_reset(s);
    db_bind_blob(s, 1, str_of(boot_id, 16));
    int r = step_row(s);
    if (r == 0)
        r = replay_window_decode(db_get_bytes(s, 0), out);
    db_reset(s);
    return r == ERR_NOT_FOUND ? 0 : r;
}

int value_table_write_window(struct value_table *table, const uint8_t boot_id[16],
                             const struct replay_window *window)
{
    struct bytes stored = { 0 };
    struct db_statement *s = table->write_window;
    replay_window_encode(window, &stored);
    db_reset(s);
    db_bind_blob(s, 1, str_of(boot_id, 16));
    db_bind_blob(s, 2, bytes_str(&stored));
    int r = db_step(s);
    bytes_release(&stored);
    return r;
}
