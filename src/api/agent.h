/* What a browser is called in lists of logins: "Firefox 140 on Linux". Never the whole header,
 * which says more about a member's computer than the list needs. */
#ifndef API_AGENT_H
#define API_AGENT_H

#include "base/str.h"

enum { AGENT_TEXT_BYTES = 65 };

/* Of a User-Agent header; "" when nothing in it is known. Ends in NUL. */
void agent_format(struct str header, char out[AGENT_TEXT_BYTES]);

#endif
