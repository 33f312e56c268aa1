#include "query/selector_token.h"

#include <string.h>

#include "base/err.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void selector_token_refuse(struct selector_words *words, uint32_t at, const char *message)
{
    if (words->r == 0) {
        words->r = ERR_INVALID;
        words->error = (struct selector_error){ .at = at, .message = message };
    }
    words->token = (struct selector_token){ .kind = SELECTOR_TOKEN_END, .at = at };
}

/* ---- strings -------------------------------------------------------------------------------- */

static bool read_hex4(struct str s, size_t at, uint32_t *out)
{
    uint8_t two[2];
    if (!str_to_hex_bytes(str_slice(s, at, at + 4), two, 2))
        return false;
    *out = (uint32_t)two[0] << 8 | two[1];
    return true;
}

static size_t put_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* \uXXXX at *at, which stands on the u; a pair of surrogates is one character. */
static bool take_code(struct str raw, size_t *at, uint32_t *out)
{
    uint32_t low;
    if (!read_hex4(raw, *at + 1, out))
        return false;
    *at += 5;
    if (*out < 0xd800 || *out > 0xdfff)
        return true;
    if (*out > 0xdbff || !str_starts(str_from_index(raw, *at), STR("\\u")) ||
        !read_hex4(raw, *at + 2, &low) || low < 0xdc00 || low > 0xdfff)
        return false;
    *at += 6;
    *out = 0x10000 + ((*out & 0x3ff) << 10 | (low & 0x3ff));
    return true;
}

/* JSON's escapes; any other escaped character stands for itself. The length, or -1. */
static ptrdiff_t unescape(struct str raw, char *out)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    size_t len = 0;
    for (size_t i = 0; i < raw.len;) {
        char c = raw.ptr[i++];
        if (c != '\\') {
            out[len++] = c;
            continue;
        }
        uint32_t code;
        if (raw.ptr[i] == 'u') {
            if (!take_code(raw, &i, &code))
                return -1;
            len += put_utf8(code, out + len);
            continue;
        }
        const char *known = memchr(from, raw.ptr[i], sizeof(from) - 1);
        out[len++] = known ? to[known - from] : raw.ptr[i];
        i++;
    }
    return (ptrdiff_t)len;
}

static void read_string(struct selector_words *words, uint32_t at, char quote)
{
    struct str text = words->text;
    size_t end = at + 1;
    while (end < text.len && text.ptr[end] != quote)
        end += text.ptr[end] == '\\' ? 2 : 1;
    if (end >= text.len) {
        selector_token_refuse(words, at, "this string has no end");
        return;
    }
    struct str raw = str_slice(text, at + 1, end);
    char *out = arena_try(words->arena, raw.len + 1);
    if (!out) {
        selector_token_refuse(words, at, "too long");
        words->r = ERR_NOMEM;
        return;
    }
    ptrdiff_t len = unescape(raw, out);
    if (len < 0) {
        selector_token_refuse(words, at, "this string has an escape that is no character");
        return;
    }
    words->token = (struct selector_token){ .kind = SELECTOR_TOKEN_STRING, .at = at,
                                            .text = str_of(out, (size_t)len) };
    words->next = end + 1;
}

/* ---- the others ----------------------------------------------------------------------------- */

static size_t skip_digits(struct str text, size_t at)
{
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    return at;
}

static void read_number(struct selector_words *words, uint32_t at)
{
    struct str text = words->text;
    size_t end = skip_digits(text, at);
    if (end + 1 < text.len && text.ptr[end] == '.' && is_digit(text.ptr[end + 1]))
        end = skip_digits(text, end + 1);
    if (end < text.len && (text.ptr[end] == 'e' || text.ptr[end] == 'E')) {
        size_t digits = end + 1;
        if (digits < text.len && (text.ptr[digits] == '+' || text.ptr[digits] == '-'))
            digits++;
        end = skip_digits(text, digits) > digits ? skip_digits(text, digits) : end;
    }
    struct selector_token token = { .kind = SELECTOR_TOKEN_NUMBER, .at = at,
                                    .text = str_slice(text, at, end) };
    if ((end < text.len && is_word(text.ptr[end])) || !str_to_f64(token.text, &token.number)) {
        selector_token_refuse(words, at, "this is no number");
        return;
    }
    words->token = token;
    words->next = end;
}

static void read_sign(struct selector_words *words, uint32_t at)
{
    struct str rest = str_from_index(words->text, at);
    size_t len = 0;
    if (rest.len >= 2 && rest.ptr[1] == '=' && memchr("=!<>", rest.ptr[0], 4))
        len = 2;
    else if (memchr("-+*/%<>()[],", rest.ptr[0], 12))
        len = 1;
    if (len == 0) {
        selector_token_refuse(words, at, rest.ptr[0] == '=' ? "equality is written =="
                                                             : "no expression has this sign");
        return;
    }
    words->token = (struct selector_token){ .kind = SELECTOR_TOKEN_SIGN, .at = at,
                                            .text = str_slice(rest, 0, len) };
    words->next = at + len;
}

void selector_token_next(struct selector_words *words)
{
    struct str text = words->text;
    if (words->r != 0)
        return;
    while (words->next < text.len && is_blank(text.ptr[words->next]))
        words->next++;
    uint32_t at = (uint32_t)words->next;
    if (at == text.len) {
        words->token = (struct selector_token){ .kind = SELECTOR_TOKEN_END, .at = at };
        return;
    }
    char c = text.ptr[at];
    if (c == '"' || c == '\'') {
        read_string(words, at, c);
    } else if (is_digit(c)) {
        read_number(words, at);
    } else if (is_word(c)) {
        while (words->next < text.len && is_word(text.ptr[words->next]))
            words->next++;
        words->token = (struct selector_token){ .kind = SELECTOR_TOKEN_WORD, .at = at,
                                                .text = str_slice(text, at, words->next) };
    } else {
        read_sign(words, at);
    }
}

void selector_token_init(struct selector_words *words, struct str text, struct arena *arena)
{
    *words = (struct selector_words){ .text = text, .arena = arena };
    if (text.len > SELECTOR_TEXT_MAX)
        selector_token_refuse(words, SELECTOR_TEXT_MAX, "an expression has at most 20,000 bytes");
    else if (!str_is_utf8(text))
        selector_token_refuse(words, 0, "the expression is no UTF-8");
    else
        selector_token_next(words);
}
