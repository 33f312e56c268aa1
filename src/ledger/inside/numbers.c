#include "ledger/inside/numbers.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/map.h"
#include "db/db.h"

enum { LOGS_MAX = 4096 };

/* Not in the database yet. */
struct fresh {
    uint32_t log;
    struct ref ref;
    uint32_t number;
};

struct next {
    uint32_t log;
    uint32_t number;
};

struct numbers {
    struct db *db;
    struct db_statement *find, *ref, *add, *highest, *read_position, *write_position;
    struct map index;            /* log, ref → place in fresh */
    struct fresh *fresh;
    uint32_t count, cap;
    struct next next[LOGS_MAX];
    uint32_t next_count;
    uint64_t position;
};

static const char *const migrations[] = {
    "CREATE TABLE numbers (log INTEGER NOT NULL, ref BLOB NOT NULL, number INTEGER NOT NULL,"
    " PRIMARY KEY (log, ref)) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX numbers_by_number ON numbers (log, number);"
    "CREATE TABLE position (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL)"
    " STRICT;"
    "INSERT INTO position VALUES (1, 0);",
};

int numbers_open(struct fs *fs, struct numbers **out)
{
    struct numbers *n = calloc(1, sizeof(*n));
    check(n != NULL);
    int r = db_open(fs, NUMBERS_NAME, migrations, 1, &n->db);
    if (r != 0) {
        free(n);
        return r;
    }
    n->find = db_prepare(n->db, "SELECT number FROM numbers WHERE log = ?1 AND ref = ?2");
    n->ref = db_prepare(n->db, "SELECT ref FROM numbers WHERE log = ?1 AND number = ?2");
    n->add = db_prepare(n->db, "INSERT OR IGNORE INTO numbers VALUES (?1, ?2, ?3)");
    n->highest = db_prepare(n->db, "SELECT max(number) FROM numbers WHERE log = ?1");
    n->read_position = db_prepare(n->db, "SELECT sequence FROM position");
    n->write_position = db_prepare(n->db, "UPDATE position SET sequence = ?1");
    db_reset(n->read_position);
    r = db_step(n->read_position);
    if (r == 1)
        n->position = (uint64_t)db_get_i64(n->read_position, 0);
    if (r != 1) {
        numbers_close(n);
        return r < 0 ? r : ERR_CORRUPT;
    }
    *out = n;
    return 0;
}

void numbers_close(struct numbers *n)
{
    if (!n)
        return;
    db_close(n->db);
    map_release(&n->index);
    free(n->fresh);
    free(n);
}

static struct str key_of(uint8_t buf[20], uint32_t log, const struct ref *ref)
{
    memcpy(buf, &log, 4);
    memcpy(buf + 4, ref->bytes, sizeof(ref->bytes));
    return str_of(buf, 20);
}

/* A log's next number, from the database the first time. It is not known when that cannot be read:
 * numbers would be given twice. */
static int next_of(struct numbers *n, uint32_t log, struct next **out)
{
    for (uint32_t i = 0; i < n->next_count; i++)
        if (n->next[i].log == log) {
            *out = &n->next[i];
            return 0;
        }
    check(n->next_count < LOGS_MAX);
    db_reset(n->highest);
    db_bind_i64(n->highest, 1, log);
    int r = db_step(n->highest);
    if (r != 1)
        return r < 0 ? r : ERR_CORRUPT;
    struct next *next = &n->next[n->next_count++];
    next->log = log;
    next->number = db_is_null(n->highest, 0) ? 1 : (uint32_t)db_get_i64(n->highest, 0) + 1;
    *out = next;
    return 0;
}

int numbers_find(struct numbers *n, uint32_t log, const struct ref *ref, uint32_t *out)
{
    uint8_t buf[20];
    const uint32_t *at = map_find(&n->index, key_of(buf, log, ref));
    *out = 0;
    if (at) {
        *out = n->fresh[*at].number;
        return 0;
    }
    db_reset(n->find);
    db_bind_i64(n->find, 1, log);
    db_bind_blob(n->find, 2, str_of(ref->bytes, sizeof(ref->bytes)));
    int r = db_step(n->find);
    if (r == 1)
        *out = (uint32_t)db_get_i64(n->find, 0);
    return r < 0 ? r : 0;
}

int numbers_ref(struct numbers *n, uint32_t log, uint32_t number, struct ref *out)
{
    for (uint32_t i = n->count; i-- > 0;)
        if (n->fresh[i].log == log && n->fresh[i].number == number) {
            *out = n->fresh[i].ref;
            return 0;
        }
    db_reset(n->ref);
    db_bind_i64(n->ref, 1, log);
    db_bind_i64(n->ref, 2, number);
    int r = db_step(n->ref);
    if (r != 1)
        return r < 0 ? r : ERR_NOT_FOUND;
    struct str raw = db_get_bytes(n->ref, 0);
    if (raw.len != sizeof(out->bytes))
        return ERR_CORRUPT;
    memcpy(out->bytes, raw.ptr, raw.len);
    return 0;
}

static void keep(struct numbers *n, uint32_t log, const struct ref *ref, uint32_t number)
{
    uint8_t buf[20];
    if (n->count == n->cap) {
        n->cap = n->cap ? n->cap * 2 : 256;
        struct fresh *fresh = realloc(n->fresh, n->cap * sizeof(*fresh));
        check(fresh != NULL);
        n->fresh = fresh;
    }
    n->fresh[n->count] = (struct fresh){ .log = log, .ref = *ref, .number = number };
    (void)map_put(&n->index, key_of(buf, log, ref), n->count, NULL);
    n->count++;
}

uint32_t numbers_give(struct numbers *n, uint32_t log, const struct ref *ref)
{
    struct next *next;
    if (next_of(n, log, &next) != 0)
        return 0;
    keep(n, log, ref, next->number);
    return next->number++;
}

int numbers_replay(struct numbers *n, uint32_t log, const struct ref *ref, uint32_t number)
{
    struct next *next;
    int r = next_of(n, log, &next);
    if (r != 0)
        return r;
    if (number >= next->number)
        next->number = number + 1;
    keep(n, log, ref, number);
    return 0;
}

static int step_done(struct db_statement *s)
{
    int r = db_step(s);
    return r > 0 ? ERR_CORRUPT : r;
}

static int write_all(struct numbers *n, uint64_t sequence)
{
    for (uint32_t i = 0; i < n->count; i++) {
        db_reset(n->add);
        db_bind_i64(n->add, 1, n->fresh[i].log);
        db_bind_blob(n->add, 2, str_of(n->fresh[i].ref.bytes, sizeof(n->fresh[i].ref.bytes)));
        db_bind_i64(n->add, 3, n->fresh[i].number);
        int r = step_done(n->add);
        if (r != 0)
            return r;
    }
    db_reset(n->write_position);
    db_bind_i64(n->write_position, 1, (int64_t)sequence);
    return step_done(n->write_position);
}

int numbers_flush(struct numbers *n, uint64_t sequence)
{
    if (sequence == n->position && n->count == 0)
        return 0;
    int r = db_begin(n->db);
    if (r == 0)
        r = write_all(n, sequence);
    if (r == 0)
        r = db_commit(n->db);
    else
        db_rollback(n->db);
    if (r != 0)
        return r;
    n->position = sequence;
    n->count = 0;
    map_reset(&n->index);
    return 0;
}

uint64_t numbers_position(const struct numbers *n)
{
    return n->position;
}

uint32_t numbers_pending(const struct numbers *n)
{
    return n->count;
}
