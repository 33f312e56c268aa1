#include "event/ref.h"

#include <string.h>

bool ref_is_none(const struct ref *ref)
{
    static const struct ref none;
    return memcmp(ref->bytes, none.bytes, sizeof(none.bytes)) == 0;
}

bool ref_equal(const struct ref *a, const struct ref *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}
