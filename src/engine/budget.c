#include "engine/budget.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *budget_resize(struct budget *budget, void *ptr, size_t old_bytes, size_t new_bytes)
{
    check(new_bytes > 0 && (ptr != NULL || old_bytes == 0));
    size_t before = atomic_fetch_add(&budget->used, new_bytes);
    if (new_bytes > budget->limit || before > budget->limit - new_bytes + old_bytes) {
        atomic_fetch_sub(&budget->used, new_bytes);
        return NULL;
    }
    uint8_t *at = ptr == NULL ? calloc(1, new_bytes) : realloc(ptr, new_bytes);
    if (at == NULL) {
        atomic_fetch_sub(&budget->used, new_bytes);
        return NULL;
    }
    if (ptr != NULL && new_bytes > old_bytes)
        memset(at + old_bytes, 0, new_bytes - old_bytes);
    atomic_fetch_sub(&budget->used, old_bytes);
    return at;
}

void budget_free(struct budget *budget, void *ptr, size_t bytes)
{
    check(ptr != NULL || bytes == 0);
    check(budget->used >= bytes);
    free(ptr);
    atomic_fetch_sub(&budget->used, bytes);
}
