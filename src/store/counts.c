#include "store/counts.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/log.h"

void counts_release(struct counts *counts)
{
    free(counts->items);
    map_release(&counts->index);
    *counts = (struct counts){ 0 };
}

/* NULL when there are too many already. */
static struct count *get(struct counts *counts, const struct count *key)
{
    struct bytes name = { 0 };
    bytes_put_u64(&name, key->project);
    bytes_put_str(&name, key->protocol);
    bytes_append_str(&name, key->reason);
    const uint32_t *found = map_find(&counts->index, bytes_str(&name));
    uint32_t at = found ? *found : counts->count;
    if (!found && counts->count < COUNTS_MAX) {
        (void)map_put(&counts->index, bytes_str(&name), at, NULL);
        if (counts->count == counts->cap) {
            counts->cap = counts->cap ? counts->cap * 2 : 16;
            counts->items = realloc(counts->items, counts->cap * sizeof(*counts->items));
            check(counts->items != NULL);
        }
        counts->items[counts->count++] = (struct count){
            .project = key->project,
            .protocol = arena_copy(&counts->index.keys, key->protocol),
            .reason = arena_copy(&counts->index.keys, key->reason),
        };
    }
    bytes_release(&name);
    return at < counts->count ? &counts->items[at] : NULL;
}

void counts_add(struct counts *counts, const struct count *more)
{
    struct count *count = get(counts, more);
    if (!count) {
        log_warn("event=counts_full n=%llu", (unsigned long long)more->n);
        return;
    }
    count->n += more->n;
    count->last_ms = more->last_ms > count->last_ms ? more->last_ms : count->last_ms;
    count->is_dirty = true;
}

void counts_put(struct counts *counts, const struct count *total)
{
    struct count *count = get(counts, total);
    if (!count)
        return;
    count->n = total->n;
    count->last_ms = total->last_ms;
}
