/* Which country an address lies in (docs/decisions/0008-place-from-address.md), from a MaxMind DB
 * file: its own nested form (country.iso_code) or the flat one (country_code). */
#ifndef INGEST_ENRICH_PLACE_H
#define INGEST_ENRICH_PLACE_H

#include <stdbool.h>

#include "base/check.h"
#include "base/str.h"

enum { PLACE_COUNTRY_LEN = 2 };

struct place;

/* Maps the file behind the descriptor, which stays the caller's. Before the uid is dropped: the
 * file is opened anew through /proc. ERR_NOT_FOUND, ERR_CORRUPT. */
int place_open(int fd, struct place **out) MUST_USE;
void place_close(struct place *place);
/* Two capital letters into out. False when the address is none, is private, or is not known.
 * May be called by several threads at once. */
bool place_find_country(const struct place *place, struct str address,
                        char out[PLACE_COUNTRY_LEN]);

#endif
