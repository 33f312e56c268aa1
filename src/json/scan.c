#include "json/scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "event/limits.h"
#include "json/scan_text.h"

/* A list's element (without a name) or an object's member, while its parent is still open. */
struct json_scan_item {
    struct str name;
    struct value value;
};

_Static_assert(LIMIT_JSON_DEPTH <= 64, "one bit of `fresh` a level");

static bool fail(struct json_scan *scan, enum json_scan_error error)
{
    if (scan->error == JSON_SCAN_OK)
        scan->error = error;
    scan->at = scan->end;
    return false;
}

void json_scan_init(struct json_scan *scan, struct str text, struct arena *arena)
{
    *scan = (struct json_scan){ .at = "", .end = "", .arena = arena };
    if (text.len) {
        scan->at = text.ptr;
        scan->end = text.ptr + text.len;
    }
}

/* Eats white space; the byte that comes next, or 0 at the end. */
static char skip_space(struct json_scan *scan)
{
    while (scan->at < scan->end) {
        char c = *scan->at;
        if ((unsigned char)c > ' ' || (c != ' ' && c != '\n' && c != '\r' && c != '\t'))
            return c;
        scan->at++;
    }
    return 0;
}

enum json_scan_kind json_scan_peek(struct json_scan *scan)
{
    char c = skip_space(scan);
    switch (c) {
    case '{': return JSON_SCAN_OBJECT;
    case '[': return JSON_SCAN_LIST;
    case '"': return JSON_SCAN_STRING;
    case 't':
    case 'f':
    case 'n': return JSON_SCAN_WORD;
    default:
        return c == '-' || (c >= '0' && c <= '9') ? JSON_SCAN_NUMBER : JSON_SCAN_NOTHING;
    }
}

/* The first quote, backslash or control byte at or after p; *high tells of bytes above ASCII. */
static const char *plain_end(const char *p, const char *end, bool *high)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    while (end - p >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        /* max(byte, 0x1f) == 0x1f: unsigned, so bytes above ASCII are no control bytes. */
        stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_max_epu8(bytes, control), control));
        unsigned stops = (unsigned)_mm_movemask_epi8(stop);
        unsigned highs = (unsigned)_mm_movemask_epi8(bytes);
        if (stops) {
            unsigned before = (unsigned)__builtin_ctz(stops);
            *high |= (highs & ((1u << before) - 1)) != 0;
            return p + before;
        }
        *high |= highs != 0;
        p += 16;
    }
#endif
    for (; p < end; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\' || c < 0x20)
            return p;
        *high |= c >= 0x80;
    }
    return end;
}

static bool check_text(struct json_scan *scan, struct str *text)
{
    if (str_is_utf8(*text))
        return true;
    if (!json_scan_text_mend(*text, scan->arena, &scan->broken, text))
        return fail(scan, JSON_SCAN_MEMORY);
    return true;
}

/* A string with escapes, from its first byte inside the quotes. */
static bool read_escaped(struct json_scan *scan, const char *start, struct str *out)
{
    bool high = false;
    const char *p = start;
    for (p = plain_end(p, scan->end, &high); p < scan->end && *p == '\\';
         p = plain_end(p, scan->end, &high)) {
        if (scan->end - p < 2)
            return fail(scan, JSON_SCAN_SYNTAX);
        p += 2;
    }
    if (p == scan->end || *p != '"')
        return fail(scan, JSON_SCAN_SYNTAX);
    char *text = arena_try(scan->arena, (size_t)(p - start) + 1);
    if (!text)
        return fail(scan, JSON_SCAN_MEMORY);
    ptrdiff_t len = json_scan_text_unescape(str_of(start, (size_t)(p - start)), text);
    if (len < 0)
        return fail(scan, JSON_SCAN_SYNTAX);
    *out = str_of(text, (size_t)len);
    scan->at = p + 1;
    return !high || check_text(scan, out);
}

/* A string; the position is at its opening quote. */
static bool read_string(struct json_scan *scan, struct str *out)
{
    bool high = false;
    const char *start = scan->at + 1;
    const char *p = plain_end(start, scan->end, &high);
    if (p == scan->end)
        return fail(scan, JSON_SCAN_SYNTAX);
    if (*p == '\\')
        return read_escaped(scan, start, out);
    if (*p != '"')
        return fail(scan, JSON_SCAN_SYNTAX);
    *out = str_of(start, (size_t)(p - start));
    scan->at = p + 1;
    return !high || check_text(scan, out);
}

