/* Names beside principals' numbers: the ledger knows nobody by name. */
#ifndef API_NAMES_H
#define API_NAMES_H

#include "base/bytes.h"
#include "base/check.h"
#include "json/doc.h"

enum { NAMES_JSON_MAX_BYTES = 16 << 20 };

/* An array `member` of objects with "id" and "name"; without a doc it is empty. */
struct names_list {
    const struct json_doc *doc;
    const char *member;
};
/* The text of `json`, where each object whose number "principal" has a name in one of the lists
 * gets a last member "name". Appended to out; ERR_INVALID when json is none. */
int names_add(struct str json, const struct names_list *lists, uint32_t count,
              struct bytes *out) MUST_USE;

#endif
