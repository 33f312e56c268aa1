#include "engine/plan.h"

#include "base/err.h"

enum { SELECTORS_MAX = 2 };

/* The question's filter and the row's. Both must hold. */
struct both {
    const struct selector *selectors[SELECTORS_MAX];
    uint32_t count;
    uint32_t operand_count[SELECTORS_MAX];
    uint8_t source_of[SELECTORS_MAX][SELECTOR_OPERANDS_MAX]; /* operand → source of the filter */
};

static struct scan_source source_of(const struct operand *operand)
{
    static const enum scan_of of[] = {
        [OPERAND_EVENT] = SCAN_OF_EVENT, [OPERAND_PERSON] = SCAN_OF_PERSON,
        [OPERAND_GROUP] = SCAN_OF_GROUP, [OPERAND_TIME] = SCAN_OF_TIME,
        [OPERAND_NAME] = SCAN_OF_NAME,
    };
    return (struct scan_source){
        .of = of[operand->of], .property = operand->property, .group_key = operand->group_key,
    };
}

static bool keep_both(const void *ctx, const struct value *const *values)
{
    const struct both *both = ctx;
    const struct value *own[SELECTOR_OPERANDS_MAX];
    for (uint32_t s = 0; s < both->count; s++) {
        for (uint32_t i = 0; i < both->operand_count[s]; i++)
            own[i] = values[both->source_of[s][i]];
        if (!selector_keep(both->selectors[s], own))
            return false;
    }
    return true;
}

static bool is_source(const struct scan_source *a, const struct scan_source *b)
{
    return a->of == b->of && str_equal(a->property, b->property) &&
           str_equal(a->group_key, b->group_key);
}

/* The number of the source, added when it is new; SCAN_FILTER_SOURCES_MAX when there is no room. */
static uint32_t add_source(struct scan_source *sources, uint32_t *count, struct scan_source source)
{
    uint32_t i = 0;
    while (i < *count && !is_source(&sources[i], &source))
        i++;
    if (i == *count && i < SCAN_FILTER_SOURCES_MAX)
        sources[(*count)++] = source;
    return i;
}

int plan_filter(const struct selector *question, const struct selector *row, struct arena *arena,
                const struct scan_filter **out)
{
    const struct selector *given[SELECTORS_MAX] = { question, row };
    *out = NULL;
    if (question == NULL && row == NULL)
        return 0;
    struct both *both = arena_try(arena, sizeof(*both));
    struct scan_filter *filter = arena_try(arena, sizeof(*filter));
    struct scan_source *sources = arena_try(arena, SCAN_FILTER_SOURCES_MAX * sizeof(*sources));
    uint32_t source_count = 0;
    if (both == NULL || filter == NULL || sources == NULL)
        return ERR_NOMEM;
    both->count = 0;
    for (uint32_t s = 0; s < SELECTORS_MAX; s++) {
        uint32_t at = both->count, n;
        if (given[s] == NULL)
            continue;
        const struct operand *operands = selector_operands(given[s], &n);
        check(n <= SELECTOR_OPERANDS_MAX);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t source = add_source(sources, &source_count, source_of(&operands[i]));
            if (source == SCAN_FILTER_SOURCES_MAX)
                return ERR_TOO_LARGE;
            both->source_of[at][i] = (uint8_t)source;
        }
        both->selectors[at] = given[s];
        both->operand_count[at] = n;
        both->count++;
    }
    *filter = (struct scan_filter){ sources, source_count, keep_both, both };
    *out = filter;
    return 0;
}

int plan_make(const struct spec *spec, int64_t from_ms, int64_t to_ms, struct arena *arena,
              struct plan *out)
{
    _Static_assert(SPEC_SHOW_MAX + 0 <= SCAN_WANTS_MAX, "each row has a want");
    _Static_assert(SPEC_BY_MAX + 0 < SCAN_PAYLOADS_MAX, "the sum's number comes after");
    check(spec->by_count <= SPEC_BY_MAX && spec->show_count <= SPEC_SHOW_MAX);
    struct scan_want *wants = arena_try(arena, (spec->show_count + 1) * sizeof(*wants));
    if (wants == NULL)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < spec->show_count; i++) {
        const struct spec_show *show = &spec->show[i];
        struct scan_want *want = &wants[i];
        *want = (struct scan_want){
            .events = show->events, .event_count = show->event_count,
            .from_ms = from_ms, .to_ms = to_ms, .pay_count = spec->by_count,
        };
        for (uint32_t b = 0; b < spec->by_count; b++)
            want->pay[b] = (struct scan_pay_want){ SCAN_LIST, source_of(&spec->by[b].operand) };
        if (show->measure == SPEC_SUM)
            want->pay[want->pay_count++] =
                (struct scan_pay_want){ SCAN_NUMBER, source_of(&show->property) };
        int r = plan_filter(spec->where, show->where, arena, &want->filter);
        if (r != 0)
            return r;
    }
    *out = (struct plan){ wants, spec->show_count, spec->by_count };
    return 0;
}
