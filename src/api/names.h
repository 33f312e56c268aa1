/* Names beside principals' numbers: the ledger knows nobody by name. */
#ifndef API_NAMES_H
#define API_NAMES_H

#include "base/bytes.h"
#include "base/check.h"
#include "json/doc.h"

enum { NAMES_JSON_MAX_BYTES = 16 << 20 };

/* The text of `json` with "name" after every number member "principal" whose id has a name: in
 * `list`'s array `member` of objects with "id" and "name". Lists that are NULL are skipped. Appended
 * to out; ERR_INVALID when json is none. */
struct names_list {
    const struct json_doc *doc;
    const char *member;
};
int names_add(struct str json, const struct names_list *lists, uint32_t count,
              struct bytes *out) MUST_USE;

#endif
