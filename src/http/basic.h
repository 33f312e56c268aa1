/* Authorization: Basic, as it really comes (RFC 7617, and what clients make of it): the base64 of
 * either alphabet, with or without a colon inside, or the text in clear. */
#ifndef HTTP_BASIC_H
#define HTTP_BASIC_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"

struct http_basic {
    struct str user;
    struct str password;  /* empty without a colon */
};

/* False for another scheme, for nothing, and for what is longer than 4 KB. Decoded into the arena;
 * borrows from the header where it came in clear. */
bool http_basic_parse(struct str header, struct arena *arena, struct http_basic *out) MUST_USE;

#endif
