/* Lists of networks a key may be used from: "192.0.2.0/24 2001:db8::/32", blanks between them. */
#ifndef AUTH_INSIDE_ADDRESSES_H
#define AUTH_INSIDE_ADDRESSES_H

#include <stdbool.h>

#include "base/str.h"

enum { ADDRESSES_MAX = 32 };

/* An address or a network in CIDR form. */
bool addresses_is_network(struct str text);
/* Whether the address is in one of the list; an empty list holds everybody. An address that cannot
 * be read is in none. */
bool addresses_hold(struct str list, struct str address);

#endif