static const char *digits_end(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* The end of the number at p by RFC 8259's grammar, or NULL. */
static const char *number_end(const char *p, const char *end)
{
    p += *p == '-';
    const char *digits = p;
    p = digits_end(p, end);
    if (p == digits || (*digits == '0' && p - digits > 1))
        return NULL;
    if (p < end && *p == '.') {
        digits = ++p;
        p = digits_end(p, end);
        if (p == digits)
            return NULL;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        digits = p;
        p = digits_end(p, end);
        if (p == digits)
            return NULL;
    }
    return p;
}

/* Clinger's fast path: a mantissa below 2^53 and a power of ten up to 22 are both exact doubles,
 * so one division rounds right. At most 19 bytes, so the mantissa cannot overflow. */
static bool number_fast(struct str text, double *out)
{
    static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18 };
    uint64_t mantissa = 0;
    size_t point = text.len, i = text.ptr[0] == '-';
    if (text.len > 19)
        return false;
    for (; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '.')
            point = i;
        else if (c >= '0' && c <= '9')
            mantissa = mantissa * 10 + (uint64_t)(c - '0');
        else
            return false;
    }
    if (mantissa > (uint64_t)1 << 53)
        return false;
    double value = (double)mantissa;
    if (point < text.len)
        value /= tens[text.len - 1 - point];
    *out = text.ptr[0] == '-' ? -value : value;
    return true;
}

static bool read_number(struct json_scan *scan, struct value *out)
{
    const char *end = number_end(scan->at, scan->end);
    if (!end)
        return fail(scan, JSON_SCAN_SYNTAX);
    struct str text = str_of(scan->at, (size_t)(end - scan->at));
    out->type = VALUE_NUMBER;
    if (!number_fast(text, &out->as.number)) {
        /* Not str_to_f64, which bounds the length. */
        struct str copy = arena_copy(scan->arena, text);
        if (!copy.ptr)
            return fail(scan, JSON_SCAN_MEMORY);
        out->as.number = strtod(copy.ptr, NULL);
        if (!isfinite(out->as.number))
            return fail(scan, JSON_SCAN_SYNTAX);
    }
    scan->at = end;
    return true;
}

static bool read_word(struct json_scan *scan, struct value *out)
{
    static const struct {
        struct str text;
        enum value_type type;
    } words[] = {
        { { "true", 4 }, VALUE_TRUE }, { { "false", 5 }, VALUE_FALSE },
        { { "null", 4 }, VALUE_NULL },
    };
    struct str rest = str_of(scan->at, (size_t)(scan->end - scan->at));
    for (size_t i = 0; i < 3; i++) {
        if (str_starts(rest, words[i].text)) {
            out->type = words[i].type;
            scan->at += words[i].text.len;
            return true;
        }
    }
    return fail(scan, JSON_SCAN_SYNTAX);
}

bool json_scan_enter(struct json_scan *scan)
{
    enum json_scan_kind kind = json_scan_peek(scan);
    if (kind != JSON_SCAN_OBJECT && kind != JSON_SCAN_LIST)
        return fail(scan, JSON_SCAN_SYNTAX);
    if (scan->depth >= LIMIT_JSON_DEPTH)
        return fail(scan, JSON_SCAN_DEPTH);
    scan->fresh |= (uint64_t)1 << scan->depth++;
    scan->at++;
    return true;
}

/* Before an item: eats the comma, or the closing bracket and ends the level. */
static bool before_item(struct json_scan *scan, char close)
{
    char c = skip_space(scan);
    check(scan->depth > 0 || scan->error);
    if (scan->error)
        return false;
    uint64_t level = (uint64_t)1 << (scan->depth - 1);
    if (c == close) {
        scan->at++;
        scan->depth--;
        scan->fresh &= ~level;
        return false;
    }
    if (scan->fresh & level) {
        scan->fresh &= ~level;
        return true;
    }
    if (c != ',')
        return fail(scan, JSON_SCAN_SYNTAX);
    scan->at++;
    return true;
}

bool json_scan_next(struct json_scan *scan)
{
    if (!before_item(scan, ']'))
        return false;
    return json_scan_peek(scan) != JSON_SCAN_NOTHING || fail(scan, JSON_SCAN_SYNTAX);
}

