#include "auth/inside/addresses.h"

#include "base/address.h"

bool addresses_is_network(struct str text)
{
    struct address_range range;
    return address_parse_range(text, &range);
}

bool addresses_hold(struct str list, struct str text)
{
    struct address address;
    struct address_range range;
    struct str part;
    if (list.len == 0)
        return true;
    if (!address_parse(text, &address))
        return false;
    while (str_next(&list, ' ', &part))
        if (address_parse_range(part, &range) && address_is_in(&address, &range))
            return true;
    return false;
}
