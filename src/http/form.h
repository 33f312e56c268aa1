/* Query strings and urlencoded forms. */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* The decoded value (percent and '+') of the first parameter of that name, into the arena. False
 * when absent or the arena is full; malformed percents are kept as they are. */
bool http_form_get(struct str form, struct str name, struct arena *arena, struct str *out);

#endif
