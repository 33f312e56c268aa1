#include "event/normal.h"

#include <stdlib.h>
#include <string.h>

#include <idn2.h>
#include <uninorm.h>
#include <unistr.h>

enum { NORMAL_MAX_BYTES = 255, PHONE_DIGITS_MIN = 7, PHONE_DIGITS_MAX = 15 };

/* Calling codes of countries that write a trunk 0 before the national number and drop it from
 * abroad. Source: ITU-T E.164 annex, national numbering plans. Italy (39) keeps its zero. */
static const char *const trunk_zero_codes[] = {
    "20", "27", "31", "32", "33", "40", "41", "43", "44", "46", "49", "51", "60", "61", "62", "63",
    "64", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98", "212", "213",
    "218", "249", "251", "254", "255", "256", "353", "358", "359", "380", "381", "385", "961",
    "962", "963", "964", "966", "967", "968", "970", "971", "972", "977", "994", "995",
};

static bool is_invisible(ucs4_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x202a && c <= 0x202e) || c == 0x2060 || (c >= 0x2066 && c <= 0x2069) ||
           c == 0xfeff;
}

static bool is_white(ucs4_t c)
{
    return c == ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

static bool is_line_space(ucs4_t c)
{
    return c >= '\t' && c <= '\r';
}

static void drop_invisible(struct str text, struct bytes *out)
{
    for (size_t i = 0; i < text.len;) {
        ucs4_t c;
        int n = u8_mbtouc(&c, (const uint8_t *)text.ptr + i, text.len - i);
        if (!is_invisible(c) || is_line_space(c))
            bytes_append(out, text.ptr + i, (size_t)n);
        i += (size_t)n;
    }
}

static void fold_spaces(struct str text, bool keep_spaces, struct bytes *out)
{
    bool pending_space = false;
    size_t begin = out->len;
    for (size_t i = 0; i < text.len;) {
        ucs4_t c;
        int n = u8_mbtouc(&c, (const uint8_t *)text.ptr + i, text.len - i);
        if (is_white(c) || is_line_space(c)) {
            pending_space = keep_spaces && out->len > begin;
        } else {
            if (pending_space)
                bytes_put_u8(out, ' ');
            pending_space = false;
            bytes_append(out, text.ptr + i, (size_t)n);
        }
        i += (size_t)n;
    }
}

/* Appends NFC of the text with invisible characters gone (first, since they keep marks from their
 * letters) and white space folded or dropped. */
static bool clean(struct str text, bool keep_spaces, struct bytes *out)
{
    struct bytes visible = { 0 };
    size_t nfc_len = 0;
    drop_invisible(text, &visible);
    uint8_t *nfc = u8_normalize(UNINORM_NFC, visible.ptr ? visible.ptr : (const uint8_t *)"",
                                visible.len, NULL, &nfc_len);
    bytes_wipe(&visible);
    if (!nfc)
        return false;
    fold_spaces(str_of(nfc, nfc_len), keep_spaces, out);
    explicit_bzero(nfc, nfc_len);
    free(nfc);
    return true;
}

bool normal_text(struct str text, struct bytes *out)
{
    size_t begin = out->len;
    if (!clean(text, true, out))
        return false;
    struct str whole = str_of(out->ptr ? (const char *)out->ptr + begin : "", out->len - begin);
    out->len = begin + str_truncate_utf8(whole, NORMAL_MAX_BYTES).len;
    return true;
}

static void lower_ascii(uint8_t *ptr, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (ptr[i] >= 'A' && ptr[i] <= 'Z')
            ptr[i] = (uint8_t)(ptr[i] + 32);
}

static struct str strip_wrapping(struct str text)
{
    for (size_t before = text.len + 1; text.len < before;) {
        before = text.len;
        if (text.len >= 7 && str_equal_fold(str_slice(text, 0, 7), STR("mailto:")))
            text = str_from_index(text, 7);
        if (text.len >= 2 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>')
            text = str_slice(text, 1, text.len - 1);
    }
    return text;
}

/* The domain in A-labels; false when it is none. */
static bool put_domain(struct str domain, struct bytes *out)
{
    uint8_t text[NORMAL_MAX_BYTES + 1], *ascii = NULL;
    while (str_ends(domain, STR(".")))
        domain.len--;
    if (domain.len == 0 || domain.len > NORMAL_MAX_BYTES)
        return false;
    memcpy(text, domain.ptr, domain.len);
    text[domain.len] = 0;
    lower_ascii(text, domain.len);
    if (idn2_lookup_u8(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return false;
    bytes_append_str(out, str_from((const char *)ascii));
    explicit_bzero(ascii, strlen((const char *)ascii));
    idn2_free(ascii);
    return true;
}

bool normal_email(struct str text, struct bytes *out)
{
    struct bytes cleaned = { 0 };
    size_t begin = out->len;
    bool is_email = clean(text, false, &cleaned);
    struct str address = strip_wrapping(bytes_str(&cleaned));
    ptrdiff_t at = str_find_byte(address, '@');
    struct str domain = str_from_index(address, (size_t)at + 1);
    is_email = is_email && at > 0 && str_find_byte(domain, '@') < 0;
    if (is_email) {
        bytes_append_str(out, str_slice(address, 0, (size_t)at + 1));
        lower_ascii(out->ptr + begin, out->len - begin);
        is_email = put_domain(domain, out) && out->len - begin <= NORMAL_MAX_BYTES;
    }
    if (!is_email)
        out->len = begin;
    bytes_wipe(&cleaned);
    return is_email;
}

/* The text with all digits in ASCII and separators gone; false on any other character. */
static bool phone_digits(struct str text, char *digits, size_t cap, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < text.len;) {
        ucs4_t c;
        int n = u8_mbtouc(&c, (const uint8_t *)text.ptr + i, text.len - i);
        if (c >= 0x660 && c <= 0x669)
            c = '0' + (c - 0x660);
        else if (c >= 0x6f0 && c <= 0x6f9)
            c = '0' + (c - 0x6f0);
        bool is_plus = c == '+' && *len == 0;
        if ((c >= '0' && c <= '9') || is_plus) {
            if (*len + 1 >= cap)
                return false;
            digits[(*len)++] = (char)c;
        } else if (!is_white(c) && !is_invisible(c) && !strchr("-().", (int)(c < 128 ? c : 'x'))) {
            return false;
        }
        i += (size_t)n;
    }
    digits[*len] = 0;
    return true;
}

/* The length of a calling code after which a trunk 0 is dropped, or 0. */
static size_t trunk_code(struct str digits)
{
    for (size_t i = 0; i < sizeof(trunk_zero_codes) / sizeof(trunk_zero_codes[0]); i++)
        if (str_starts(digits, str_from(trunk_zero_codes[i])))
            return strlen(trunk_zero_codes[i]);
    return 0;
}

static void put_international(struct str country, struct str digits, struct bytes *out)
{
    size_t begin = out->len;
    bytes_append_str(out, country);
    bytes_append_str(out, digits);
    size_t code = trunk_code(str_of(out->ptr + begin, out->len - begin));
    size_t zeros = 0;
    if (code == 0)
        return;
    while (begin + code + zeros < out->len && out->ptr[begin + code + zeros] == '0')
        zeros++;
    memmove(out->ptr + begin + code, out->ptr + begin + code + zeros,
            out->len - begin - code - zeros);
    out->len -= zeros;
}

bool normal_phone(struct str text, struct str country, struct bytes *out)
{
    char raw[64];
    size_t len, begin = out->len;
    if (text.len >= 4 && str_equal_fold(str_slice(text, 0, 4), STR("tel:")))
        text = str_from_index(text, 4);
    if (!phone_digits(text, raw, sizeof(raw), &len))
        return false;
    struct str digits = str_of(raw, len);
    bytes_put_u8(out, '+');
    if (str_starts(digits, STR("+")))
        put_international(STR(""), str_from_index(digits, 1), out);
    else if (str_starts(digits, STR("00")))
        put_international(STR(""), str_from_index(digits, 2), out);
    else if (str_starts(digits, STR("0")) && country.len)
        put_international(country, str_from_index(digits, 1), out);
    else
        put_international(STR(""), digits, out);
    size_t count = out->len - begin - 1;
    bool is_phone = count >= PHONE_DIGITS_MIN && count <= PHONE_DIGITS_MAX;
    if (!is_phone)
        out->len = begin;
    explicit_bzero(raw, sizeof(raw));
    return is_phone;
}
