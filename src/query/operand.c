#include "query/operand.h"

bool operand_equal(const struct operand *a, const struct operand *b)
{
    if (a->of != b->of)
        return false;
    if (a->of == OPERAND_TIME || a->of == OPERAND_NAME)
        return true;
    return str_equal(a->property, b->property) &&
           (a->of != OPERAND_GROUP || str_equal(a->group_key, b->group_key));
}
