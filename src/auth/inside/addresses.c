#include "auth/inside/addresses.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

enum { TEXT_MAX = 46 };

/* IPv4 stands as its mapped IPv6 address. */
struct network {
    uint8_t bytes[16];
    uint32_t bits;
};

static bool read_address(struct str text, struct network *out)
{
    char copy[TEXT_MAX + 1];
    if (text.len == 0 || text.len > TEXT_MAX)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    memset(out, 0, sizeof(*out));
    out->bits = 128;
    if (inet_pton(AF_INET6, copy, out->bytes) == 1)
        return true;
    memset(out->bytes, 0, sizeof(out->bytes));
    out->bytes[10] = out->bytes[11] = 0xff;
    return inet_pton(AF_INET, copy, out->bytes + 12) == 1;
}

static bool read_network(struct str text, struct network *out)
{
    uint64_t bits;
    ptrdiff_t slash = str_find_byte(text, '/');
    if (slash < 0)
        return read_address(text, out);
    if (!read_address(str_slice(text, 0, (size_t)slash), out) ||
        !str_to_u64(str_from_index(text, (size_t)slash + 1), &bits))
        return false;
    bool is_v4 = str_find_byte(text, ':') < 0;
    if (bits > (is_v4 ? 32u : 128u))
        return false;
    out->bits = (uint32_t)bits + (is_v4 ? 96u : 0u);
    return true;
}

bool addresses_is_network(struct str text)
{
    struct network network;
    return read_network(text, &network);
}

static bool is_within(const struct network *address, const struct network *network)
{
    uint32_t whole = network->bits / 8, rest = network->bits % 8;
    if (memcmp(address->bytes, network->bytes, whole) != 0)
        return false;
    return rest == 0 || (address->bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}

bool addresses_hold(struct str list, struct str address)
{
    struct network of_address, network;
    struct str part;
    if (list.len == 0)
        return true;
    if (!read_address(address, &of_address))
        return false;
    while (str_next(&list, ' ', &part))
        if (read_network(part, &network) && is_within(&of_address, &network))
            return true;
    return false;
}
