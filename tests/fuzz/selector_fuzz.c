/* query/selector on any text: what parses prints to a text that parses to the same tree, and a row
 * of every type of value is decided without a fault. */
#include "base/check.h"
#include "base/err.h"
#include "query/selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct value inner[] = {
    { .type = VALUE_STRING, .as.string = STR("a") }, { .type = VALUE_NUMBER, .as.number = 1 },
    { .type = VALUE_REF, .as.sealed.kind = REF_KIND_ID },
};

static struct value_member member[] = { { STR("k"), inner } };

static const struct value row[] = {
    { .type = VALUE_NULL }, { .type = VALUE_FALSE }, { .type = VALUE_TRUE },
    { .type = VALUE_NUMBER, .as.number = -7.5 },
    { .type = VALUE_STRING, .as.string = STR("2024-01-01T00:00:00") },
    { .type = VALUE_REF, .as.sealed.kind = REF_KIND_EMAIL },
    { .type = VALUE_LIST, .as.list = { inner, 3 } },
    { .type = VALUE_OBJECT, .as.object = { member, 1 } },
};

static void decide(const struct selector *selector)
{
    const struct value *values[SELECTOR_OPERANDS_MAX];
    uint32_t count, types = sizeof(row) / sizeof(*row);
    const struct operand *operands = selector_operands(selector, &count);
    check(count <= SELECTOR_OPERANDS_MAX);
    for (uint32_t turn = 0; turn <= types; turn++) {
        for (uint32_t i = 0; i < count; i++)
            values[i] = (turn + i) % (types + 1) == types ? NULL : &row[(turn + i) % (types + 1)];
        bool kept = selector_keep(selector, values);
        check(kept == selector_keep(selector, values));
    }
    for (uint32_t i = 0; i < count; i++) {
        check(operands[i].of == OPERAND_TIME || operands[i].of == OPERAND_NAME ||
              operands[i].property.len > 0);
        check(!selector_asks_only_defined(selector, i, false) ||
              selector_asks_only_defined(selector, i, true));
    }
}

static void try_operand(struct str text, struct arena *arena)
{
    struct operand operand, again;
    struct bytes printed = { 0 };
    if (selector_parse_operand(text, arena, &operand) == 0) {
        selector_print_operand(&operand, &printed);
        check(selector_parse_operand(bytes_str(&printed), arena, &again) == 0);
        check(operand_equal(&operand, &again));
    }
    bytes_release(&printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    const struct selector *selector, *again;
    struct selector_error error;
    struct bytes once = { 0 }, twice = { 0 };
    arena_init(&arena, 16 << 20);
    int r = selector_parse(str_of(data, size), &arena, &selector, &error);
    if (r == ERR_INVALID)
        check(error.message && error.at <= size && error.at <= SELECTOR_TEXT_MAX);
    if (r == 0) {
        decide(selector);
        selector_print(selector, &once);
        /* Printing adds blanks and brackets: a text near the bound may print past it. */
        r = selector_parse(bytes_str(&once), &arena, &again, &error);
        check(r == 0 || once.len > SELECTOR_TEXT_MAX);
        if (r == 0) {
            selector_print(again, &twice);
            check(str_equal(bytes_str(&once), bytes_str(&twice)));
        }
    }
    try_operand(str_of(data, size), &arena);
    bytes_release(&once);
    bytes_release(&twice);
    arena_release(&arena);
    return 0;
}
