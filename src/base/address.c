#include "base/address.h"

#include <string.h>

enum { V4_AT = 12, GROUPS = 8 };

static const uint8_t mapped[V4_AT] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool parse_v4(struct str text, uint8_t out[4])
{
    struct str part;
    int count = 0;
    uint64_t number;
    while (str_next(&text, '.', &part)) {
        if (count == 4 || part.len == 0 || part.len > 3 || !str_to_u64(part, &number) ||
            number > 255 || (part.len > 1 && part.ptr[0] == '0'))
            return false;
        out[count++] = (uint8_t)number;
    }
    return count == 4;
}

static bool parse_group(struct str text, uint16_t *out)
{
    uint32_t value = 0;
    if (text.len == 0 || text.len > 4)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
    }
    *out = (uint16_t)value;
    return true;
}

/* Groups between colons, the last perhaps IPv4; how many 16-bit groups, or -1. */
static int parse_groups(struct str text, uint8_t *out)
{
    struct str part;
    int count = 0;
    uint16_t group;
    if (text.len == 0)
        return 0;
    while (str_next(&text, ':', &part)) {
        bool is_last = text.ptr == NULL;
        if (is_last && str_find_byte(part, '.') >= 0) {
            if (count > GROUPS - 2 || !parse_v4(part, out + (ptrdiff_t)2 * count))
                return -1;
            return count + 2;
        }
        if (count == GROUPS || !parse_group(part, &group))
            return -1;
        out[2 * count] = (uint8_t)(group >> 8);
        out[2 * count + 1] = (uint8_t)group;
        count++;
    }
    return count;
}

static bool parse_v6(struct str text, uint8_t out[16])
{
    uint8_t head[16] = { 0 }, tail[16] = { 0 };
    ptrdiff_t gap = str_find(text, STR("::"));
    if (gap < 0)
        return parse_groups(text, out) == GROUPS;
    struct str rest = str_from_index(text, (size_t)gap + 2);
    struct str before = str_slice(text, 0, (size_t)gap);
    if (str_find(rest, STR("::")) >= 0 || str_starts(rest, STR(":")) ||
        str_find_byte(before, '.') >= 0)
        return false;
    int first = parse_groups(before, head), last = parse_groups(rest, tail);
    if (first < 0 || last < 0 || first + last >= GROUPS)
        return false;
    memset(out, 0, 16);
    memcpy(out, head, (size_t)first * 2);
    memcpy(out + 16 - (size_t)last * 2, tail, (size_t)last * 2);
    return true;
}

bool address_parse(struct str text, struct address *out)
{
    struct address read = { { 0 } };
    bool is_read;
    if (str_find_byte(text, ':') < 0) {
        memcpy(read.bytes, mapped, sizeof(mapped));
        is_read = parse_v4(text, read.bytes + V4_AT);
    } else {
        is_read = text.len < 48 && parse_v6(text, read.bytes);
    }
    if (is_read)
        *out = read;
    return is_read;
}

static bool has_bits_behind(const struct address *address, uint32_t bits)
{
    for (uint32_t i = bits; i < 128; i++)
        if (address->bytes[i / 8] & (0x80 >> i % 8))
            return true;
    return false;
}

bool address_parse_range(struct str text, struct address_range *out)
{
    struct address_range range;
    ptrdiff_t slash = str_find_byte(text, '/');
    struct str host = slash < 0 ? text : str_slice(text, 0, (size_t)slash);
    uint64_t bits;
    if (!address_parse(host, &range.first))
        return false;
    bool is_v4 = str_find_byte(host, ':') < 0;
    uint64_t most = is_v4 ? 32 : 128;
    bits = most;
    if (slash >= 0) {
        struct str length = str_from_index(text, (size_t)slash + 1);
        if (!str_to_u64(length, &bits) || bits > most ||
            (length.len > 1 && length.ptr[0] == '0'))
            return false;
    }
    range.bits = (uint32_t)(128 - most + bits);
    if (has_bits_behind(&range.first, range.bits))
        return false;
    *out = range;
    return true;
}

bool address_is_in(const struct address *address, const struct address_range *range)
{
    for (uint32_t i = 0; i < range->bits; i += 8) {
        uint32_t left = range->bits - i;
        uint8_t mask = (uint8_t)(left >= 8 ? 0xff : 0xff << (8 - left));
        if ((address->bytes[i / 8] ^ range->first.bytes[i / 8]) & mask)
            return false;
    }
    return true;
}
