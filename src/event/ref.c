#include "event/ref.h"

#include <string.h>

#include "base/str.h"

bool ref_is_none(const struct ref *ref)
{
    static const struct ref none;
    return memcmp(ref->bytes, none.bytes, sizeof(none.bytes)) == 0;
}

bool ref_equal(const struct ref *a, const struct ref *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

void ref_format_group(const struct ref *ref, char out[REF_GROUP_TEXT_BYTES])
{
    out[0] = 'g';
    out[1] = '_';
    str_hex(ref->bytes, sizeof(ref->bytes), out + 2);
}
