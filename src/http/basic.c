#include "http/basic.h"

#include "base/base64.h"

enum { HEADER_MAX_BYTES = 4096 };

static bool is_printable(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || (unsigned char)s.ptr[i] > 0x7e)
            return false;
    return s.len > 0;
}

bool http_basic_parse(struct str header, struct arena *arena, struct http_basic *out)
{
    header = str_trim(header);
    ptrdiff_t blank = str_find_byte(header, ' ');
    if (blank < 0 || header.len > HEADER_MAX_BYTES ||
        !str_equal_fold(str_slice(header, 0, (size_t)blank), STR("Basic")))
        return false;
    struct str text = str_trim(str_from_index(header, (size_t)blank));
    uint8_t *decoded = arena_try(arena, text.len / 4 * 3 + 3);
    if (!decoded || !text.len)
        return false;
    ptrdiff_t len = base64_decode(text, decoded);
    struct str inside = str_of(decoded, len > 0 ? (size_t)len : 0);
    if (is_printable(inside))
        text = inside;
    else if (str_find_byte(text, ':') < 0)
        return false; /* neither base64 of a text nor credentials in clear */
    ptrdiff_t colon = str_find_byte(text, ':');
    out->user = colon < 0 ? text : str_slice(text, 0, (size_t)colon);
    out->password = colon < 0 ? STR("") : str_from_index(text, (size_t)colon + 1);
    return true;
}
