/* What a question may ask of personal properties: only whether they are there. */
#include "query/spec_json.h"

#include "base/err.h"

struct asking {
    spec_is_personal_fn is_personal;
    void *ctx;
    struct arena *arena;
    struct spec_error *error;
};

static bool is_personal(const struct asking *asking, const struct operand *operand)
{
    return operand->of != OPERAND_TIME && operand->of != OPERAND_NAME &&
           asking->is_personal(asking->ctx, operand);
}

static int refuse(const struct asking *asking, struct str at, struct str message)
{
    if (!at.ptr)
        return ERR_NOMEM;
    *asking->error = (struct spec_error){ .at = at, .code = "personal", .message = message };
    return ERR_INVALID;
}

static bool is_where_fine(const struct asking *asking, const struct selector *selector)
{
    uint32_t count = 0;
    const struct operand *operands = selector ? selector_operands(selector, &count) : NULL;
    for (uint32_t i = 0; i < count; i++)
        if (is_personal(asking, &operands[i]) && !selector_asks_only_defined(selector, i, false))
            return false;
    return true;
}

static const char where_message[] = "A personal property can only be asked whether it is defined.";

static int check_row(const struct asking *asking, const struct spec_show *row, uint32_t i)
{
    if (row->measure == SPEC_SUM && is_personal(asking, &row->property))
        return refuse(asking, arena_printf(asking->arena, "/show/%u/property", i),
                      STR("A personal property cannot be measured."));
    if (!is_where_fine(asking, row->where))
        return refuse(asking, arena_printf(asking->arena, "/show/%u/where", i),
                      str_from(where_message));
    return 0;
}

static int check_by(const struct asking *asking, const struct spec_by *by, uint32_t i)
{
    if (!is_personal(asking, &by->operand))
        return 0;
    return refuse(asking,
                  arena_printf(asking->arena, "/by/%u%s", i, by->edge_count ? "/of" : ""),
                  STR("A question cannot be split by a personal property."));
}

int spec_check_personal(const struct spec *spec, spec_is_personal_fn is_personal_fn, void *ctx,
                        struct arena *arena, struct spec_error *error)
{
    struct asking asking = { is_personal_fn, ctx, arena, error };
    int r = 0;
    for (uint32_t i = 0; i < spec->show_count && r == 0; i++)
        r = check_row(&asking, &spec->show[i], i);
    for (uint32_t i = 0; i < spec->by_count && r == 0; i++)
        r = check_by(&asking, &spec->by[i], i);
    if (r == 0 && !is_where_fine(&asking, spec->where))
        r = refuse(&asking, STR("/where"), str_from(where_message));
    return r;
}
