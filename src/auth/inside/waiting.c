#include "auth/inside/waiting.h"

#include "auth/inside/database.h"
#include "base/err.h"

void waiting_init(struct waiting *w, struct db *db)
{
    w->put = db_prepare(db, "INSERT OR REPLACE INTO waiting (sequence, asker, from_ms, detail,"
                            " made) VALUES (?1, ?2, ?3, ?4, ?5)");
    w->find = db_prepare(db, "SELECT sequence, asker, from_ms, detail, made FROM waiting"
                             " WHERE sequence = ?1");
    w->next = db_prepare(db, "SELECT sequence, asker, from_ms, detail, made FROM waiting"
                             " WHERE sequence > ?1 ORDER BY sequence LIMIT 1");
    w->end = db_prepare(db, "DELETE FROM waiting WHERE sequence = ?1");
}

int waiting_put(struct waiting *w, const struct waiting_decision *decision)
{
    db_reset(w->put);
    db_bind_i64(w->put, 1, (int64_t)decision->sequence);
    db_bind_i64(w->put, 2, decision->asker);
    db_bind_i64(w->put, 3, decision->from_ms);
    db_bind_text(w->put, 4, decision->detail);
    db_bind_text(w->put, 5, decision->made.ptr ? decision->made : STR(""));
    return database_run(w->put);
}

int waiting_end(struct waiting *w, uint64_t sequence)
{
    db_reset(w->end);
    db_bind_i64(w->end, 1, (int64_t)sequence);
    return database_run(w->end);
}

static int read_decision(struct db_statement *s, uint64_t sequence, struct arena *arena,
                         struct waiting_decision *out)
{
    db_reset(s);
    db_bind_i64(s, 1, (int64_t)sequence);
    int r = db_step(s);
    if (r != 1)
        return r == 0 ? ERR_NOT_FOUND : r;
    *out = (struct waiting_decision){
        .sequence = (uint64_t)db_get_i64(s, 0), .asker = (uint32_t)db_get_i64(s, 1),
        .from_ms = db_get_i64(s, 2), .detail = arena_copy(arena, db_get_bytes(s, 3)),
        .made = arena_copy(arena, db_get_bytes(s, 4)),
    };
    db_reset(s);
    return 0;
}

int waiting_find(struct waiting *w, uint64_t sequence, struct arena *arena,
                 struct waiting_decision *out)
{
    return read_decision(w->find, sequence, arena, out);
}

int waiting_next(struct waiting *w, uint64_t after, struct arena *arena,
                 struct waiting_decision *out)
{
    return read_decision(w->next, after, arena, out);
}
