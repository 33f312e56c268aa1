#include "auth/inside/owner_links.h"

#include <string.h>

#include "auth/inside/database.h"
#include "auth/inside/secret.h"
#include "base/err.h"
#include "base/log.h"

enum { FILE_MAX_BYTES = 256 };

struct row {
    uint32_t member;
    uint8_t hash[SECRET_HASH_BYTES];
    bool is_served;
    int64_t ends_ms;
};

void owner_links_init(struct owner_links *l, struct db *db, struct fs *fs)
{
    l->fs = fs;
    l->db = db;
    l->put = db_prepare(db, "INSERT OR REPLACE INTO owner_link (id, member, hash, made_ms, ends_ms)"
                            " VALUES (1, ?1, ?2, ?3, ?4)");
    l->find = db_prepare(db, "SELECT member, hash, ends_ms FROM owner_link WHERE id = 1");
    l->end = db_prepare(db, "DELETE FROM owner_link");
    l->serve = db_prepare(db, "UPDATE owner_link SET ends_ms = ?1 WHERE ends_ms IS NULL");
}

int owner_links_put(struct owner_links *l, uint32_t member, struct str text, int64_t now_ms,
                    int64_t ends_ms)
{
    uint8_t hash[SECRET_HASH_BYTES];
    secret_hash(text, hash);
    db_reset(l->put);
    db_bind_i64(l->put, 1, member);
    db_bind_blob(l->put, 2, str_of(hash, sizeof(hash)));
    db_bind_i64(l->put, 3, now_ms);
    if (ends_ms == 0)
        db_bind_null(l->put, 4);
    else
        db_bind_i64(l->put, 4, ends_ms);
    return database_run(l->put);
}

int owner_links_write_file(struct owner_links *l, struct str text)
{
    struct bytes line = { 0 };
    bytes_append_str(&line, text);
    bytes_put_u8(&line, '\n');
    int r = fs_replace_file(l->fs, OWNER_LINKS_FILE, bytes_str(&line), FILE_PRIVATE);
    if (r != 0)
        log_warn("cannot keep the owner's link in its file: %s", err_text(r));
    bytes_wipe(&line);
    return r;
}

void owner_links_remove_file(struct owner_links *l)
{
    int r = fs_remove(l->fs, OWNER_LINKS_FILE);
    if (r == 0)
        r = fs_sync_dir(l->fs, ".");
    if (r != 0 && r != ERR_NOT_FOUND)
        log_warn("cannot remove the used owner's link: %s", err_text(r));
}

static int find(struct owner_links *l, struct row *out)
{
    db_reset(l->find);
    int r = db_step(l->find);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    struct str hash = db_get_bytes(l->find, 1);
    out->member = (uint32_t)db_get_i64(l->find, 0);
    out->is_served = !db_is_null(l->find, 2);
    out->ends_ms = db_get_i64(l->find, 2);
    r = hash.len == sizeof(out->hash) ? 0 : ERR_CORRUPT;
    if (r == 0)
        memcpy(out->hash, hash.ptr, hash.len);
    db_reset(l->find);
    return r;
}

static bool is_over(const struct row *row, int64_t now_ms)
{
    return row->is_served && row->ends_ms <= now_ms;
}

static int end(struct owner_links *l)
{
    db_reset(l->end);
    return database_run(l->end);
}

int owner_links_use(struct owner_links *l, struct str text, int64_t now_ms, uint32_t *member)
{
    struct row row = { 0 };
    int r = find(l, &row);
    if (r != 0 && r != ERR_NOT_FOUND)
        return r;
    bool is_right = secret_matches(text, row.hash);
    if (r != 0 || !is_right || is_over(&row, now_ms))
        return ERR_NOT_FOUND;
    *member = row.member;
    return end(l);
}

/* Whether the file holds the text of that row. */
static bool file_belongs(struct owner_links *l, const struct row *row)
{
    struct bytes text = { 0 };
    bool belongs = fs_read_file(l->fs, OWNER_LINKS_FILE, FILE_MAX_BYTES, &text) == 0 &&
                   secret_matches(str_trim(bytes_str(&text)), row->hash);
    bytes_wipe(&text);
    return belongs;
}

int owner_links_expire(struct owner_links *l, int64_t now_ms)
{
    struct row row;
    int r = find(l, &row);
    if (r == ERR_NOT_FOUND || (r == 0 && !is_over(&row, now_ms)))
        return 0;
    if (r == 0)
        r = db_begin(l->db);
    if (r != 0)
        return r;
    r = end(l);
    if (r == 0)
        r = db_commit(l->db);
    else
        db_rollback(l->db);
    if (r == 0)
        owner_links_remove_file(l);
    return r;
}

static int start_its_day(struct owner_links *l, int64_t now_ms)
{
    int r = db_begin(l->db);
    if (r != 0)
        return r;
    db_reset(l->serve);
    db_bind_i64(l->serve, 1, now_ms + OWNER_LINKS_LIFE_MS);
    r = database_run(l->serve);
    if (r == 0)
        return db_commit(l->db);
    db_rollback(l->db);
    return r;
}

int owner_links_start(struct owner_links *l, int64_t now_ms)
{
    struct row row;
    int r = owner_links_expire(l, now_ms);
    if (r == 0)
        r = find(l, &row);
    if (r == ERR_NOT_FOUND) {
        owner_links_remove_file(l);
        return 0;
    }
    if (r == 0 && !row.is_served)
        r = start_its_day(l, now_ms);
    if (r == 0 && !file_belongs(l, &row))
        owner_links_remove_file(l);
    return r;
}
