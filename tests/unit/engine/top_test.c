/* engine/top: the largest of any offers in any order, against sorting them all. Groups are ranges
 * of edges, so no store is needed. */
#include "engine/top.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "query/spec_json.h"
#include "support/test.h"

enum { EDGES = 90 };

/* A question by ranges from 0 on: group i is "i-1 - i" as text. */
static const struct spec *spec_of(struct arena *arena, uint32_t limit)
{
    const struct spec *spec;
    struct spec_error error;
    struct bytes json = { 0 };
    arena_init(arena, 0);
    bytes_printf(&json, "%s", "{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":"
                 "\"2025-11-01\",\"to\":\"2025-11-01\",\"show\":[{\"event\":\"A\",\"measure\":"
                 "\"total\"}],\"by\":[{\"of\":\"x\",\"edges\":[0");
    for (int i = 1; i < EDGES; i++)
        bytes_printf(&json, ",%d", i);
    bytes_printf(&json, "]}],\"limit\":%u}", limit);
    assert_int_equal(spec_json_parse(bytes_str(&json), arena, &spec, &error), 0);
    bytes_release(&json);
    return spec;
}

static struct top_group all[EDGES];
static struct bytes texts[EDGES];

static int by_total_then_text(const void *a, const void *b)
{
    const struct top_group *x = a, *y = b;
    if (x->total != y->total)
        return x->total > y->total ? -1 : 1;
    return str_compare(bytes_str(&texts[x->key[0] - 1]), bytes_str(&texts[y->key[0] - 1]));
}

static void test_top__agrees_with_sorting(void **state)
{
    (void)state;
    struct rand r;
    rand_init(&r, 7);
    for (uint32_t round = 0; round < 200; round++) {
        uint32_t limit = 1 + (uint32_t)rand_below(&r, 60), count = (uint32_t)rand_below(&r, EDGES);
        struct arena arena;
        struct top top;
        const struct spec *spec = spec_of(&arena, limit);
        assert_int_equal(top_init(&top, NULL, spec), 0);
        for (uint32_t i = 0; i < count; i++) {
            all[i] = (struct top_group){ .total = (double)rand_below(&r, 1 + round % 9) - 2 };
            all[i].key[0] = i + 1;
            bytes_reset(&texts[i]);
            bytes_printf(&texts[i], i + 1 < EDGES ? "\"%u - %u\"" : "\"%u -\"", i, i + 1);
        }
        for (uint32_t i = count; i > 1; i--) {
            uint32_t j = (uint32_t)rand_below(&r, i);
            struct top_group keep = all[i - 1];
            all[i - 1] = all[j];
            all[j] = keep;
        }
        for (uint32_t i = 0; i < count; i++)
            top_offer(&top, all[i].key, all[i].total);
        top_finish(&top);
        qsort(all, count, sizeof(all[0]), by_total_then_text);
        assert_int_equal(top.count, count < limit ? count : limit);
        assert_int_equal(top.has_more, count > limit);
        for (uint32_t i = 0; i < top.count; i++)
            assert_int_equal(top.groups[i].key[0], all[i].key[0]);
        top_release(&top);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_top__agrees_with_sorting),
    };
    return RUN(tests);
}
