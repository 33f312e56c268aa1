/* What a property is to the askers: its class, by the project's lexicon, by its name, and by what
 * the store has seen of it. */
#ifndef PROCESS_QUERY_SCHEMA_H
#define PROCESS_QUERY_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "event/schema.h"
#include "json/doc.h"
#include "json/write.h"

/* classes: the object {name: class} of the project's settings, or NULL. types: bit 1 << enum
 * value_type for each seen. Only SCHEMA_OPEN, SCHEMA_QUASI and SCHEMA_PERSONAL come out. */
enum schema_class query_schema_class(const struct json_node *classes, struct str property,
                                     uint32_t types);
/* Writes the list of types as the console knows them: "null", "boolean", "number", "string",
 * "list", "object"; a sealed value is a string. */
void query_schema_write_types(uint32_t types, struct json_write *w);

#endif
