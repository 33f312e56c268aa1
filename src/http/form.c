#include "http/form.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct str decode(struct str raw, struct arena *arena)
{
    char *out = arena_try(arena, raw.len + 1);
    size_t len = 0;
    if (!out)
        return (struct str){ 0 };
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%' && raw.len - i > 2 && hex_digit(raw.ptr[i + 1]) >= 0 &&
                   hex_digit(raw.ptr[i + 2]) >= 0) {
            c = (char)(hex_digit(raw.ptr[i + 1]) * 16 + hex_digit(raw.ptr[i + 2]));
            i += 2;
        }
        out[len++] = c;
    }
    out[len] = 0;
    return str_of(out, len);
}

bool http_form_get(struct str form, struct str name, struct arena *arena, struct str *out)
{
    struct str part;
    while (str_next(&form, '&', &part)) {
        ptrdiff_t at = str_find_byte(part, '=');
        struct str key = at < 0 ? part : str_slice(part, 0, (size_t)at);
        if (!str_equal(key, name) && !str_equal(decode(key, arena), name))
            continue;
        *out = decode(at < 0 ? STR("") : str_from_index(part, (size_t)at + 1), arena);
        return out->ptr != NULL;
    }
    return false;
}
