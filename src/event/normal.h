/* The normal form of a personal value, version 1 (wall.md 2): only the ref sees it; what is sealed
 * is the original spelling. Pure; used by ingest and auth alike. A change of any rule is a new
 * version of the refs' labels.
 *
 * Each appends the normal form to *out and returns true; false when the text is not of that kind
 * (nothing is appended then). Inputs must be UTF-8. */
#ifndef EVENT_NORMAL_H
#define EVENT_NORMAL_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/str.h"

/* NFC, white space, mailto: and angle brackets off, ASCII letters lowered, domain to A-labels, its
 * trailing dot off. Dots and +tags stay: dropping them would merge two people. */
bool normal_email(struct str text, struct bytes *out);
/* E.164: "+" and 7 to 15 digits. `country` is the project's calling code ("966"; empty = none): it
 * replaces a leading trunk 0. Arabic-Indic and Persian digits are digits. */
bool normal_phone(struct str text, struct str country, struct bytes *out);
/* NFC, runs of white space to one space, trimmed; bidi controls, zero-width and control characters
 * removed. False only when the text cannot be normalised. */
bool normal_text(struct str text, struct bytes *out);

#endif
