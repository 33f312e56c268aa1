#include "auth/inside/proofs.h"

#include <stdlib.h>

#include "base/err.h"

void proofs_init(struct proofs *p, int64_t now_ms)
{
    *p = (struct proofs){ .started_ms = now_ms };
}

void proofs_release(struct proofs *p)
{
    map_release(&p->index);
    free(p->windows);
    *p = (struct proofs){ 0 };
}

static struct proofs_window *window_of(struct proofs *p, int64_t login)
{
    bool is_new;
    uint32_t *place = map_put(&p->index, str_of(&login, sizeof(login)), p->count, &is_new);
    if (!is_new)
        return &p->windows[*place];
    if (p->count == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 16;
        p->windows = realloc(p->windows, p->cap * sizeof(*p->windows));
        check(p->windows != NULL);
    }
    p->windows[p->count] = (struct proofs_window){ .login = login };
    return &p->windows[p->count++];
}

static int take_counter(struct proofs_window *w, uint64_t counter)
{
    if (counter == 0)
        return ERR_DENIED;
    if (counter > w->highest) {
        uint64_t by = counter - w->highest;
        w->seen = by >= PROOFS_WINDOW ? 1 : w->seen << by | 1;
        w->highest = counter;
        return 0;
    }
    uint64_t behind = w->highest - counter;
    if (behind >= PROOFS_WINDOW || w->seen & 1ull << behind)
        return ERR_DENIED;
    w->seen |= 1ull << behind;
    return 0;
}

int proofs_take(struct proofs *p, int64_t login, int64_t began_ms, const struct evidence *proof,
                int64_t now_ms)
{
    if (proof->time_ms < now_ms - PROOFS_SKEW_MS || proof->time_ms > now_ms + PROOFS_SKEW_MS)
        return ERR_DENIED;
    if (began_ms < p->started_ms && proof->time_ms < p->started_ms)
        return ERR_DENIED;
    struct proofs_window *w = window_of(p, login);
    w->used_ms = now_ms;
    return take_counter(w, proof->counter);
}

void proofs_sweep(struct proofs *p, int64_t older_than_ms)
{
    uint32_t kept = 0;
    map_reset(&p->index);
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->windows[i].used_ms < older_than_ms)
            continue;
        p->windows[kept] = p->windows[i];
        (void)map_put(&p->index, str_of(&p->windows[kept].login, sizeof(int64_t)), kept, NULL);
        kept++;
    }
    p->count = kept;
}
