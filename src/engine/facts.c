#include "engine/facts.h"

#include "base/err.h"

static const struct fact table[FACTS] = {
    { "company", "company", "company" },
    { "plan", "plan", "plan" },
    { "country", "$country_code", "mp_country_code" },
    { "city", "$city", "$city" },
    { "browser", "$browser", "$browser" },
    { "os", "$os", "$os" },
    { "referrer", "$initial_referring_domain", "$initial_referring_domain" },
};

const struct fact *facts_get(uint32_t index)
{
    check(index < FACTS);
    return &table[index];
}

const struct fact *facts_find(struct str name)
{
    for (uint32_t i = 0; i < FACTS; i++)
        if (str_equal(name, str_from(table[i].name)) ||
            str_equal(name, str_from(table[i].of_profile)))
            return &table[i];
    return NULL;
}

uint32_t facts_newest(const uint32_t *codes, uint32_t first, uint32_t end)
{
    if (end - first > FACTS_ROWS)
        first = end - FACTS_ROWS;
    while (end > first)
        if (codes[--end] != 0)
            return end;
    return UINT32_MAX;
}

/* One block is one person. */
static int take_block(const struct scan *scan, const struct scan_block *blocks,
                      struct arena *arena, struct facts *out)
{
    for (uint32_t i = 0; i < FACTS; i++) {
        const struct scan_block *block = &blocks[i / SCAN_PAYLOADS_MAX];
        const uint32_t *codes = block->codes[i % SCAN_PAYLOADS_MAX];
        uint32_t row = facts_newest(codes, block->off[0], block->off[1]);
        out->values[i] = (struct value){ .type = VALUE_NULL };
        if (row != UINT32_MAX &&
            !value_copy(arena, scan_value(scan, codes[row]), &out->values[i]))
            return ERR_NOMEM;
    }
    return 0;
}

int facts_of_events(struct store *store, const uint32_t *persons, uint32_t count,
                    struct arena *arena, struct facts *out)
{
    enum { WANTS = (FACTS + SCAN_PAYLOADS_MAX - 1) / SCAN_PAYLOADS_MAX };
    struct scan_want wants[WANTS] = { 0 };
    struct scan_block blocks[WANTS];
    struct scan *scan;
    for (uint32_t i = 0; i < WANTS; i++)
        wants[i] = (struct scan_want){ .from_ms = INT64_MIN, .to_ms = INT64_MAX };
    for (uint32_t i = 0; i < FACTS; i++) {
        struct scan_want *want = &wants[i / SCAN_PAYLOADS_MAX];
        want->pay[want->pay_count++] = (struct scan_pay_want){
            SCAN_CODE, { .of = SCAN_OF_EVENT, .property = str_from(table[i].of_event) } };
    }
    int r = scan_open(store, wants, WANTS, 1, &scan);
    if (r != 0)
        return r == ERR_NOMEM ? ERR_TOO_LARGE : r;
    scan_limit(scan, persons, count);
    for (uint32_t i = 0; i < count && r == 0; i++) {
        r = scan_next(scan, 0, blocks);
        check(r != 0);
        r = r > 0 ? take_block(scan, blocks, arena, &out[i])
                  : r == ERR_NOMEM ? ERR_TOO_LARGE : r;
    }
    scan_close(scan);
    return r;
}