bool json_scan_member(struct json_scan *scan, struct str *name)
{
    if (!before_item(scan, '}'))
        return false;
    if (skip_space(scan) != '"')
        return fail(scan, JSON_SCAN_SYNTAX);
    if (!read_string(scan, name))
        return false;
    if (skip_space(scan) != ':')
        return fail(scan, JSON_SCAN_SYNTAX);
    scan->at++;
    return true;
}

static bool push_item(struct json_scan *scan, const struct json_scan_item *item)
{
    if (scan->item_count == scan->item_cap) {
        uint32_t cap = scan->item_cap ? scan->item_cap * 2 : 64;
        struct json_scan_item *items = arena_try(scan->arena, cap * sizeof(*items));
        if (!items)
            return fail(scan, JSON_SCAN_MEMORY);
        if (scan->item_count)
            memcpy(items, scan->items, scan->item_count * sizeof(*items));
        scan->items = items;
        scan->item_cap = cap;
    }
    scan->items[scan->item_count++] = *item;
    return true;
}

/* The items from `base` on, taken off the stack into a list of their own. */
static bool close_list(struct json_scan *scan, uint32_t base, struct value *out)
{
    uint32_t count = scan->item_count - base;
    struct value *items = arena_try(scan->arena, (count + (count == 0)) * sizeof(*items));
    if (!items)
        return fail(scan, JSON_SCAN_MEMORY);
    for (uint32_t i = 0; i < count; i++)
        items[i] = scan->items[base + i].value;
    scan->item_count = base;
    *out = (struct value){ .type = VALUE_LIST, .as.list = { items, count } };
    return true;
}

static bool close_object(struct json_scan *scan, uint32_t base, struct value *out)
{
    uint32_t count = scan->item_count - base;
    size_t some = count + (count == 0);
    struct value_member *members = arena_try(scan->arena, some * sizeof(*members));
    struct value *values = arena_try(scan->arena, some * sizeof(*values));
    if (!members || !values)
        return fail(scan, JSON_SCAN_MEMORY);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = scan->items[base + i].value;
        members[i] = (struct value_member){ scan->items[base + i].name, &values[i] };
    }
    scan->item_count = base;
    *out = (struct value){ .type = VALUE_OBJECT, .as.object = { members, count } };
    return true;
}

static bool read_value(struct json_scan *scan, struct value *out);

/* Recurses at most LIMIT_JSON_DEPTH deep. */
static bool read_list(struct json_scan *scan, struct value *out)
{
    uint32_t base = scan->item_count;
    struct json_scan_item item = { .name = { "", 0 } };
    if (!json_scan_enter(scan))
        return false;
    while (json_scan_next(scan))
        if (!read_value(scan, &item.value) || !push_item(scan, &item))
            return false;
    return !scan->error && close_list(scan, base, out);
}

static bool read_object(struct json_scan *scan, struct value *out)
{
    uint32_t base = scan->item_count;
    struct json_scan_item item;
    if (!json_scan_enter(scan))
        return false;
    while (json_scan_member(scan, &item.name))
        if (!read_value(scan, &item.value) || !push_item(scan, &item))
            return false;
    return !scan->error && close_object(scan, base, out);
}

static bool read_value(struct json_scan *scan, struct value *out)
{
    *out = (struct value){ .type = VALUE_NULL };
    switch (json_scan_peek(scan)) {
    case JSON_SCAN_OBJECT: return read_object(scan, out);
    case JSON_SCAN_LIST: return read_list(scan, out);
    case JSON_SCAN_STRING:
        out->type = VALUE_STRING;
        return read_string(scan, &out->as.string);
    case JSON_SCAN_NUMBER: return read_number(scan, out);
    case JSON_SCAN_WORD: return read_word(scan, out);
    case JSON_SCAN_NOTHING: break;
    }
    return fail(scan, JSON_SCAN_SYNTAX);
}

bool json_scan_value(struct json_scan *scan, struct value *out)
{
    (void)json_scan_peek(scan);
    const char *start = scan->at;
    if (scan->error || !read_value(scan, out))
        return false;
    scan->raw = str_of(start, (size_t)(scan->at - start));
    return true;
}

bool json_scan_is_done(struct json_scan *scan)
{
    return scan->error == JSON_SCAN_OK && scan->depth == 0 && skip_space(scan) == 0 &&
           scan->at == scan->end;
}

size_t json_scan_offset(const struct json_scan *scan, struct str text)
{
    return text.len ? (size_t)(scan->at - text.ptr) : 0;
}
