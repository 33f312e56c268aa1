/* Where a visit came from, as far as the SDK left it out: read from the page's and the referrer's
 * address before scrub cuts their parameters off. */
#ifndef INGEST_ENRICH_REFERRER_H
#define INGEST_ENRICH_REFERRER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* The host of a web address without user, password and port; empty when it is none. Borrows. */
struct str referrer_domain(struct str url);

/* The campaign parameters that SDKs know: utm_source, utm_medium, … */
const struct str *referrer_campaign_names(uint32_t *count);
/* The decoded value of one of them in the address's query; empty when absent or not valid UTF-8. */
struct str referrer_campaign(struct str url, struct str name, struct arena *arena);

#endif
