#include "engine/top.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/key.h"

int top_init(struct top *top, const struct scan *scan, const struct spec *spec)
{
    *top = (struct top){ .scan = scan, .spec = spec };
    top->groups = calloc((size_t)spec->limit + 1, sizeof(*top->groups));
    return top->groups ? 0 : ERR_NOMEM;
}

void top_release(struct top *top)
{
    for (uint32_t i = 0; i < top->count; i++)
        bytes_release(&top->groups[i].text);
    bytes_release(&top->text);
    free(top->groups);
    *top = (struct top){ 0 };
}

/* Below 0: a comes before b in the answer. */
static int order(const struct top_group *a, const struct top_group *b)
{
    if (a->total != b->total)
        return a->total > b->total ? -1 : 1;
    return str_compare(bytes_str(&a->text), bytes_str(&b->text));
}

static void swap(struct top_group *a, struct top_group *b)
{
    struct top_group keep = *a;
    *a = *b;
    *b = keep;
}

static void sift_up(struct top *top, uint32_t at)
{
    while (at > 0 && order(&top->groups[at], &top->groups[(at - 1) / 2]) > 0) {
        swap(&top->groups[at], &top->groups[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static void sift_down(struct top *top)
{
    uint32_t at = 0, child;
    while ((child = 2 * at + 1) < top->count) {
        if (child + 1 < top->count && order(&top->groups[child + 1], &top->groups[child]) > 0)
            child++;
        if (order(&top->groups[child], &top->groups[at]) <= 0)
            return;
        swap(&top->groups[child], &top->groups[at]);
        at = child;
    }
}

static void fill(struct top *top, struct top_group *group, const uint32_t *key, double total)
{
    bytes_reset(&group->text);
    bytes_append_str(&group->text, bytes_str(&top->text));
    memcpy(group->key, key, top->spec->by_count * sizeof(*key));
    group->total = total;
}

void top_offer(struct top *top, const uint32_t *key, double total)
{
    bool is_full = top->count == top->spec->limit;
    if (is_full) {
        top->has_more = true;
        if (top->count == 0 || total < top->groups[0].total)
            return;
    }
    bytes_reset(&top->text);
    key_format_order(top->scan, top->spec, key, &top->text);
    if (!is_full) {
        fill(top, &top->groups[top->count++], key, total);
        sift_up(top, top->count - 1);
    } else if (total > top->groups[0].total ||
               str_compare(bytes_str(&top->text), bytes_str(&top->groups[0].text)) < 0) {
        fill(top, &top->groups[0], key, total);
        sift_down(top);
    }
}

static int by_order(const void *a, const void *b)
{
    return order(a, b);
}

void top_finish(struct top *top)
{
    qsort(top->groups, top->count, sizeof(*top->groups), by_order);
}
