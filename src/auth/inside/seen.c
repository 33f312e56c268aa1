#include "auth/inside/seen.h"

#include <stdlib.h>

#include "auth/inside/database.h"

void seen_note(struct seen *seen, int64_t id, int64_t at_ms)
{
    bool is_new;
    struct str key = str_of(&id, sizeof(id));
    uint32_t *place = map_put(&seen->index, key, (uint32_t)seen->count, &is_new);
    if (!is_new) {
        seen->entries[*place].at_ms = at_ms;
        return;
    }
    if (seen->count == seen->cap) {
        seen->cap = seen->cap ? 2 * seen->cap : 16;
        seen->entries = realloc(seen->entries, seen->cap * sizeof(*seen->entries));
        check(seen->entries != NULL);
    }
    seen->entries[seen->count++] = (struct seen_entry){ .id = id, .at_ms = at_ms };
}

int64_t seen_at(const struct seen *seen, int64_t id)
{
    const uint32_t *place = map_find(&seen->index, str_of(&id, sizeof(id)));
    return place ? seen->entries[*place].at_ms : 0;
}

int seen_flush(struct seen *seen, struct db_statement *update)
{
    int r = 0;
    for (size_t i = 0; i < seen->count && r == 0; i++) {
        db_reset(update);
        db_bind_i64(update, 1, seen->entries[i].at_ms);
        db_bind_i64(update, 2, seen->entries[i].id);
        r = database_run(update);
    }
    seen->count = 0;
    map_reset(&seen->index);
    return r;
}

void seen_release(struct seen *seen)
{
    map_release(&seen->index);
    free(seen->entries);
    *seen = (struct seen){ 0 };
}
