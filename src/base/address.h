/* Internet addresses as text, and ranges of them ("192.0.2.0/24", "2001:db8::/32"). Both families
 * are 16 bytes here; IPv4 lies where IPv6 maps it, so one comparison does. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"

struct address { uint8_t bytes[16]; };

struct address_range {
    struct address first;
    uint32_t bits;        /* of 128: 96 + 24 for an IPv4 /24 */
};

/* Dotted IPv4 without leading zeros, or IPv6 (RFC 4291, without a zone). */
bool address_parse(struct str text, struct address *out) MUST_USE;
/* An address, or one with a length of its prefix; bits behind the prefix must be zero. */
bool address_parse_range(struct str text, struct address_range *out) MUST_USE;
bool address_is_in(const struct address *address, const struct address_range *range);

#endif
