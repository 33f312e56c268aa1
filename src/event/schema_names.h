/* The names of properties that decide a class by themselves, where a project's lexicon says
 * nothing: the door seals by them, and the console shows them. */
#ifndef EVENT_SCHEMA_NAMES_H
#define EVENT_SCHEMA_NAMES_H

#include "base/str.h"
#include "event/ref.h"
#include "event/schema.h"

struct schema_name {
    enum schema_class class;
    enum ref_kind kind;   /* of SCHEMA_PERSONAL */
};

/* NULL when the name says nothing. '$', case, '_', '-', '.', ':' and blanks do not matter. */
const struct schema_name *schema_names_find(struct str property);

#endif
