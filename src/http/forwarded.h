/* Who sent a request that came through proxies of ours. */
#ifndef HTTP_FORWARDED_H
#define HTTP_FORWARDED_H

#include <stdbool.h>

#include "base/str.h"

enum { HTTP_ADDRESS_MAX_BYTES = 45 };

typedef bool (*http_trusts_fn)(const void *ctx, struct str address);

/* The rightmost address of X-Forwarded-For that no trusted proxy is; the peer itself where it is
 * none. Each proxy appends whom it heard, so what stands left of an address that we do not trust is
 * that stranger's own word. What is no address ends the search: then the proxy beside it counts.
 * Borrows from its arguments. */
struct str http_forwarded_client(struct str peer, struct str forwarded_for, http_trusts_fn trusts,
                                 const void *ctx);

#endif
