#include "base/base64.h"

enum { BAD = -1, PADDING = -2, SPACE = -3 };

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    switch (c) {
    case '+':
    case '-':
    case ' ': return 62;
    case '/':
    case '_': return 63;
    case '=': return PADDING;
    case '\r':
    case '\n': return SPACE;
    default: return BAD;
    }
}

ptrdiff_t base64_decode(struct str text, uint8_t *out)
{
    uint32_t bits = 0;
    unsigned have = 0, padding = 0;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int d = digit(text.ptr[i]);
        if (d == SPACE)
            continue;
        padding += d == PADDING;
        if (d == BAD || padding > 2 || (padding && d >= 0))
            return -1;
        if (d < 0)
            continue;
        bits = bits << 6 | (uint32_t)d;
        have += 6;
        if (have == 24) {
            out[len++] = (uint8_t)(bits >> 16);
            out[len++] = (uint8_t)(bits >> 8);
            out[len++] = (uint8_t)bits;
            have = 0;
            bits = 0;
        }
    }
    if (have == 6)
        return -1;
    if (have >= 12)
        out[len++] = (uint8_t)(bits >> (have - 8));
    if (have == 18)
        out[len++] = (uint8_t)(bits >> 2);
    return (ptrdiff_t)len;
}

void base64_encode(struct str data, struct bytes *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < data.len; i += 3) {
        size_t have = data.len - i < 3 ? data.len - i : 3;
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (j < have ? (uint8_t)data.ptr[i + j] : 0u);
        for (size_t j = 0; j < 4; j++)
            bytes_put_u8(out, j <= have ? (uint8_t)digits[bits >> (18 - 6 * j) & 63] : '=');
    }
}
