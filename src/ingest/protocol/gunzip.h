/* Compressed bodies, bounded: a bomb costs no more than its first megabyte. */
#ifndef INGEST_PROTOCOL_GUNZIP_H
#define INGEST_PROTOCOL_GUNZIP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* True when the bytes begin like gzip. */
bool gunzip_is_gzip(struct str body);
/* Inflates gzip (several members too) or zlib into the arena. ERR_INVALID: damaged or cut;
 * ERR_TOO_LARGE: more than max_bytes, or packed beyond what records of events can be; ERR_NOMEM.
 * zlib's own memory comes from the arena too, so that it is wiped with it. */
int gunzip_body(struct str packed, size_t max_bytes, struct arena *arena,
                struct str *out) MUST_USE;

#endif
