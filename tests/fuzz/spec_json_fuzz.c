/* query/spec_json on any text: a refusal says where, with which code and why; what is taken keeps
 * its bounds and prints to the same question. */
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "query/spec_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(const struct spec_error *error)
{
    static const char *const codes[] = { "query", "where", "unsupported" };
    bool is_known = false;
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        is_known = is_known || strcmp(error->code, codes[i]) == 0;
    check(is_known && error->at.ptr && error->message.len > 0);
    check(str_is_utf8(error->at) && (error->at.len == 0 || error->at.ptr[0] == '/'));
}

static void check_bounds(const struct spec *spec)
{
    check(spec->show_count >= 1 && spec->show_count <= SPEC_SHOW_MAX);
    check(spec->by_count <= SPEC_BY_MAX && spec->from_day <= spec->to_day);
    check(spec->limit >= 1 && spec->limit <= SPEC_LIMIT_MAX);
    for (uint32_t i = 0; i < spec->show_count; i++)
        check(spec->show[i].event_count <= SPEC_EVENTS_MAX && spec->show[i].name.len > 0);
    for (uint32_t i = 0; i < spec->by_count; i++)
        check(spec->by[i].edge_count <= SPEC_EDGES_MAX);
}

static bool is_personal(void *ctx, const struct operand *operand)
{
    (void)ctx;
    return operand->property.len % 2 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    const struct spec *spec, *again;
    struct spec_error error;
    struct bytes once = { 0 }, twice = { 0 };
    arena_init(&arena, 16 << 20);
    int r = spec_json_parse(str_of(data, size), &arena, &spec, &error);
    if (r == ERR_INVALID)
        check_refusal(&error);
    if (r == 0) {
        check_bounds(spec);
        if (spec_check_personal(spec, is_personal, NULL, &arena, &error) != 0)
            check(strcmp(error.code, "personal") == 0);
        spec_json_print(spec, &once);
        r = spec_json_parse(bytes_str(&once), &arena, &again, &error);
        check(r == 0 || size > SELECTOR_TEXT_MAX / 2);
        if (r == 0) {
            spec_json_print(again, &twice);
            check(str_equal(bytes_str(&once), bytes_str(&twice)));
        }
    }
    bytes_release(&once);
    bytes_release(&twice);
    arena_release(&arena);
    return 0;
}
