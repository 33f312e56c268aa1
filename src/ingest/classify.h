/* The classify step (DESIGN 3.3): which values are personal, which are secret. Marks are kept in
 * the record's properties themselves: secrets are removed and counted; personal values stay in
 * place for seal_step, which asks classify_value again with the same answer. */
#ifndef INGEST_CLASSIFY_H
#define INGEST_CLASSIFY_H

#include "event/ref.h"
#include "ingest/record.h"

struct verdict {
    enum schema_class class;
    enum ref_kind kind;   /* of a personal value */
};

/* The verdict on one scalar value of a property: the project's lexicon, else the name, else the
 * value itself. Pure. */
struct verdict classify_value(const struct ingest_project *project, struct str property,
                              struct str text);
/* True when scrub left the property alone, and classify and seal will too: by its name for numbers
 * and their like, by name and text for a text. Depends on nothing but the lexicon's class of the
 * name, the name and the value. */
bool classify_is_plain(const struct ingest_project *project, const struct property *property);
/* The same of a string's text; asks what scrub_step found, if it did. */
struct verdict classify_again(const struct ingest_project *project, struct str property,
                              const struct value *string);
void classify_step(struct ingest_request *request, struct record *record);

#endif
