#include "json/scan_text.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd };

static bool is_high_surrogate(uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
static bool is_low_surrogate(uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

static uint32_t join(uint32_t high, uint32_t low)
{
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static char *put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* The four hexadecimal digits at the start of s, or -1. */
static int32_t hex4(struct str s)
{
    uint8_t two[2];
    if (!str_to_hex_bytes(str_slice(s, 0, 4), two, 2))
        return -1;
    return two[0] << 8 | two[1];
}

/* The code of the \u escape whose digits begin at *at, with its second half if it has one. */
static bool read_unicode(struct str raw, size_t *at, uint32_t *code)
{
    int32_t unit = hex4(str_from_index(raw, *at));
    if (unit < 0)
        return false;
    *at += 4;
    *code = (uint32_t)unit;
    if (is_high_surrogate(*code) && str_starts(str_from_index(raw, *at), STR("\\u"))) {
        int32_t low = hex4(str_from_index(raw, *at + 2));
        if (low < 0)
            return false;
        if (is_low_surrogate((uint32_t)low)) {
            *code = join(*code, (uint32_t)low);
            *at += 6;
        }
    }
    if (*code >= 0xd800 && *code < 0xe000)
        *code = REPLACEMENT;
    return true;
}

static char simple_escape(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
    }
}

ptrdiff_t json_scan_text_unescape(struct str raw, char *out)
{
    char *to = out;
    size_t at = 0;
    while (at < raw.len) {
        const char *backslash = memchr(raw.ptr + at, '\\', raw.len - at);
        size_t plain = backslash ? (size_t)(backslash - raw.ptr) - at : raw.len - at;
        memcpy(to, raw.ptr + at, plain);
        to += plain;
        at += plain;
        if (!backslash)
            break;
        if (raw.len - at < 2)
            return -1;
        char c = raw.ptr[at + 1];
        at += 2;
        if (c == 'u') {
            uint32_t code;
            if (!read_unicode(raw, &at, &code))
                return -1;
            to = put_utf8(to, code);
        } else {
            *to = simple_escape(c);
            if (!*to++)
                return -1;
        }
    }
    return to - out;
}

/* The UTF-16 unit that stands as three bytes at the start of s when it is a surrogate, or 0. */
static uint32_t encoded_surrogate(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    if (s.len < 3 || p[0] != 0xed || (p[1] & 0xe0) != 0xa0 || (p[2] & 0xc0) != 0x80)
        return 0;
    return 0xd000u | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
}

/* Length of the UTF-8 character at the start of s, or 0. */
static size_t character_len(struct str s)
{
    for (size_t len = 1; len <= 4 && len <= s.len; len++)
        if (str_is_utf8(str_slice(s, 0, len)))
            return len;
    return 0;
}

bool json_scan_text_mend(struct str text, struct arena *arena, uint32_t *broken, struct str *out)
{
    /* A bad byte grows to three. */
    char *copy = arena_try(arena, text.len * 3 + 1);
    if (!copy)
        return false;
    char *to = copy;
    for (size_t at = 0; at < text.len;) {
        struct str rest = str_from_index(text, at);
        size_t len = character_len(rest);
        uint32_t high = len ? 0 : encoded_surrogate(rest);
        if (len) {
            memcpy(to, rest.ptr, len);
            to += len;
            at += len;
            continue;
        }
        uint32_t low = high ? encoded_surrogate(str_from_index(rest, 3)) : 0;
        if (is_high_surrogate(high) && is_low_surrogate(low)) {
            to = put_utf8(to, join(high, low));
            at += 6;
            continue;
        }
        to = put_utf8(to, REPLACEMENT);
        at += high ? 3 : 1;
        *broken += high ? 0 : 1;
    }
    *out = str_of(copy, (size_t)(to - copy));
    return true;
}
