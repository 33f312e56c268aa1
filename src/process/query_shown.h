/* What of a row may be shown: open and quasi values as they are; of personal ones only that they
 * are there. A property is judged by the project's lexicon and its name, and each value for itself:
 * a ref anywhere in it, or the text that stands for a group whose id is personal, makes it
 * sealed. */
#ifndef PROCESS_QUERY_SHOWN_H
#define PROCESS_QUERY_SHOWN_H

#include <stdbool.h>

#include "base/map.h"
#include "base/str.h"
#include "event/ref.h"
#include "event/value.h"
#include "json/doc.h"
#include "json/write.h"

struct query_shown {
    const struct json_node *classes;   /* of the project's settings, or NULL */
    struct map known;                  /* name → whether it is personal */
    struct bytes scratch;
};

void query_shown_release(struct query_shown *shown);
bool query_shown_is_open(struct query_shown *shown, struct str property,
                         const struct value *value);
/* The value as JSON; it must be open. */
void query_shown_write(struct query_shown *shown, const struct value *value,
                       struct json_write *w);
/* "email", "phone", "id", "name" or "other". */
const char *query_shown_kind(struct str property, enum ref_kind kind);
/* The kind of the first ref in the value; false when it has none. */
bool query_shown_find_ref(const struct value *value, enum ref_kind *kind);

#endif
